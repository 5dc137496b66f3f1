"""Finds the container images that a service's files name: in Dockerfiles, compose files, CI and Kubernetes manifests.

The service's own image is left out: its pipeline sets it. So are references with a variable in them, which name none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign
from scaffold.files.place import require_folder
from scaffold.kubernetes.references import InvalidReferenceError, Reference, parse_reference
from scaffold.pin.dockerfile import images_in_dockerfile
from scaffold.pin.yaml_images import built_images, documents_of, images_in_yaml, values_at, yaml_kind

_DOCKERFILE = re.compile(r"(?:Docker|Container)file(?:\.(?!dockerignore$).+)?|.+\.(?:Docker|Container)file")
_ENTERED = frozenset({".github", ".gitlab"})
_PASSED_BY = frozenset({"node_modules", "vendor", "target", "venv", "__pycache__"})


@dataclass(frozen=True)
class ImageUse:
    """One place that names an image: `path` (from the folder, with /), `line` from 1, `reference` as it is written.

    `start` is the offset of the reference in the file's text, in characters.
    """

    path: str
    line: int
    reference: str
    start: int

    @property
    def image(self) -> Reference:
        """Return the image that the reference names."""
        return parse_reference(self.reference)


@dataclass(frozen=True)
class SourceFile:
    """A file that may name images: its place on disk, its path from the folder, what it is for, and its bytes."""

    file: Path
    path: str
    kind: str
    data: bytes

    @cached_property
    def text(self) -> str:
        """Its text; bytes that are not UTF-8 survive as surrogates, and so do all line ends."""
        return self.data.decode("utf-8", "surrogateescape")

    @cached_property
    def documents(self) -> list[yaml.Node]:
        """Its YAML documents.

        Raises:
            FileError: when it is not YAML. A template of a manifest, such as a Helm chart's, has none.
        """
        if self.kind == "manifest" and b"image" not in self.data:
            return []
        try:
            return documents_of(self.path, self.data)
        except FileError:
            if self.kind == "manifest" and b"{{" in self.data:
                return []
            raise

    def uses(self) -> list[ImageUse]:
        """Return every use of an image in the file, in order.

        Raises:
            FileError: when the file is not YAML though it should be, or names something that is not an image.
        """
        if self.kind == "dockerfile":
            found = images_in_dockerfile(self.text)
        else:
            found = images_in_yaml(self.path, self.kind, self.text, self.documents)
        uses, line, place = [], 1, 0
        for start, reference in found:
            line += self.text.count("\n", place, start)
            place = start
            uses.append(self._use(start, line, reference))
        return uses

    def _use(self, start: int, line: int, reference: str) -> ImageUse:
        try:
            parse_reference(reference)
        except InvalidReferenceError as error:
            raise FileError(f"{self.path}:{line}: {error}") from error
        return ImageUse(self.path, line, reference, start)


def find_images(folder: Path) -> list[ImageUse]:
    """Return every use of an image in the files below `folder`, ordered by path and line.

    Raises:
        OptionError: when it is not a folder.
        FileError: when a file can't be read, or names something that is not an image.
    """
    return [use for _, uses in scan(folder) for use in uses]


def scan(folder: Path) -> list[tuple[SourceFile, list[ImageUse]]]:
    """Return every file below `folder` that names images, with its uses; links and hidden folders are skipped.

    Raises:
        OptionError, FileError: as `find_images`.
    """
    require_folder(folder)
    sources = list(_sources(folder))
    own = _own_images(folder, sources)
    kustomized = _kustomized(sources)
    found = []
    for source in sources:
        others = own | kustomized if source.kind == "manifest" else own
        if uses := [use for use in source.uses() if use.image.name not in others]:
            found.append((source, uses))
    return found


def _sources(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(_files(folder)):
        name = path.rpartition("/")[2]
        kind = "dockerfile" if _DOCKERFILE.fullmatch(name) else yaml_kind(path)
        if kind and name != ANSWERS:
            file = folder / path
            yield SourceFile(file, path, kind, _read(file, folder))


def _files(folder: Path) -> Iterator[str]:
    """Yield the paths of what is below a folder and is neither a link nor a folder, however deep it is."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(folder / above) as found:
                entries = [(entry.name, entry.is_symlink(), entry.is_dir(follow_symlinks=False)) for entry in found]
        except OSError as error:
            raise FileError(f"{folder / above} can't be read: {error.strerror}.") from error
        for name, is_link, is_folder in entries:
            if is_folder and _enters(name):
                waiting.append(f"{above}{name}/")
            elif not is_folder and not is_link:
                yield above + name


def _enters(name: str) -> bool:
    return name in _ENTERED or not (name.startswith(".") or name in _PASSED_BY)


def _read(file: Path, folder: Path) -> bytes:
    try:
        return read_foreign(file, below=folder)
    except OSError as error:
        raise FileError(f"{file} can't be read: {error.strerror}.") from error


def _own_images(folder: Path, sources: Iterable[SourceFile]) -> set[str]:
    """Return the names of the images that this repository makes: the service's, and those that compose builds."""
    own = [image for each in sources if each.kind == "compose" for image in built_images(each.documents)]
    if (folder / ANSWERS).is_file():
        answers = documents_of(ANSWERS, _read(folder / ANSWERS, folder))
        names = values_at(answers, ("name",))
        own += [f"{place}/{name}" for place in values_at(answers, ("image_registry",)) for name in names]
    return set(_names(own))


def _kustomized(sources: Iterable[SourceFile]) -> set[str]:
    """Return the names of images whose tag a kustomization sets: `images:` in it has the last word on them."""
    places = (("images", "*", "name"), ("images", "*", "newName"))
    found = [each.documents for each in sources if each.kind == "kustomization"]
    return set(_names(name for documents in found for name in values_at(documents, *places)))


def _names(references: Iterable[str]) -> Iterator[str]:
    for reference in references:
        try:
            yield parse_reference(reference).name
        except InvalidReferenceError:
            continue
