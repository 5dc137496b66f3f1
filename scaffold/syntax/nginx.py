"""nginx configurations by crossplane, nginx's own parser for Python, with the position of every directive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.syntax.source import Place, Source

_DEEPEST = 50


@dataclass
class Directive:
    """A directive: its name, its words, and what is inside its braces. Lines count from 1."""

    source: Source = field(repr=False)
    name: str
    words: list[str]
    line: int
    parent: Directive | None = field(default=None, repr=False)
    block: list[Directive] = field(default_factory=list)
    _own: dict[str, Directive] | None = field(default=None, repr=False)

    def place(self) -> Place:
        """Return the place of its first word, otherwise of its name."""
        return replace(self._place(), field=self.path)

    @property
    def path(self) -> str:
        """Return its name after those of the blocks around it, such as `http.server.listen`."""
        return f"{self.parent.path}.{self.name}".removeprefix(".") if self.parent else ""

    def _place(self) -> Place:
        text = self.source.line(self.line)
        start = max(0, text.find(self.name))
        for word in self.words[:1]:
            if (column := text.find(word, start + len(self.name))) >= 0:
                return self.source.place(self.line, column + 1, len(word))
        return self.source.place(self.line, start + 1, len(self.name))

    def all(self, *names: str) -> Iterator[Directive]:
        """Yield the directives of these names inside, at any depth."""
        for each in self.block:
            if each.name in names:
                yield each
            yield from each.all(*names)

    def own(self, name: str) -> Directive | None:
        """Return the last directive of a name directly inside."""
        if self._own is None:
            self._own = {each.name: each for each in self.block}
        return self._own.get(name)

    def is_inside(self, name: str) -> bool:
        """Return whether a block of that name is around it."""
        block = self.parent
        while block is not None and block.name != name:
            block = block.parent
        return block is not None

    def setting(self, name: str) -> Directive | None:
        """Return the directive of a name that holds here: inside this block, or inherited from those around it."""
        block: Directive | None = self
        while block is not None:
            if found := block.own(name):
                return found
            block = block.parent
        return None


def parse(source: Source) -> Directive | None:
    """Return a configuration as a directive without a name around all others, or None where it is none (a template)."""
    import crossplane

    with tempfile.NamedTemporaryFile("wb", suffix=".conf", delete=False) as file:
        file.write(source.text.encode("utf-8", "replace"))
    try:
        parsed = crossplane.parse(file.name, single=True, check_ctx=False, check_args=False)
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        Path(file.name).unlink()
    if parsed["status"] != "ok":
        return None
    top = Directive(source, "", [], 1)
    return top if _fill(top, parsed["config"][0]["parsed"], _DEEPEST) else None


def _fill(parent: Directive, parsed: list[dict[str, Any]], depth: int) -> bool:
    """Make the directives inside a block; False where it is nested too deeply, which no nginx takes."""
    if not depth:
        return False
    for each in parsed:
        directive = Directive(parent.source, each["directive"], each["args"], each["line"], parent)
        parent.block.append(directive)
        if (inside := each.get("block")) and not _fill(directive, inside, depth - 1):
            return False
    return True
