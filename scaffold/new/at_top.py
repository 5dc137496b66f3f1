"""The files of a new service that belong to the top of the repository around it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.engine.template import Template
from scaffold.errors import DestinationError, OptionError
from scaffold.files.at_top import FOLDER, PLACES, carried, place_of
from scaffold.files.folder import RenderedFile
from scaffold.files.foreign import read_foreign
from scaffold.settings.repository import repository_of

QUESTION = "folder"


@dataclass(frozen=True)
class AtTop:
    """What a service writes at the top of its repository, `folder`; `by_hand` has shared files that stay as they are.

    It gives by path what the template would make of each.
    """

    folder: Path
    files: list[RenderedFile] = field(default_factory=list)
    by_hand: dict[str, bytes] = field(default_factory=dict)


def folder_below(template: Template, destination: Path) -> str:
    """Return the folder of a service from the top of the repository around it; empty where it is the top.

    It is empty, too, where the template does not ask for it.
    """
    whole = destination.resolve()
    top = repository_of(whole)
    if top is None or not template.asks_folder:
        return ""
    return "" if top == whole else whole.relative_to(top).as_posix()


def divided(
    template: Template, destination: Path, files: Iterable[RenderedFile], answered: Mapping[str, Any]
) -> _Divided:
    """Divide rendered files into those of the service's folder and those of the top.

    Raises:
        DestinationError: when a file of the service's own is there already and is another one, or can't be read.
        OptionError: when the answer is another folder.
    """
    files = list(files)
    whole = destination.resolve()
    top = repository_of(whole)
    folder = answered.get(QUESTION) if template.asks_folder else ""
    if top is None or not folder:
        return _Divided(files, None)
    if whole.relative_to(top).as_posix() != folder:
        raise OptionError(f"folder={folder} is not where the service is, {whole.relative_to(top)}; leave it out.")
    inner = [each for each in files if not each.path.startswith(FOLDER)]
    outer = [replace(each, path=each.path.removeprefix(FOLDER)) for each in files if each.path.startswith(FOLDER)]
    made = AtTop(top)
    for each in outer:
        _put(made, each)
    return _Divided(inner, made)


@dataclass(frozen=True)
class _Divided:
    """The files of the service's folder, and what is at the top, if there is one above it."""

    files: list[RenderedFile]
    top: AtTop | None


def _put(made: AtTop, file: RenderedFile) -> None:
    path = place_of(file.path, lambda each: os.path.lexists(made.folder / each))
    found = _read(made.folder, path)
    if file.path not in PLACES:
        if found is not None and found != file.content:
            raise DestinationError(
                f"{made.folder / path} already exists and differs; give the service another name, "
                "or move that file. Nothing was written."
            )
        made.files.append(file)
        return
    shared = carried(file.path, found, None, file.content)
    if shared.by_hand:
        made.by_hand[path] = file.content
    elif shared.after is not None and shared.after != found:
        made.files.append(replace(file, path=path, content=shared.after))


def _read(top: Path, path: str) -> bytes | None:
    try:
        if (top / path).is_symlink():
            raise DestinationError(f"{top / path} is a symbolic link; make it a file. Nothing was written.")
        return read_foreign(top / path, below=top)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DestinationError(f"{top / path} can't be read: {error.strerror}. Nothing was written.") from error
