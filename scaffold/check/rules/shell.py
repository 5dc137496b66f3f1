"""What can be known of commands that a shell runs."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_BACKGROUND = re.compile(r"(?<![&>|\d<])&(?![&>\d])\s*(?:$|[\n;)]|\w|/)")
_QUOTED = re.compile(r"'[^']*+(?:'|\Z)|\"(?:[^\"\\]|\\[\s\S])*+(?:\"|\\?\Z)")
_EXECUTED = re.compile(r"(?:^|[;&|\n][ \t\r]*+)exec\s+")
_BEFORE_PROGRAM = re.compile(r"|-\w*|env|\w+=\S*")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_WAITING = re.compile(
    r"(?:(?:while|until|if|then|else|do|!)(?:\s+|$))*"
    r"(?:(?:sleep|echo|printf|true|false|test|\[|date|wait|tail|trap|exit|break|done|fi|:)(?:\s[^&]*)?)?"
)
_SEVERAL = re.compile(r"&&|\|\||[;\n|]")


def script_of(words: Sequence[str]) -> str | None:
    """Return the script of `sh -c SCRIPT`, also behind an init, or None where the words start no shell."""
    for number, word in enumerate(words):
        if word.rpartition("/")[2] in SHELLS:
            rest = words[number + 1 :]
            for index, option in enumerate(rest[:-1]):
                if "c" in option and re.fullmatch(r"-[a-z]+", option):
                    return rest[index + 1]
            return None
        if number and not word.startswith("-") and words[number - 1] != "--":
            return None
    return None


def program_of(script: str) -> str:
    """Return the program that a script ends as: the one that it starts by `exec`, or its only command's.

    Nothing where a variable names it.
    """
    executed = list(_EXECUTED.finditer(script))
    command = script[executed[-1].end() :] if executed else script.strip()
    for word in re.split(r"[\s;&|]+", command):
        if not _BEFORE_PROGRAM.fullmatch(word):
            return "" if re.search(r"[$`'\"]", word) else word
    return ""


def background(script: str) -> bool:
    """Return whether a script puts a command into the background."""
    return _BACKGROUND.search(_QUOTED.sub("''", script)) is not None


def only_waits(script: str) -> bool:
    """Return whether a script starts no program that serves: it writes, sleeps and looks whether something is there."""
    bare = _COMMENT.sub("", _QUOTED.sub("''", script))
    return all(_WAITING.fullmatch(command.strip()) for command in _SEVERAL.split(bare))


def keeps_shell(script: str) -> bool:
    """Return whether the shell stays the parent of what it runs: several commands, and none by `exec`.

    Of a single command, the shells of today make themselves the command.
    """
    bare = _QUOTED.sub("''", script.strip())
    return _SEVERAL.search(bare.strip(";\n ")) is not None and not _EXECUTED.search(bare)
