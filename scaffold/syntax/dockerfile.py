"""Dockerfiles by dockerfile-parse, with the position of every instruction.

https://docs.docker.com/reference/dockerfile/; here-documents, which the parser does not know, belong to their RUN here.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from scaffold.syntax.source import Place, Source

_HERE_DOCUMENT = re.compile(r"""(?:^|(?<=\s))\d*<<(-?)\\?(["']?)([A-Za-z_]\w*)\2""")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::(?:-([^}]{0,100})|\+[^}]{0,100}))?\})")
_PAIR = re.compile(r"""(?<!\w)(\w++)=("(?:\\.|[^"\\])*"|'[^']*'|\S*)""")
_FOR_WORK = re.compile(
    r"(?:^|[._-])(?:dev(?:el|elopment)?|tests?|debug|local|ci|build(?:er)?)(?:$|[._-])", re.IGNORECASE
)
_MOST_PARSES = 50
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")


@dataclass
class Instruction:
    """One instruction: `name` in capitals, `value` as one line without its flags, `flags` such as {"from": "build"}.

    `lines` are the numbers of its first and last line, from 1; `body` is the text of its here-documents.
    """

    dockerfile: Dockerfile = field(repr=False)
    name: str
    value: str
    lines: tuple[int, int]
    flags: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @cached_property
    def words(self) -> list[str] | None:
        """Return the words of the exec form (a JSON list), or None for the shell form."""
        if not self.value.startswith("["):
            return None
        try:
            words = json.loads(self.value)
        except (ValueError, RecursionError):
            return None
        return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None

    def place(self, text: str = "") -> Place:
        """Return the place of `text` in the instruction, otherwise of its value, otherwise of the instruction."""
        return replace(self._place(text), field=self.name)

    def _place(self, text: str) -> Place:
        source = self.dockerfile.source
        first, last = self.lines
        for wanted in filter(None, (text, self.value.split(" ", 1)[0])):
            for number in range(first, last + 1):
                line = source.line(number)
                start = len(line) - len(line.lstrip()) + len(self.name) if number == first else 0
                if (column := line.find(wanted, start)) >= 0:
                    return source.place(number, column + 1, len(wanted))
        line = source.line(first)
        indent = len(line) - len(line.lstrip())
        return source.place(first, indent + 1, max(1, len(self.name)))


@dataclass
class BuildStage:
    """A build stage: the FROM that opens it, and what follows up to the next."""

    base: Instruction
    image: str
    name: str
    instructions: list[Instruction] = field(default_factory=list, repr=False)

    def last(self, name: str) -> Instruction | None:
        """Return the last instruction of a name: for CMD, ENTRYPOINT and USER the one that counts."""
        return next((each for each in reversed(self.instructions) if each.name == name), None)

    def all(self, *names: str) -> list[Instruction]:
        """Return the instructions of these names."""
        return [each for each in self.instructions if each.name in names]


@dataclass
class Dockerfile:
    """A Dockerfile: its stages in order, and the values of the ARGs in front of the first.

    `has_ignore_file` shows whether a .dockerignore lies beside it, `has_git_history` whether a git repository's folder
    does; `is_deployed` whether a container of a manifest runs its image; `shares_processes` whether each pod that does
    has one process namespace (`shareProcessNamespace`), whose PID 1 is Kubernetes' own.
    """

    source: Source
    has_ignore_file: bool = False
    has_git_history: bool = False
    is_deployed: bool = False
    shares_processes: bool = False
    instructions: list[Instruction] = field(default_factory=list, repr=False)

    @cached_property
    def is_for_work(self) -> bool:
        """Return whether its name marks an image that never runs in production: `Dockerfile.dev`, `test.Dockerfile`."""
        return _FOR_WORK.search(self.source.path.rpartition("/")[2]) is not None

    @cached_property
    def arguments(self) -> dict[str, Instruction]:
        """Return the ARGs in front of the first FROM, by name."""
        found: dict[str, Instruction] = {}
        for each in self.instructions:
            if each.name == "FROM":
                break
            if each.name == "ARG":
                found |= {word.partition("=")[0]: each for word in each.value.split()}
        return found

    @cached_property
    def stages(self) -> list[BuildStage]:
        """Return the stages."""
        stages: list[BuildStage] = []
        for each in self.instructions:
            if each.name == "FROM" and each.value:
                words = each.value.split()
                name = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
                stages.append(BuildStage(each, self.expand(words[0]), name.lower()))
            elif stages:
                stages[-1].instructions.append(each)
        return stages

    @cached_property
    def final(self) -> list[BuildStage]:
        """Return the last stage with the stages that it is based on, last first: what the image is made of.

        Stages behind it that are called like a test are not part of what runs: their image is built by `--target`.
        """
        if not self.stages:
            return []
        made = [number for number, stage in enumerate(self.stages) if not _FOR_WORK.search(f"{stage.name}.")]
        last = made[-1] if made else len(self.stages) - 1
        chain = [self.stages[last]]
        for stage in reversed(self.stages[:last]):
            if stage.name and stage.name == chain[-1].image.lower():
                chain.append(stage)
        return chain

    def effective(self, name: str) -> Instruction | None:
        """Return the instruction of a name that counts in the image, own or inherited from an earlier stage.

        An ENTRYPOINT resets the CMD that is inherited (https://docs.docker.com/reference/dockerfile/#cmd).
        """
        for stage in self.final:
            if found := stage.last(name):
                return found
            if name == "CMD" and stage.last("ENTRYPOINT"):
                return None
        return None

    @cached_property
    def starts(self) -> list[Instruction]:
        """Return the ENTRYPOINT and the CMD that count in the image, as far as there are any."""
        return [found for name in ("ENTRYPOINT", "CMD") if (found := self.effective(name))]

    @cached_property
    def environment(self) -> dict[str, tuple[str, Instruction]]:
        """Return the variables that the image sets, by name: the value, and the ENV that it stands in."""
        found: dict[str, tuple[str, Instruction]] = {}
        for stage in reversed(self.final):
            for each in stage.all("ENV"):
                pairs = _PAIR.findall(each.value) if _PAIR.match(each.value) else [each.value.partition(" ")[::2]]
                found |= {name: (value.strip("\"'"), each) for name, value in pairs}
        return found

    def arguments_of(self, base: Instruction) -> Place | None:
        """Return where the default stands of an ARG that is the whole image of a FROM."""
        found = _VARIABLE.fullmatch(base.value.split()[0]) if base.value else None
        argument = self.arguments.get(found[1] or found[2]) if found else None
        return argument.place(self.expand(base.value.split()[0])) if argument else None

    def expand(self, text: str) -> str:
        """Return `text` with the defaults of its variables put in, by an ARG in front of the first FROM or by `:-`."""
        return _VARIABLE.sub(lambda found: self._defaults.get(found[1] or found[2], found[3] or found[0]), text)

    @cached_property
    def _defaults(self) -> dict[str, str]:
        """Return the defaults of the ARGs in front of the first FROM, by name; the last of a name counts."""
        found: dict[str, str] = {}
        for each in {id(argument): argument for argument in self.arguments.values()}.values():
            for word in reversed(each.value.split()):
                name, equals, default = word.partition("=")
                if equals and self.arguments.get(name) is each:
                    found[name] = default.strip("\"'")
        return found


def parse(source: Source) -> Dockerfile:
    """Return a Dockerfile; what is not an instruction in it is skipped, as rules ask for the ones they know."""
    dockerfile = Dockerfile(source)
    dockerfile.instructions = list(_instructions(dockerfile))
    return dockerfile


def _instructions(dockerfile: Dockerfile) -> Iterator[Instruction]:
    """Yield the instructions; what a here-document holds belongs to the instruction that opens it."""
    lines = dockerfile.source.lines
    start = 0
    for _ in range(_MOST_PARSES):
        end = 0  # the first line that belongs to no here-document
        for each in _parsed(lines[start:]):
            first, last = start + each["startline"], start + each["endline"]
            if last >= end > first:  # a here-document ends in a backslash, so the parser ran over its end
                break
            if first < end or each["instruction"] == "COMMENT":
                continue
            instruction = _instruction(dockerfile, each, first, last)
            yield instruction
            end = instruction.lines[1]
        else:
            return
        start = end


def _parsed(lines: list[str]) -> list[dict[str, Any]]:
    from dockerfile_parse import DockerfileParser

    text = "\n".join(lines).encode("utf-8", "replace")
    structure: list[dict[str, Any]] = DockerfileParser(fileobj=io.BytesIO(text)).structure
    return structure


def _instruction(dockerfile: Dockerfile, each: dict[str, Any], first: int, last: int) -> Instruction:
    flags, value = _flags(each["value"])
    end = last
    if each["instruction"] in ("RUN", "COPY", "ADD"):
        for tabs, _, word in _HERE_DOCUMENT.findall(each["value"]):
            end = _end_of_document(dockerfile.source.lines, end + 1, word, tabs=bool(tabs))
    body = "\n".join(dockerfile.source.lines[last + 1 : end])
    return Instruction(dockerfile, each["instruction"], value, (first + 1, end + 1), flags, body)


def _end_of_document(lines: list[str], start: int, word: str, *, tabs: bool) -> int:
    for number in range(start, len(lines)):
        if (lines[number].lstrip("\t") if tabs else lines[number]) == word:
            return number
    return len(lines) - 1


def _flags(value: str) -> tuple[dict[str, str], str]:
    flags = {}
    start = 0
    while found := _FLAG.match(value, start):
        flags[found[1]] = found[2] or ""
        start = found.end()
    return flags, value[start:]
