"""Takes files of the base into the overlay, takes them out of every service, and gives them back to the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import yaml

from scaffold.errors import FileError
from scaffold.files.folder import RenderedFile
from scaffold.template.base import Base, id_of
from scaffold.template.overlay import FILES, OVERRIDES, REMOVE, Overlay, overrides_text


def override(overlay: Overlay, base: Base, paths: Sequence[str]) -> dict[str, RenderedFile]:
    """Return the files to write so that each path of the skeleton can be changed in the overlay.

    Raises:
        FileError: when the base has no such file, or the overlay has it already.
    """
    made = dict(overlay.overrides)
    files = {}
    for path in paths:
        file = base.require(path, "override")
        if path in overlay.files:
            raise FileError(f"{FILES}/{path} is there already. Change it there.")
        if path in overlay.removed:
            raise FileError(f"{path} is in {REMOVE}. Give it back first: scaffold template restore '{path}'")
        files[f"{FILES}/{path}"] = replace(file, path=f"{FILES}/{path}")
        made[path] = id_of(file)
    return {**files, **_record(made)}


def remove(overlay: Overlay, base: Base, paths: Sequence[str]) -> dict[str, RenderedFile]:
    """Return the files to write so that services do not get these paths of the skeleton.

    Raises:
        FileError: when the base has no such file, or the overlay has it.
    """
    for path in paths:
        base.require(path, "remove")
        if path in overlay.files:
            raise FileError(f"{FILES}/{path} takes its place. Give it back first: scaffold template restore '{path}'")
    return _removed([*overlay.removed, *(path for path in paths if path not in overlay.removed)])


def restore(overlay: Overlay, paths: Sequence[str]) -> tuple[dict[str, RenderedFile], list[str]]:
    """Return the files to write, and those to remove, so that these paths are the base's again.

    Raises:
        FileError: when the overlay neither has nor removes one.
    """
    gone = [path for path in paths if path in overlay.overrides]
    for path in paths:
        if path not in overlay.overrides and path not in overlay.removed:
            raise FileError(f"restore: {path} is neither an override nor in {REMOVE}.")
    files = _record({path: blob for path, blob in overlay.overrides.items() if path not in gone})
    if set(paths) & set(overlay.removed):
        files |= _removed([path for path in overlay.removed if path not in paths])
    return files, [f"{FILES}/{path}" for path in gone]


def _record(made: Mapping[str, str]) -> dict[str, RenderedFile]:
    return {OVERRIDES: RenderedFile(OVERRIDES, overrides_text(made).encode(), False)}


def _removed(paths: Sequence[str]) -> dict[str, RenderedFile]:
    return {REMOVE: RenderedFile(REMOVE, removed_text(paths).encode(), False)}


def removed_text(paths: Sequence[str]) -> str:
    """Return the text of platform/remove.yml."""
    head = "# Paths below the base's skeleton that your services do not get; `scaffold template files` lists them.\n"
    return head + (yaml.safe_dump(sorted(paths)) if paths else "# - compose.yaml.jinja\n")
