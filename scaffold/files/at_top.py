"""Files of a service in a folder that have an effect only at the top of its repository: CI, CODEOWNERS, pre-commit…

The template renders them below FOLDER. Most are the service's own. A shared file belongs to all services there: a
service has at most a block in it, between two marks, and nothing else of it is ever changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import yaml

from scaffold.files.yaml import load

FOLDER = "top-of-repository/"

_RENOVATE = ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5")
PLACES: Mapping[str, tuple[str, ...]] = {
    "CODEOWNERS": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    "renovate.json": tuple(folder + name for folder in ("", ".github/", ".gitlab/") for name in _RENOVATE),
    ".pre-commit-config.yaml": (".pre-commit-config.yaml",),
    ".gitlab-ci.yml": (".gitlab-ci.yml",),
}
"""The shared files, and where each may stand: what reads them takes the first that there is."""
SHARED = frozenset(place for places in PLACES.values() for place in places)

_BLOCK = re.compile(r"(?m)^ *# begin (\S+): .*\n(?s:.*?)^ *# end \1\n")


def place_of(path: str, exists: Callable[[str], bool]) -> str:
    """Return where the file that is rendered as `path`, below FOLDER, is at the top of a repository."""
    return next((each for each in PLACES.get(path, ()) if exists(each)), path)


@dataclass(frozen=True)
class Shared:
    """A shared file: what it would be before a change and after it; the team adds to it `by_hand` where that is set."""

    before: bytes | None
    after: bytes | None
    by_hand: bool = False


def carried(path: str, found: bytes | None, old: bytes | None, new: bytes | None) -> Shared:
    """Return what becomes of the shared file `found`; `old` and `new` are what the template gave, and gives, as `path`.

    What the team removed stays removed, and what it changed outside of the service's block stays as it is.
    """
    if found is None:
        return Shared(None, new if old is None else None)
    try:
        return _carried(path, found, _text(old), _text(new))
    except UnicodeDecodeError:
        return Shared(found, found, by_hand=old is None)


def _carried(path: str, found: bytes, old: str | None, new: str | None) -> Shared:
    ending = "\r\n" if b"\r\n" in found else "\n"
    text = found.decode().replace("\r\n", "\n")

    def shared(before: str, after: str) -> Shared:
        mine, theirs = (found if each == text else each.replace("\n", ending).encode() for each in (before, after))
        return Shared(mine, theirs)

    before, after = _block(old), _block(new)
    if not (before or after):
        if new is not None and text == old:
            return shared(text, new)
        return Shared(found, found, by_hand=old is None and not _complete(path, text, new or ""))
    if place := _within(text, before) or _within(text, after):
        start, end = place
        inside = [text[start:end] if each is None else each for each in (before, after or "")]
        return shared(*(text[:start] + each + text[end:] for each in inside))
    if old is not None or not after:
        return Shared(found, found)
    longer = f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{after}"
    return shared(text, longer) if _ADDED[path](text, longer, after) else Shared(found, found, by_hand=True)


def block(rendered: bytes) -> str:
    """Return what a service adds to a shared file: its block, or the whole file where it has none."""
    text = rendered.decode()
    return _block(text) or text


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode()


def _block(rendered: str | None) -> str | None:
    found = _BLOCK.search(rendered or "")
    return found and found[0]


def _within(text: str, rendered: str | None) -> tuple[int, int] | None:
    """Return where the block of the service stands that has the marks of this one."""
    name = (found := _BLOCK.search(rendered or "")) and found[1]
    return next((each.span() for each in _BLOCK.finditer(text) if each[1] == name), None)


def _complete(path: str, text: str, new: str) -> bool:
    return text == new or (path == ".gitlab-ci.yml" and ".gitlab/services/*.yml" in text)


def _owners_added(text: str, _longer: str, _block: str) -> bool:
    """Return whether a last line holds: in a section of GitLab's it would be that section's."""
    return not re.search(r"(?m)^\^?\[", text)


def _hooks_added(text: str, longer: str, added: str) -> bool:
    """Return whether the file is what it was, and has the hooks of the block beside."""
    try:
        before, after, hooks = (load(each) for each in (text, longer, f"repos:\n{added}"))
    except (yaml.YAMLError, ValueError):
        return False
    return isinstance(before, dict) and after == {**before, "repos": [*(before.get("repos") or []), *hooks["repos"]]}


_ADDED: Mapping[str, Callable[[str, str, str], bool]] = {
    "CODEOWNERS": _owners_added,
    ".pre-commit-config.yaml": _hooks_added,
}
"""Whether a block at the end of a file means what it says."""
