"""Maps a value of a built manifest back to the file that people edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import yaml

from scaffold.check.built.overlay import changed_by, generated_from, step
from scaffold.syntax.source import Place, Source
from scaffold.syntax.yaml_nodes import Document, Key, Value, documents, documents_in

ORIGIN = "config.kubernetes.io/origin"


class Origins:
    """The files behind one built kustomization; each is read when the first finding leads there."""

    def __init__(self, find: Callable[[str], str | None], outermost: Value, chain: list[Value]) -> None:
        """Take what finds the file of an origin, the kustomization that is built, and those behind it.

        `built` becomes all that was built; `made` gives the value that made a file which no one wrote.
        An origin is text in a built object, so anybody may have written it: `find` returns only files that were built.
        """
        self.find = find
        self.outermost = outermost
        self.chain = chain
        self.built: Sequence[Document] = ()
        self.made: Callable[[str], Value | None] = lambda _: None
        self._files: dict[str, list[Document]] = {}

    def written(self, built: Value) -> Value | Source | Place:
        """Return what a built value was written as: a value, or the file that a generator put into a ConfigMap.

        It is a place where that is a line of such a file.

        Where a kustomization changes the value, that is the one; where nobody wrote it, the nearest value around it.
        """
        root, path = built.document.root, built.path
        base = self._base(root)
        nearest = _walk(base, root, path) if base else None
        if nearest and len(nearest.path) == len(path) and nearest.text() == built.text():
            return nearest
        for each in self.chain:
            if changed := changed_by(each, root, base, built):
                return changed
        if nearest:
            return nearest
        for each in self.chain:
            if made := generated_from(each, root, path):
                return made
        return self.made(_path(root.text("metadata", "annotations", ORIGIN) or "")) or self.outermost

    def _base(self, root: Value) -> Value | None:
        """Return the object as the base has it: one whose name is a part of its own, or that no other one can be."""
        origin = root.text("metadata", "annotations", ORIGIN) or ""
        file = _path(origin)
        alike = [each for each in self._objects(file) if each.text("kind") == root.text("kind")] if file else []
        found = [each for each in alike if _is_origin(each, root)]
        if not found:  # a patch renamed it
            others = [each.root for each in self.built if each.root.text("metadata", "annotations", ORIGIN) == origin]
            left = [each for each in alike if not any(_is_origin(each, other) for other in others)]
            found = left if len(left) == 1 else []
        return max(found, key=lambda each: len(each.text("metadata", "name") or ""), default=None)

    def _objects(self, file: str) -> Iterator[Value]:
        if file not in self._files:
            name = self.find(file)
            self._files[file] = documents_in(name) if name else []
        for document in self._files[file]:
            yield from document.root.items("items") if document.root.text("kind") == "List" else [document.root]


def _path(origin: str) -> str:
    """Return the path in an origin, which is itself YAML."""
    line = next((line for line in origin.splitlines() if line.startswith("path: ")), "")
    if line[6:7] not in ('"', "'", "|", ">", ""):
        return line[6:]
    found, _ = documents(Source(ORIGIN, origin.encode("utf-8", "replace")))
    return (found[0].root.text("path") or "") if found else ""


class BuiltDocument(Document):
    """A document that a tool built."""

    default_namespace = "default"  # which stands for the one of the release

    def __init__(self, source: Source, node: yaml.Node, origins: Origins) -> None:
        """Take the document as it was built, and where it comes from."""
        super().__init__(source, node)
        self.origins = origins

    def place(self, value: Value) -> Place:
        """Return where a value was written."""
        written = self.origins.written(value)
        return replace(_place(written), object=self.title_of(value), field=value.field)

    def place_in_text(self, value: Value, line: int, column: int, length: int) -> Place:
        """Return a place in the text that a value holds."""
        written = self.origins.written(value)
        if isinstance(written, Value):
            place = written.document.place_in_text(written, line, column, length)
        else:
            place = written.place(line, column, length) if isinstance(written, Source) else written
        return replace(place, object=self.title_of(value), field=value.field)


def _place(written: Value | Source | Place) -> Place:
    if isinstance(written, Place):
        return written
    return written.place() if isinstance(written, Value) else written.place(1, 1, 0)


def _is_origin(written: Value, built: Value) -> bool:
    """Return whether an object was built from a written one; kustomize may put words around its name."""
    if written.text("kind") != built.text("kind"):
        return False
    return (written.text("metadata", "name") or "") in (built.text("metadata", "name") or "")


def _walk(written: Value, built: Value, path: tuple[Key, ...]) -> Value:
    """Follow a path in both as far as it goes; items of lists are the same where they have the same name."""
    for key in path:
        following = step(written, built, key)
        if following is None:
            break
        written, built = following
    return written
