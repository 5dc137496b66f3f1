"""What `scaffold template test` finds, in its place: a file that the platform team edits, where that is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import AnswerError, ScaffoldError
from scaffold.files.foreign import read_foreign
from scaffold.template.base import SKELETON
from scaffold.template.overlay import FILES, MANIFEST, QUESTIONS, Overlay

_IN_TEMPLATE = re.compile(r"(?:^|: |\s)((?:templates/|copier\.yml).*?), line (\d+)")
_INCLUDES = re.compile(r"(templates/.+?): the template includes (.+?), which is missing")
_QUESTION = re.compile(r"question (\w+): ")
_IN_OVERLAY = re.compile(
    rf"(platform/(?:files/(?:.+?(?=:\d+: )|.+?(?=[ :]|$))|\w+\.yml)|{re.escape(MANIFEST)})(?::(\d+))?"
)
_WORD = re.compile(r"[\w./-]+")


@dataclass(frozen=True, order=True)
class Trouble:
    """One thing that is wrong: `file` from the top of the platform's template, its line, the law, and a sentence."""

    file: str
    line: int
    law: str
    message: str


@dataclass(frozen=True)
class Places:
    """Finds the places of errors in an overlay."""

    overlay: Overlay

    def of_error(self, error: ScaffoldError, law: str, otherwise: str) -> Trouble:
        """Return an error of the engine or of a build with its place; in the file `otherwise`, where it names none."""
        text = " ".join(str(error).split())
        file, line = self._place(error, text, otherwise)
        return Trouble(file, line, law, text)

    def _place(self, error: ScaffoldError, text: str, otherwise: str) -> tuple[str, int]:
        if found := list(_IN_TEMPLATE.finditer(text)):
            return self.edited(found[-1][1]), int(found[-1][2])
        if included := _INCLUDES.search(text):
            file = self.edited(included[1])
            return file, line_with(self.overlay.root / file, included[2].rpartition("/")[2])
        name = getattr(error, "question", "") or (match[1] if (match := _QUESTION.search(text)) else "")
        if isinstance(error, AnswerError) and not name:
            name = text.partition(" ")[0]
        if name in self.overlay.questions:
            return QUESTIONS, key_line(self.overlay.root / QUESTIONS, name)
        if own := _IN_OVERLAY.search(text):
            named = self._named(self.overlay.root / own[1], text, own.end())
            return own[1], int(own[2] or 0) or next(iter(named), 1)
        return otherwise, key_line(self.overlay.root / otherwise, name) if name else 1

    def _named(self, file: Path, text: str, start: int) -> list[int]:
        """Return the lines of the first keys or entries of a file that the rest of a message names."""
        words = _WORD.findall(text[start:])
        return [line for word in words[:4] if (line := key_line(file, word.strip("."), none=0))]

    def edited(self, path: str) -> str:
        """Return the file of the overlay that a file of the built template is; the built one for one of the base."""
        own = path.removeprefix(SKELETON)
        return f"{FILES}/{own}" if path != own and own in self.overlay.files else path

    def source(self, rendered: str) -> str | None:
        """Return the file of the overlay that a file of a service is rendered from; None for one of the base."""
        for path in self.overlay.files:
            parts = [part for part in path.removesuffix(".jinja").split("/") if not re.fullmatch(r"\{\{.*\}\}", part)]
            if "/".join(parts) == rendered:
                return f"{FILES}/{path}"
        return None


def key_line(file: Path, key: str, none: int = 1) -> int:
    """Return the line of a YAML file that has a key, or an entry of a list, of that name; `none` without one."""
    pattern = rf"^\s*(?:- |\{{)?(?:id: )?[\"']?{re.escape(key)}[\"']?(?::|\s*$|,)"
    return _first(file, lambda line: bool(re.search(pattern, line))) or none


def line_with(file: Path, text: str) -> int:
    """Return the first line of a file that has a text; 1 without one."""
    return _first(file, lambda line: text in line) or 1


def differing_line(before: bytes, after: bytes) -> int:
    """Return the first line, from 1, in which two files differ."""
    old, new = before.split(b"\n"), after.split(b"\n")
    pairs = zip(old, new, strict=False)
    return next((number for number, (one, two) in enumerate(pairs, 1) if one != two), min(len(old), len(new)))


def _first(file: Path, holds: Callable[[str], bool]) -> int:
    try:
        lines = read_foreign(file).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((number for number, line in enumerate(lines, 1) if holds(line)), 0)
