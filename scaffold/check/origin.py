"""Maps a value of a built manifest back to the file that people edit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from scaffold.check.files import read, shown
from scaffold.check.source import Place, Source
from scaffold.check.yaml_nodes import Document, Key, Value, documents


class Origins:
    """The files behind one built kustomization; each is read when the first finding leads there."""

    def __init__(self, folder: Path, fallback: str, kustomizations: Mapping[str, Value]) -> None:
        """Take the folder that origins are told from, the kustomization to show in need, and all kustomizations."""
        self.folder = folder
        self.fallback = fallback
        self.kustomizations = kustomizations
        self._files: dict[str, list[Document]] = {}

    def written(self, root: Value, path: tuple[Key, ...]) -> Value | None:
        """Return the value that a built object's field was written as, or the nearest one around it."""
        origin = root.text("metadata", "annotations", "config.kubernetes.io/origin") or ""
        file = next((line[6:] for line in origin.splitlines() if line.startswith("path: ")), "")
        if not file:
            return None
        name = shown(os.path.normpath(self.folder / file))
        if name not in self._files:
            source = read(name)
            self._files[name] = documents(source)[0] if isinstance(source, Source) else []
        for document in self._files[name]:
            if _is_origin(document.root, root):
                return _walk(document.root, root, path)
        return None

    def place(self, built: Value) -> Place:
        """Return where a built value was written; the kustomization where nothing better is known."""
        root = built.document.root
        written = self.written(root, built.path)
        if written is None:
            return Place(self.fallback, 1, 1, 1, 1, built.document.title, built.field)
        place = written.place()
        return Place(place.path, place.line, place.column, place.end_line, place.end_column,
                     built.document.title, built.field)  # fmt: skip


class BuiltDocument(Document):
    """A document that a tool built."""

    __slots__ = ("origins",)

    def __init__(self, source: Source, node: yaml.Node, origins: Origins) -> None:
        super().__init__(source, node)
        self.origins = origins

    def place(self, value: Value) -> Place:
        """Return where a value was written."""
        return self.origins.place(value)


def _is_origin(written: Value, built: Value) -> bool:
    """Tell whether an object was built from a written one; kustomize may put words around its name."""
    if written.text("kind") != built.text("kind"):
        return False
    return (written.text("metadata", "name") or "") in (built.text("metadata", "name") or "")


def _walk(written: Value, built: Value, path: tuple[Key, ...]) -> Value:
    """Follow a path in both; items of lists are the same where they have the same name."""
    for key in path:
        following = _step(written, built, key)
        if following is None:
            break
        written, built = following
    return written


def _step(written: Value, built: Value, key: Key) -> tuple[Value, Value] | None:
    if isinstance(key, str):
        here, there = written.get(key), built.get(key)
        return (here, there) if here and there else None
    items = built.items()
    name = items[key].text("name")
    candidates = written.items()
    if name is not None:
        candidates = [each for each in candidates if each.text("name") == name]
        return (candidates[0], items[key]) if candidates else None
    return (candidates[key], items[key]) if key < len(candidates) else None
