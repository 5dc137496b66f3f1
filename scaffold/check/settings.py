"""What is checked and how: the default, then the file, then the environment, then the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scaffold.errors import FileError, OptionError, ScaffoldError
from scaffold.files.foreign import read_foreign, read_given
from scaffold.settings.keys import unknown_setting
from scaffold.settings.repository import find_table, repository_of
from scaffold.text.brief import brief

FORMATS = ("text", "json", "sarif", "github", "junit")
FAIL_ON = ("warning", "error", "never")
PROFILES: dict[str, dict[str, Any]] = {
    "essential": {"fail_on": "error"},
    "recommended": {},
    "strict": {"fail_on": "warning", "strict": True},
}
"""The profiles, from the smallest, and the settings that each gives where nobody else does.

Each has the rules that name it as their `profile`, and those of the profiles before it.
"""
MERGE_BASE = "merge-base"
"""As `new_only`, the commit at which the work left the default branch."""

DECLARED = ("startup_seconds", "shutdown_seconds")

_DEFAULTS: dict[str, Any] = {
    "profile": "recommended",
    "select": [],
    "ignore": [],
    "exclude": [],
    "policy": [],
    "baseline": "",
    "new_only": "",
    "format": "text",
    "fail_on": "warning",
    "strict": False,
    "allow_network": False,
    "startup_seconds": 0,
    "shutdown_seconds": 0,
}
_NEVER_IN_A_FILE = frozenset({"allow_network"})
"""What a repository that is checked must not decide."""

LARGEST_BASELINE = 64 * 1024 * 1024
"""Bytes of a baseline; each finding takes 150 of them."""
_CHOICES: dict[str, Sequence[str]] = {"format": FORMATS, "fail_on": FAIL_ON, "profile": tuple(PROFILES)}


@dataclass(frozen=True)
class Setting:
    """A value, and where it came from: empty for a default, `--select` for a flag."""

    value: Any
    origin: str = ""

    def refuse(self, message: str) -> ScaffoldError:
        """Return the error to raise when the value is wrong: it says where it stands."""
        if self.origin.startswith("--"):
            return OptionError(f"{self.origin}: {message}")
        return FileError(f"{self.origin}: {message}" if self.origin else message)


class CheckSettings:
    """The settings of one run, each with where it came from."""

    def __init__(
        self,
        folder: Path,
        flags: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
        checked: Sequence[Path] = (),
    ) -> None:
        """Take the folder whose file counts, and what the command line says; None and () are as if not given.

        `checked` are the paths in which services are looked for, which have policies of their own.

        Raises:
            FileError, OptionError: when a setting is unknown or of the wrong kind; the message says where it stands.
        """
        self.folder, self.checked = folder, checked
        self._found = {name: Setting(value) for name, value in _DEFAULTS.items()}
        table, where = find_table(folder, "check")
        for key, value in table.items():
            name = key.replace("-", "_")
            if name in _NEVER_IN_A_FILE:
                flag, variable = f"--{name.replace('_', '-')}", f"SCAFFOLD_CHECK_{name.upper()}"
                raise FileError(f"{where}: {key} can't be set in a file; remove it, and give {flag} or set {variable}.")
            if name not in _DEFAULTS:
                known = [each for each in _DEFAULTS if each not in _NEVER_IN_A_FILE]
                raise unknown_setting(where, key, known)
            self._found[name] = _checked(name, Setting(value, f"{where} {key}"))
        self.file = Path(where.partition(": ")[0]) if where else None
        self._take_environment(os.environ if environment is None else environment)
        for name, value in flags.items():
            if value not in (None, (), False, ""):
                self._found[name] = _checked(name, Setting(value, f"--{name.replace('_', '-')}"))
        for name, value in PROFILES[self["profile"].value].items():
            if not self._found[name].origin:
                self._found[name] = Setting(value)

    def _take_environment(self, environment: Mapping[str, str]) -> None:
        for name, default in _DEFAULTS.items():
            variable = f"SCAFFOLD_CHECK_{name.upper()}"
            if text := environment.get(variable):
                value: Any = text
                if isinstance(default, list):
                    value = [word.strip() for word in text.split(",") if word.strip()]
                elif isinstance(default, bool):
                    value = text.lower() in ("1", "true", "yes")
                elif isinstance(default, int):
                    value = int(text) if text.isdecimal() and len(text) < 10 else text
                self._found[name] = _checked(name, Setting(value, variable))

    def __getitem__(self, name: str) -> Setting:
        """Return a setting with its origin."""
        return self._found[name]

    def words(self, name: str) -> list[str]:
        """Return a list of words, given one by one or with commas between."""
        return [word.strip() for each in self._found[name].value for word in each.split(",") if word.strip()]

    def path(self, name: str) -> Path | None:
        """Return a path: of a file's setting from the file's folder, otherwise from the working folder."""
        setting = self._found[name]
        return self._path(name, setting.value) if setting.value else None

    def paths(self, name: str) -> list[Path]:
        """Return the paths of a list, as `path` does one."""
        return [self._path(name, each) for each in self._found[name].value]

    def _path(self, name: str, value: str) -> Path:
        return self.file.parent / value if self.file and self.is_in_file(name) else Path(value)

    def reader(self, name: str) -> Callable[[Path], bytes]:
        """Return how the file of a path, which is a baseline, is read.

        One that the repository names must be a regular file of its own.
        """
        if self.file and self.is_in_file(name):
            return partial(read_foreign, below=repository_of(self.file.parent), largest=LARGEST_BASELINE)
        return partial(read_given, largest=LARGEST_BASELINE)

    def is_in_file(self, name: str) -> bool:
        """Return whether a setting stands in a file of the repository."""
        return ": [" in self._found[name].origin

    @property
    def profiles(self) -> list[str]:
        """Return the profiles whose rules are wanted: the one that is set, and those before it."""
        names = list(PROFILES)
        return names[: names.index(self["profile"].value) + 1]

    @property
    def declared(self) -> dict[str, int]:
        """Return what is declared of services that the template did not make, by the name of the question."""
        return {name: self._found[name].value for name in DECLARED if self._found[name].value}


def _checked(name: str, setting: Setting) -> Setting:
    default, value = _DEFAULTS[name], setting.value
    if isinstance(default, list):
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise setting.refuse(f"must be a list of words, not {brief(value)}.")
    elif type(value) is not type(default):
        kinds = {str: "a word", bool: "true or false", int: "a whole number"}
        raise setting.refuse(f"must be {kinds[type(default)]}, not {brief(value)}.")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise setting.refuse(f"must be one of {', '.join(_CHOICES[name])}, not {brief(value)}.")
    return setting
