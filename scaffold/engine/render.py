"""Render a whole service in memory: a pure function of the template, the answers and where the template came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from jinja2 import StrictUndefined

from scaffold.engine.answers import Answers
from scaffold.engine.bounds import bounded
from scaffold.engine.jinja import Renderer
from scaffold.engine.patterns import Matches, matcher, matches_none
from scaffold.engine.template import MOST_FILES, Entry, Template
from scaffold.errors import TemplateError
from scaffold.files import names
from scaffold.files.folder import RenderedFile

LARGEST_SERVICE = 64 * 1024 * 1024
"""Bytes of all files together; a service of the template has some 300 KiB."""


@dataclass(frozen=True)
class Origin:
    """What the answers file remembers of the template: `_src_path` and `_commit`."""

    source: str
    version: str | None


def render(
    template: Template,
    renderer: Renderer,
    answers: Answers,
    origin: Origin,
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> list[RenderedFile]:
    """Return the service's files, ordered by path.

    `on_file(done, total)` is called after each folder of the skeleton, and counts its files.

    Raises:
        TemplateError: when a file can't be rendered, two have one path, or a path leads out of the service.
    """
    with bounded(f"the template in {template.root}"):
        files = _render(template, renderer, _context(template, answers, origin), on_file)
    if sentence := names.clash(tuple(files)):
        raise TemplateError(f"two files of the template can't both be written: {sentence}")
    return [files[path] for path in sorted(files)]


def _render(
    template: Template, renderer: Renderer, context: Mapping[str, Any], on_file: Callable[[int, int], None]
) -> dict[str, RenderedFile]:
    paths = _Paths(renderer, context)
    excludes = matcher(renderer, "exclude", template.settings.get("exclude", ()), context)
    files: dict[str, RenderedFile] = {}
    done, total, size = 0, len(template.entries), 0
    for folder, entries in template.folders.items():
        for entry in entries if paths.below(folder) else ():
            for file in _render_entry(template, renderer, entry, paths, excludes):
                if file.path in files:
                    raise TemplateError(f"two files of the template render to {file.path}.")
                files[file.path] = file
                size += len(file.content)
                _refuse_too_much(len(files), size)
        done += len(entries)
        on_file(done, total)
    return files


def _refuse_too_much(count: int, size: int) -> None:
    if count > MOST_FILES:
        raise TemplateError(f"the template renders to more than {MOST_FILES} files; a service has fewer.")
    if size > LARGEST_SERVICE:
        raise TemplateError(f"the template renders to more than {LARGEST_SERVICE // 1024 // 1024} MiB in all.")


def paths_of(template: Template, renderer: Renderer, answers: Answers, origin: Origin, setting: str) -> Matches:
    """Return what matches the paths of a setting (`exclude`, `skip_if_exists`) in a service.

    Raises:
        TemplateError: when a pattern is wrong.
    """
    patterns = template.settings.get(setting, ())
    return matcher(renderer, setting, patterns, _context(template, answers, origin)) if patterns else matches_none


def _context(template: Template, answers: Answers, origin: Origin) -> dict[str, Any]:
    """Return the answers, and the variables that Copier itself gives to templates, as far as one may use them."""
    remembered = {"_commit": origin.version, "_src_path": origin.source, **answers.told}
    return {
        **answers.context,
        "_copier_answers": {key: value for key, value in remembered.items() if value is not None},
        "_copier_conf": _Conf(answers_file=template.answers_file, data=dict.fromkeys(sorted(answers.given))),
        **_UNKNOWN,
    }


def _unknown(name: str) -> StrictUndefined:
    """Return what stands for a variable that only Copier has: empty text in its place would be another service."""
    return StrictUndefined(hint=f"{name} is a variable of Copier's that scaffold does not have; use `copier` itself")


class _Conf(dict[str, Any]):
    """What a template knows of how it is rendered."""

    def __missing__(self, key: str) -> StrictUndefined:
        return _unknown(f"_copier_conf.{key}")


_UNKNOWN = {
    each: _unknown(each)
    for each in ("_copier_operation", "_copier_phase", "_copier_python", "_external_data", "_folder_name")
}


def _render_entry(
    template: Template, renderer: Renderer, entry: Entry, paths: _Paths, excludes: Matches
) -> Iterator[RenderedFile]:
    rendered = entry.parts[-1].endswith(template.suffix)
    parts = (*entry.parts[:-1], entry.parts[-1].removesuffix(template.suffix)) if rendered else entry.parts
    folders = {path for path, _ in paths.below(parts[:-1])}
    for path, inner in paths.below(parts):
        if reason := names.problem("." if path in folders else path.as_posix()):
            raise TemplateError(f"{'/'.join(entry.parts)} renders to {str(path)[:300]!r}, but that {reason}.")
        if excludes(path.as_posix()):
            continue
        content = _encoded(entry.name, renderer.file(entry.name, inner)) if rendered else entry.content
        yield RenderedFile(path.as_posix(), content, bool(entry.mode & 0o100))


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise TemplateError(f"{name} renders to a character that UTF-8 does not have.") from error


class _Paths:
    """The paths that the parts of a template's path render to; each folder's are rendered once."""

    def __init__(self, renderer: Renderer, context: Mapping[str, Any]) -> None:
        self._renderer = renderer
        self._found: dict[tuple[str, ...], list[_Path]] = {(): [(PurePosixPath(), context)]}

    def below(self, parts: tuple[str, ...]) -> list[_Path]:
        """Return each path, none when one part is empty, with the context of its yielded items."""
        if parts not in self._found:
            self._found[parts] = [
                (_joined(path, name), inner)
                for path, outer in self.below(parts[:-1])
                for name, inner in self._renderer.names(parts[-1], outer)
            ]
        return self._found[parts]


@lru_cache(maxsize=8192)
def _joined(path: PurePosixPath, name: str) -> PurePosixPath:
    return path / name


_Path = tuple[PurePosixPath, Mapping[str, Any]]
"""A rendered path, and the context for what lies below it."""
