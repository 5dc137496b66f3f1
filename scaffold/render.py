"""Render a whole service in memory: a pure function of the template, the answers and where the template came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from scaffold.answers import Answers
from scaffold.errors import TemplateError
from scaffold.jinja import Renderer
from scaffold.template import Entry, Template


@dataclass(frozen=True)
class Origin:
    """What the answers file remembers of the template: `_src_path` and `_commit`."""

    source: str
    version: str | None


@dataclass(frozen=True)
class RenderedFile:
    """One file of the service: `path` is relative, with /; `executable` is the only mode that git keeps."""

    path: str
    content: bytes
    executable: bool


def render(
    template: Template,
    renderer: Renderer,
    answers: Answers,
    origin: Origin,
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> list[RenderedFile]:
    """Return the service's files, ordered by path.

    `on_file(done, total)` is called after each file of the skeleton.

    Raises:
        TemplateError: when a file can't be rendered, two have one path, or a path leads out of the service.
    """
    context = {**answers.context, **_copier_context(template, answers, origin)}
    files: dict[str, RenderedFile] = {}
    total = len(template.entries)
    for done, entry in enumerate(template.entries, start=1):
        for file in _render_entry(template, renderer, entry, context):
            if file.path in files:
                raise TemplateError(f"two files of the template render to {file.path}.")
            files[file.path] = file
        on_file(done, total)
    return [files[path] for path in sorted(files)]


def _copier_context(template: Template, answers: Answers, origin: Origin) -> dict[str, Any]:
    """Return the variables that Copier itself gives to templates, as far as this template may use them."""
    remembered = {"_commit": origin.version, "_src_path": origin.source, **answers.asked}
    return {
        "_copier_answers": {key: value for key, value in remembered.items() if value is not None},
        "_copier_conf": {"answers_file": template.answers_file},
    }


def _render_entry(
    template: Template, renderer: Renderer, entry: Entry, context: Mapping[str, Any]
) -> Iterator[RenderedFile]:
    rendered = entry.parts[-1].endswith(template.suffix)
    parts = (*entry.parts[:-1], entry.parts[-1].removesuffix(template.suffix)) if rendered else entry.parts
    for path, inner in _paths(renderer, parts, context):
        if rendered:
            name = entry.file.relative_to(template.root).as_posix()
            content = renderer.file(name, inner).encode()
        else:
            content = entry.file.read_bytes()
        yield RenderedFile(path, content, bool(entry.mode & 0o100))


def _paths(
    renderer: Renderer, parts: tuple[str, ...], context: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each path that the parts render to, none when one part is empty, with the context of its yielded items."""
    found: list[tuple[PurePosixPath, Mapping[str, Any]]] = [(PurePosixPath(), context)]
    for part in parts:
        found = [(path / name, inner) for path, outer in found for name, inner in renderer.names(part, outer)]
    for path, inner in found:
        if path.is_absolute() or ".." in path.parts:
            raise TemplateError(f"{'/'.join(parts)} renders to {path}, which is outside the service.")
        yield path.as_posix(), inner
