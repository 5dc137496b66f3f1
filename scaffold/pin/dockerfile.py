"""Finds the images that a Dockerfile names: FROM, the ARGs that FROM uses, COPY --from, RUN --mount and `# syntax=`.

https://docs.docker.com/reference/dockerfile/ : continued lines, comments inside them and here-documents count as there.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

_GAP = r"(?:[ \t]|\\[ \t]*\r?\n)+"
_WORD = r"""["']?(?P<{}>[^\s"'\\]+)["']?"""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SYNTAX = re.compile(r"#[ \t]*syntax[ \t]*=[ \t]*(?P<image>\S+)", re.IGNORECASE)
_ARG = re.compile(rf"(?<=[ \t\n])(?P<name>[A-Za-z_][A-Za-z0-9_]*)={_WORD.format('image')}")
_FROM = re.compile(
    rf"FROM(?:{_GAP}--\S+)*{_GAP}{_WORD.format('image')}(?:{_GAP}AS{_GAP}(?P<stage>\S+))?", re.IGNORECASE
)
_COPY_FROM = re.compile(rf"(?:COPY|ADD)(?:{_GAP}--\S+)*?{_GAP}--from={_WORD.format('image')}", re.IGNORECASE)
_MOUNT = re.compile(r"--mount=(?P<fields>\S*)")
_SOURCE = re.compile(r"from=(?P<image>[^\"'\\]+)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_HERE_DOCUMENT = re.compile(r"""(?<=\s)\d*<<(-?)(["']?)([A-Za-z_]\w*)\2""")


@dataclass
class _Reader:
    """What earlier instructions defined: ARGs in front of the first FROM (offset and value), and names of stages."""

    arguments: dict[str, tuple[int, str]] = field(default_factory=dict)
    stages: set[str] = field(default_factory=set)
    started: bool = False

    def read(self, start: int, text: str) -> Iterator[tuple[int, str]]:
        """Yield the images that one instruction names; `start` is its offset in the file."""
        keyword = text.split(None, 1)[0].upper()
        if keyword == "ARG" and not self.started:
            self.arguments |= {
                found["name"]: (start + found.start("image"), found["image"]) for found in _ARG.finditer(text)
            }
        elif keyword == "FROM" and (found := _FROM.match(text)):
            self.started = True
            yield from self._base(start + found.start("image"), found["image"])
            self.stages.add((found["stage"] or "").lower())
        elif keyword in {"COPY", "ADD"} and (found := _COPY_FROM.match(text)):
            yield from self._source(start + found.start("image"), found["image"])
        elif keyword == "RUN":
            for place, image in _mounted(text):
                yield from self._source(start + place, image)

    def _base(self, start: int, image: str) -> Iterator[tuple[int, str]]:
        if variable := _VARIABLE.fullmatch(image):
            start, image = self.arguments.get(variable[1] or variable[2], (start, image))
        if "$" not in image and image != "scratch" and image.lower() not in self.stages:
            yield start, image

    def _source(self, start: int, image: str) -> Iterator[tuple[int, str]]:
        """Yield an image to copy from; a bare word is a stage or a named build context."""
        if "$" not in image and re.search(r"[:/@]", image):
            yield start, image


def _mounted(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of what the mounts of a RUN come from."""
    for mount in _MOUNT.finditer(text):
        place = mount.start("fields")
        for each in mount["fields"].split(","):
            if found := _SOURCE.match(each):
                yield place + found.start("image"), found["image"]
            place += len(each) + 1


def images_in_dockerfile(text: str) -> list[tuple[int, str]]:
    """Return the offset and the text of each image reference, in the order of the file, each place once."""
    reader = _Reader()
    found = set(_syntax(text))
    for start, instruction in _instructions(text):
        found |= set(reader.read(start, instruction))
    return sorted(found)


def _syntax(text: str) -> Iterator[tuple[int, str]]:
    """Yield the frontend's image, from the comments that open the file (parser directives)."""
    for line in _LINE.finditer(text):
        if not line[0].startswith("#"):
            return
        if directive := _SYNTAX.match(line[0]):
            yield line.start() + directive.start("image"), directive["image"]
            return


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each instruction, with its continued lines and without here-documents."""
    begun: int | None = None
    documents: deque[tuple[str, str]] = deque()
    ends = _last_lines(text)
    for line in _LINE.finditer(text):
        if documents:
            tabs, end = documents[0]
            if line[0].rstrip("\r\n").lstrip("\t" if tabs else "") == end:
                documents.popleft()
            continue
        words = line[0].strip("\ufeff \t\r\n")
        if not words or words.startswith("#"):
            continue
        if begun is None:
            begun = line.start() + line[0].index(words)
        if not words.endswith("\\"):
            instruction = text[begun : line.end()]
            documents.extend(_here_documents(instruction, line.end(), ends))
            yield begun, instruction
            begun = None
    if begun is not None:
        yield begun, text[begun:]


def _last_lines(text: str) -> dict[str, int]:
    """Return where each line stands for the last time, without tabs in front and without its end."""
    return {line[0].strip("\t\r\n"): line.start() for line in _LINE.finditer(text)} if "<<" in text else {}


def _here_documents(instruction: str, after: int, ends: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the here-documents that follow an instruction; one that nothing ends is none, so it hides nothing."""
    if re.match(r"RUN|COPY|ADD", instruction, re.IGNORECASE):
        for match in _HERE_DOCUMENT.finditer(instruction):
            if ends.get(match[3], -1) >= after:
                yield match[1], match[3]
