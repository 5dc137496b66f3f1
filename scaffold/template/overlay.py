"""The overlay of a platform team: which base it is built on, and what is different from it.

scaffold-template.yml   name, url and base; the base has a url where it is the template of another platform
platform/questions.yml  questions by name: the keys that change, whole new questions, `fixed: VALUE` to ask no more
platform/pins.yml       versions and images, merged by key into the base's
platform/files/         files of the skeleton: new ones, and those that take the place of the base's
platform/overrides.yml  of which file of the base each of the latter was made (written by scaffold)
platform/remove.yml     a list of files of the skeleton that services do not get
platform/fixes.yml      which changes of the base in files of the overlay are taken or declined (begun by scaffold)
platform/policy/*.yml   ValidatingAdmissionPolicies by which `scaffold check` judges each service
platform/changes.yml    what each release changes, in the form of the base's changes.yml
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import FileError
from scaffold.files import names
from scaffold.files.folder import RenderedFile
from scaffold.files.foreign import read_foreign
from scaffold.files.yaml import load, load_all, place_of, problem_of
from scaffold.releases.address import read_address
from scaffold.template import fixes
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest

MANIFEST = "scaffold-template.yml"
FOLDER = "platform"
QUESTIONS = f"{FOLDER}/questions.yml"
PINS = f"{FOLDER}/pins.yml"
FILES = f"{FOLDER}/files"
OVERRIDES = f"{FOLDER}/overrides.yml"
REMOVE = f"{FOLDER}/remove.yml"
CHANGES = f"{FOLDER}/changes.yml"
POLICY = f"{FOLDER}/policy"

_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"
_VERSION = r"\d{1,9}(\.\d{1,9})*((a|b|rc)\d{1,9})?"
_KEYS = ("name", "url", "min_scaffold", "base")
_BASE_KEYS = ("url", "version", "commit")


@dataclass(frozen=True)
class Overlay:
    """What the overlay in `root` says. `commit` is that of the base's release `version`; `url` is the template's own.

    `base_url` is the address of the platform's template that is the base; None where scaffold's own template is.
    `min_scaffold` is the oldest version of scaffold that the template allows; None where any is allowed.

    `overrides` maps a file of the skeleton to the id of the base's file from which it was made.
    """

    root: Path
    name: str
    url: str
    version: str
    commit: str
    base_url: str | None = None
    min_scaffold: str | None = None

    @cached_property
    def questions(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the questions that change or come, by name."""
        found = _mapping(self.root, QUESTIONS)
        for name, spec in found.items():
            if not isinstance(spec, Mapping):
                raise FileError(f"{QUESTIONS}: {name} must be a mapping of keys, not {brief(spec)}.")
        return found

    @cached_property
    def pins(self) -> Mapping[str, Any]:
        """Return the versions and images that change, by the names and keys of the base."""
        return _mapping(self.root, PINS)

    @cached_property
    def overrides(self) -> Mapping[str, str]:
        """Return the id of the base's file that each override was made from."""
        return {str(path): str(blob) for path, blob in _mapping(self.root, OVERRIDES).items()}

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """Return the paths of the skeleton that services do not get."""
        found = _read(self.root, REMOVE)
        if not isinstance(found or [], list) or not all(isinstance(each, str) for each in found or []):
            raise FileError(f"{REMOVE} must be a list of paths; for example [compose.yaml.jinja].")
        return tuple(found or ())

    @cached_property
    def fixes(self) -> fixes.Fixes:
        """Return what was decided of the base's changes in files that the overlay has or removes."""
        return fixes.checked(_mapping(self.root, fixes.FIXES))

    @cached_property
    def changes(self) -> bytes:
        """Return the text of the overlay's own changelog; nothing where there is none."""
        return _bytes(self.root, CHANGES)

    @cached_property
    def policies(self) -> Mapping[str, bytes]:
        """Return the files of policies by their path, in order.

        Raises:
            FileError: when one is not YAML.
        """
        _refuse_no_folder(self.root, POLICY)
        files = sorted(each for each in (self.root / POLICY).glob("*") if each.suffix in (".yml", ".yaml"))
        found = {f"{POLICY}/{each.name}": _bytes(self.root, f"{POLICY}/{each.name}") for each in files}
        for path, text in found.items():
            try:
                load_all(text)
            except yaml.YAMLError as error:
                raise FileError(f"{path}{place_of(error)} is not valid YAML: {problem_of(error)}.") from error
        return found

    @cached_property
    def files(self) -> Mapping[str, RenderedFile]:
        """Return the overlay's own files by their path in the skeleton.

        Raises:
            FileError: when one is a link or a folder, or its name can't be written everywhere.
        """
        _refuse_no_folder(self.root, FILES)
        folder = self.root / FILES
        found = {}
        for file in sorted(folder.rglob("*")):
            path = file.relative_to(folder).as_posix()
            if file.is_symlink() or not (file.is_file() or file.is_dir()):
                raise FileError(f"{FILES}/{path} must be a regular file, not a link or a folder.")
            if file.is_file():
                if reason := names.problem(re.sub(r"\{[{%].*?[}%]\}", "x", path)):
                    raise FileError(f"{FILES}/{path} {reason}.")
                executable = bool(file.stat().st_mode & 0o100)
                found[path] = RenderedFile(path, _bytes(self.root, f"{FILES}/{path}"), executable)
        return found


def read_overlay(root: Path) -> Overlay:
    """Return the overlay in a folder.

    Raises:
        FileError: when it is none, or scaffold-template.yml is wrong.
    """
    if not (root / MANIFEST).is_file():
        above = next((each for each in root.parents if (each / MANIFEST).is_file()), None)
        way = f"{above} is one: --folder '{above}'" if above else "Make one: scaffold template new FOLDER"
        raise FileError(f"{root} has no {MANIFEST}, so it is not a platform's template. {way}")
    found = _mapping(root, MANIFEST)
    _check_keys(found, _KEYS, MANIFEST)
    base = found.get("base")
    if not isinstance(base, Mapping):
        raise FileError(f"{MANIFEST}: base must have version and commit, not {brief(base)}.")
    _check_keys(base, _BASE_KEYS, f"{MANIFEST}, base")
    name, url, version, commit = found.get("name"), found.get("url"), base.get("version"), base.get("commit")
    base_url, least = base.get("url"), found.get("min_scaffold")
    for key, value, form, example in (
        ("name", name, _NAME, "acme"),
        ("url", url, r"\S+", "https://git.example.org/platform/template.git"),
        *([("base.url", base_url, r"\S+", "https://git.example.org/acme/template.git")] if "url" in base else []),
        *([("min_scaffold", least, _VERSION, '"0.4.0"')] if "min_scaffold" in found else []),
        ("base.version", version, r"\S+", "0.3.0"),
        ("base.commit", commit, r"[0-9a-f]{40}([0-9a-f]{24})?", "f" * 40),
    ):
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise FileError(f"{MANIFEST}: {key} is {brief(value)}. Example: {key.rpartition('.')[2]}: {example}.")
    read_address(str(url), f"{MANIFEST}: url")
    return Overlay(root, str(name), str(url), str(version), str(commit), base_url, least)


def name_of(text: str, where: str) -> str:
    """Return the name of the platform whose scaffold-template.yml has this text; `where` names that file.

    Raises:
        FileError: when it has none.
    """
    try:
        found = load(text)
    except yaml.YAMLError as error:
        raise FileError(f"{where} is not valid YAML: {problem_of(error)}.") from error
    name = found.get("name") if isinstance(found, Mapping) else None
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
        raise FileError(f"{where}: name is {brief(name)}. Example: name: acme.")
    return name


def manifest(
    name: str, url: str, version: str, commit: str, base_url: str | None = None, min_scaffold: str | None = None
) -> str:
    """Return the text of scaffold-template.yml."""
    base = "kube-scaffold" if base_url is None else "another platform's template"
    return (
        f"# The template of a platform team, made on top of a release of {base} by `scaffold template build`.\n"
        f"name: {name}\nurl: {url}\n"
        + (f'min_scaffold: "{min_scaffold}"\n' if min_scaffold else "")
        + "base:  # moved by `scaffold template pull`\n"
        + (f"  url: {base_url}\n" if base_url else "")
        + f'  version: "{version}"\n  commit: {commit}\n'
    )


def overrides_text(overrides: Mapping[str, str]) -> str:
    """Return the text of platform/overrides.yml."""
    head = "# Written by `scaffold template override` and `pull`: of which file of the base each override was made.\n"
    return head + (yaml.safe_dump(dict(sorted(overrides.items()))) if overrides else "{}\n")


def _check_keys(found: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in found:
        if key not in known:
            raise FileError(
                f"{where}: {brief(key)} is not a key. {suggest(key, known, f'The keys are {_list(known)}.')}"
            )


def _refuse_no_folder(root: Path, path: str) -> None:
    """Refuse a file or a link in the place of a folder: what services get of it would be gone without a word."""
    if os.path.lexists(root / path) and ((root / path).is_symlink() or not (root / path).is_dir()):
        raise FileError(f"{path} must be a folder, not a link or a file.")


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words)


def _mapping(root: Path, path: str) -> Mapping[str, Any]:
    found = _read(root, path)
    if found is None:
        return {}
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise FileError(f"{path} must be a mapping of names, not {brief(found)}.")
    return found


def _read(root: Path, path: str) -> Any:
    try:
        return load(_bytes(root, path))
    except yaml.YAMLError as error:
        raise FileError(f"{path}{place_of(error)} is not valid YAML: {problem_of(error)}.") from error


def _bytes(root: Path, path: str) -> bytes:
    try:
        return read_foreign(root / path, below=root)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
