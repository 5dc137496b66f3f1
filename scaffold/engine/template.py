"""The template as it lies on disk: its questions and settings (copier.yml) and its skeleton of files.

It is a Copier template, so `copier copy` reads the same files. This module and its neighbours read the part of Copier's
format that the template uses, without importing Copier: the import takes longer than rendering a service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.engine.bounds import bounded
from scaffold.engine.questions import Question, question_from
from scaffold.engine.supported import LISTS, check_settings
from scaffold.errors import TemplateError
from scaffold.files.foreign import is_below, read_foreign
from scaffold.files.yaml import Loader, load_all, place_of, problem_of
from scaffold.text.brief import brief

COPIER_YMLS = ("copier.yml", "copier.yaml")
"""Names of the file with the questions and settings."""

_LEFT_OUT = (*COPIER_YMLS, "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
"""Names that Copier leaves out of a template without `_subdirectory` (copier/_template.py, `DEFAULT_EXCLUDE`)."""

MOST_FILES = 10_000
"""Files of a skeleton; the template's own has some 300."""

REVISION = "revision"
"""The file beside an installed template that shows which version it is, as `git describe` would."""


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
        """Return its bytes, read once.

        Raises:
            TemplateError: when it can't be read.
        """
        try:
            return read_foreign(self.file)
        except OSError as error:
            raise TemplateError(f"{self.name} can't be read: {error.strerror}.") from error


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

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Return the names of the questions whose answers no answers file has."""
        return frozenset(question.name for question in self.questions if question.secret)

    @property
    def suffix(self) -> str:
        """Return the ending of the files that are rendered."""
        return str(self.settings.get("templates_suffix", ".jinja"))

    @property
    def answers_file(self) -> str:
        """Return the path of the answers file in a generated service."""
        return str(self.settings.get("answers_file", ANSWERS))

    @property
    def asks_folder(self) -> bool:
        """Return whether `folder` asks for the service's place in its repository: `at_top` follows from it then."""
        return {"folder", "at_top"} <= {question.name for question in self.questions}

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Return every file of the skeleton, ordered by path."""
        skeleton = self.root / self.settings.get("subdirectory", "")
        if not is_below(skeleton, self.root):
            value = self.settings.get("subdirectory")
            raise TemplateError(f"_subdirectory of {COPIER_YMLS[0]} leads out of the template: {brief(value)}.")
        if not skeleton.is_dir():
            raise TemplateError(
                f"_subdirectory of {COPIER_YMLS[0]} is a folder that the template lacks: {skeleton.name}."
            )
        left_out: tuple[str, ...] = _COMPILED
        if skeleton == self.root:  # `_exclude` replaces Copier's own list
            left_out = (*_COMPILED, ".git") if "exclude" in self.settings else _LEFT_OUT
        found = tuple(islice(_walk(skeleton, (), self.root, left_out), MOST_FILES + 1))
        if len(found) > MOST_FILES:
            raise TemplateError(f"{skeleton} holds more than {MOST_FILES} files; a template has fewer.")
        return tuple(sorted(found, key=lambda entry: entry.parts))

    @cached_property
    def folders(self) -> Mapping[tuple[str, ...], tuple[Entry, ...]]:
        """Return the files of the skeleton by the parts of their folder's path."""
        ordered = sorted(self.entries, key=_folder_of)
        return {parts: tuple(entries) for parts, entries in groupby(ordered, key=_folder_of)}


def _folder_of(entry: Entry) -> tuple[str, ...]:
    return entry.parts[:-1]


_COMPILED = ("__pycache__",)  # pip compiles the Python below an installed package, and this is there


def _walk(
    folder: Path,
    parents: tuple[str, ...],
    root: Path,
    left_out: tuple[str, ...],
    entered: frozenset[str] = frozenset(),
) -> Iterator[Entry]:
    """Yield the files below a folder but for names like those `left_out`.

    `entered` are the folders to which links on the way led.
    """
    with os.scandir(folder) as items:
        for item in items:
            if any(fnmatchcase(item.name, pattern) for pattern in left_out):
                continue
            parts, file = (*parents, item.name), Path(item.path)
            name = file.relative_to(root).as_posix()
            if item.is_symlink() and not (file.exists() and is_below(file, root)):
                raise TemplateError(f"{name} is a link that leads out of the template, or nowhere.")
            if item.is_dir():
                yield from _walk(file, parts, root, left_out, _after_link(item, entered, name))
            elif item.is_file():
                yield Entry(parts, file, item.stat().st_mode & 0o777, name)
            else:
                raise TemplateError(f"{name} is neither a file nor a folder.")


def _after_link(item: os.DirEntry[str], entered: frozenset[str], name: str) -> frozenset[str]:
    if not item.is_symlink():
        return entered
    real = os.path.realpath(item.path)
    if real in entered or is_below(Path(item.path).parent, real):
        raise TemplateError(f"{name} is a link to a folder that it lies in, so it never ends.")
    return entered | {real}


def template_root() -> Path:
    """Return the folder of the installed template, or of the checkout that this package runs from.

    Raises:
        TemplateError: when neither holds a copier.yml.
    """
    package = Path(__file__).parents[1]
    for root in (package / "_template", package.parent):
        if (root / COPIER_YMLS[0]).is_file():
            return root
    raise TemplateError(f"no template beside {package}: the installation is incomplete. Install kube-scaffold again.")


def load_template(root: Path) -> Template:
    """Read copier.yml (or copier.yaml) and what it includes.

    Raises:
        TemplateError: when a file is missing, leads out of the template, is not valid YAML (with its name and line), or
            shows what scaffold does not support.
    """
    settings, questions = _read(root)
    secrets = settings.get("secret_questions", ())
    return Template(
        root,
        settings,
        tuple(
            question_from(key, _with_secrets(spec, secret=key in secrets), file)
            for key, (spec, file) in questions.items()
        ),
    )


def raw_questions(root: Path) -> dict[str, Any]:
    """Return what copier.yml and what it includes say of each question, by its name.

    Raises:
        TemplateError: as `load_template` does.
    """
    return {key: spec for key, (spec, _) in _read(root)[1].items()}


def _read(root: Path) -> tuple[dict[str, Any], dict[Any, tuple[Any, str]]]:
    """Return the settings, and of each question what it is and in which file."""
    settings: dict[str, Any] = {}
    questions: dict[Any, tuple[Any, str]] = {}
    file = next((root / name for name in COPIER_YMLS if (root / name).is_file()), root / COPIER_YMLS[0])
    with bounded(str(file)):
        for name, document in _documents(file, root, ()):
            own = {key[1:]: value for key, value in document.items() if isinstance(key, str) and key.startswith("_")}
            check_settings(own, name)
            settings |= own | {key: [*settings.get(key, ()), *own[key]] for key in LISTS if key in own}
            questions |= {key: (value, name) for key, value in document.items() if f"{key}"[:1] != "_"}
    return settings, questions


def _with_secrets(spec: Any, *, secret: bool) -> Any:
    return {**spec, "secret": True} if secret and isinstance(spec, Mapping) else spec


def _documents(file: Path, root: Path, includers: tuple[Path, ...]) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield the mappings of a multi-document YAML file, each with the name of its file, `!include`d ones in place."""
    name = file.relative_to(root).as_posix()
    if file in includers:
        raise TemplateError(f"{name} includes itself.")

    class Including(Loader):
        pass

    def include(_: Any, node: yaml.Node) -> _Included:
        files = _included(node, root, name)
        return _Included(found for path in files for found in _documents(path, root, (*includers, file)))

    Including.add_constructor("!include", include)
    try:
        documents = load_all(read_foreign(file, below=root), Including)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and file.parent == root:
            raise TemplateError(f"{root} has no {name}, so it is not a template.") from error
        raise TemplateError(f"{name}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}{place_of(error)} is not valid YAML: {problem_of(error)}.") from error
    for document in documents:
        if isinstance(document, _Included):
            yield from document
        elif isinstance(document, Mapping) or document is None:
            yield name, document or {}
        else:
            raise TemplateError(f"{name} must be a mapping of names to questions and settings.")


class _Included(list[tuple[str, Mapping[Any, Any]]]):
    """What an `!include` stands for."""


def _included(node: yaml.Node, root: Path, name: str) -> list[Path]:
    """Return the files that `!include` names, by a pattern of paths below the template's root."""
    pattern = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    if not pattern or PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
        raise TemplateError(f"{name}, line {node.start_mark.line + 1}: !include must name files below the template.")
    try:
        return sorted(root.glob(pattern))
    except (ValueError, NotImplementedError, OSError) as error:
        raise TemplateError(f"{name}: !include {pattern!r:.60} is not a pattern of file names: {error}.") from error
