"""The template as it lies on disk: its questions and settings (copier.yml) and its skeleton of files.

It is a Copier template, so `copier copy` reads the same files. This module and its neighbours read the part of Copier's
format that the template uses, without importing Copier: that import alone takes longer than rendering a service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import TemplateError
from scaffold.questions import Question, SafeLoader, question_from

REVISION = "revision"
"""The file beside an installed template that says which version it is, as `git describe` would."""


@dataclass(frozen=True)
class Entry:
    """One file of the skeleton: the parts of its path below the skeleton (still templates), its file and mode.

    `name` is its path below the template's root, with /.
    """

    parts: tuple[str, ...]
    file: Path
    mode: int
    name: str

    @cached_property
    def content(self) -> bytes:
        """Return its bytes, read once."""
        return self.file.read_bytes()


@dataclass(frozen=True)
class Template:
    """A template that was read from `root`, the folder with copier.yml."""

    root: Path
    settings: Mapping[str, Any]
    questions: tuple[Question, ...]

    @property
    def asked(self) -> list[Question]:
        """Return the questions that a user answers, in order; the others are computed."""
        return [question for question in self.questions if not question.computed]

    @property
    def suffix(self) -> str:
        """Return the ending of the files that are rendered."""
        return str(self.settings.get("templates_suffix", ".jinja"))

    @property
    def answers_file(self) -> str:
        """Return the path of the answers file in a generated service."""
        return str(self.settings.get("answers_file", ".copier-answers.yml"))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Return every file of the skeleton, ordered by path."""
        skeleton = self.root / self.settings.get("subdirectory", "")
        if not skeleton.is_dir():
            raise TemplateError(f"{skeleton} is missing: the template has no skeleton. Install scaffold again.")
        return tuple(sorted(_walk(skeleton, (), self.root), key=lambda entry: entry.parts))

    @cached_property
    def folders(self) -> Mapping[tuple[str, ...], tuple[Entry, ...]]:
        """Return the files of the skeleton by the parts of their folder's path."""
        ordered = sorted(self.entries, key=_folder_of)
        return {parts: tuple(entries) for parts, entries in groupby(ordered, key=_folder_of)}


def _folder_of(entry: Entry) -> tuple[str, ...]:
    return entry.parts[:-1]


def _walk(folder: Path, parents: tuple[str, ...], root: Path) -> Iterator[Entry]:
    with os.scandir(folder) as items:
        for item in items:
            parts = (*parents, item.name)
            if item.name == "__pycache__":  # pip compiles the Python below an installed package, and this is there
                continue
            if item.is_dir(follow_symlinks=False):
                yield from _walk(Path(item.path), parts, root)
            else:
                file = Path(item.path)
                yield Entry(parts, file, item.stat().st_mode & 0o777, file.relative_to(root).as_posix())


def template_root() -> Path:
    """Return the folder of the installed template, or of the checkout that this package runs from.

    Raises:
        TemplateError: when neither holds a copier.yml.
    """
    package = Path(__file__).parent
    for root in (package / "_template", package.parent):
        if (root / "copier.yml").is_file():
            return root
    raise TemplateError(f"no template beside {package}: the installation is incomplete. Install kube-scaffold again.")


def load_template(root: Path | None = None) -> Template:
    """Read copier.yml and what it includes.

    Raises:
        TemplateError: when a file is missing or no valid YAML, with its name and line.
    """
    root = root or template_root()
    merged: dict[str, Any] = {}
    for document in _documents(root / "copier.yml", root):
        merged.update(document)
    settings = {key[1:]: value for key, value in merged.items() if key.startswith("_")}
    questions = tuple(question_from(key, value) for key, value in merged.items() if not key.startswith("_"))
    return Template(root, settings, questions)


def _documents(file: Path, root: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings of a multi-document YAML file, `!include`d files' in their place."""

    class Loader(SafeLoader):  # type: ignore[misc]
        pass

    def include(loader: Any, node: yaml.ScalarNode) -> list[Any]:
        return [document for path in sorted(root.glob(str(node.value))) for document in _documents(path, root)]

    Loader.add_constructor("!include", include)
    try:
        documents = list(yaml.load_all(file.read_bytes(), Loader=Loader))
    except OSError as error:
        raise TemplateError(f"{file}: {error.strerror}. Install scaffold again.") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{file} is no valid YAML: {error}") from error
    for document in documents:
        yield from document if isinstance(document, list) else [document or {}]
