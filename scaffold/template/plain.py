"""Renders a golden by plain Copier, where that is installed beside scaffold: both must give the same bytes."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scaffold.engine.answers_file import answers_among, parse_answers
from scaffold.errors import ScaffoldError
from scaffold.files.folder import RenderedFile, read_rendered
from scaffold.template.goldens import Golden, Workshop
from scaffold.template.trouble import Trouble, differing_line

LAW = "copier"


def is_installed() -> bool:
    """Return whether Copier can be imported."""
    return find_spec("copier") is not None


def compared(
    golden: Golden, workshop: Workshop, given: Mapping[str, Any], files: Sequence[RenderedFile]
) -> Iterator[Trouble]:
    """Yield a trouble for each of the `files` of a golden that `copier copy` without --trust gives otherwise."""
    root = workshop.template.root
    try:
        theirs = {file.path: file for file in _copied(root, given)}
    except Exception as error:  # whatever Copier, pydantic or Jinja raises
        yield Trouble(golden.file, 1, LAW, f"Plain Copier stops: {' '.join(str(error).split())[:300]}")
        return
    if any(_differences(golden, workshop, {file.path: file for file in files}, theirs)):
        # perhaps only by the template's address, which is its folder for Copier
        ours = replace(workshop, url=str(root)).service(given)
        yield from _differences(golden, workshop, {file.path: file for file in ours}, theirs)


def _differences(
    golden: Golden, workshop: Workshop, ours: Mapping[str, RenderedFile], theirs: Mapping[str, RenderedFile]
) -> Iterator[Trouble]:
    for path in sorted(ours.keys() | theirs.keys()):
        own, other = ours.get(path), theirs.get(path)
        place = f"{golden.folder}/{path}"
        if own is None or other is None:
            who = "Only plain Copier" if own is None else "Only scaffold"
            yield Trouble(place, 1, LAW, f"{who} makes this file.")
        elif own.content != other.content and not _means_the_same(workshop, own, other):
            line = differing_line(own.content, other.content)
            yield Trouble(place, line, LAW, "Plain Copier gives another line here.")
        elif own.executable != other.executable:
            yield Trouble(place, 1, LAW, "Plain Copier gives another mode.")


def _means_the_same(workshop: Workshop, own: RenderedFile, other: RenderedFile) -> bool:
    """Return whether both are answers files of the same answers: Copier does not fill in the defaults of fields."""
    if own.path != workshop.template.answers_file:
        return False
    try:
        found = [workshop.answers(answers_among(parse_answers(each.content, each.path))) for each in (own, other)]
    except ScaffoldError:
        return False
    return found[0].asked == found[1].asked


def _copied(root: Path, given: Mapping[str, Any]) -> Sequence[RenderedFile]:
    """Return what `copier copy` makes, without the settings that a user has for Copier."""
    from copier import Settings, run_copy

    with tempfile.TemporaryDirectory(prefix="scaffold-copier-") as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name).resolve() / "service"
        run_copy(str(root), folder, data=dict(given), settings=Settings(), defaults=True, quiet=True)
        files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
        return [read_rendered(file.relative_to(folder).as_posix(), file) for file in files]
