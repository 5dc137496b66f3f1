"""What can be known of commands that a shell runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_BACKGROUND = re.compile(r"(?<![&>|\d<])&(?![&>\d])\s*(?:$|[\n;)]|\w|/)")
_QUOTED = re.compile(r"'[^']*+(?:'|\Z)|\"(?:[^\"\\]|\\[\s\S])*+(?:\"|\\?\Z)")
_EXECUTED = re.compile(r"(?:^|[;&|\n][ \t\r]*+)exec\s+")
_BEFORE_PROGRAM = re.compile(r"|-\w*|env|\w+=\S*")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_COMMENT_LINE = re.compile(r"^[ \t]*+#(?!!)[^\n]*", re.MULTILINE)
_WAITING = re.compile(
    r"(?:(?:while|until|if|then|else|do|!)(?:\s+|$)|\()*"
    r"(?:(?:sleep|echo|printf|date|hostname|uname|uptime|true|false|test|\[|wait|tail|trap|exit|break|continue|done|fi|for|:"
    r"|curl|wget|ping|nslookup|dig|seq|sysctl)(?:[\s)][^&]*)?)?"
)
_PERIODIC = re.compile(r"(?:^|[\s;&|])sleep\s+(?:\d{2,9}|\d{1,9}[mhd]|\$|'')")
_TO_OTHERS = re.compile(r"\d?>&\d")
_ENDLESS = re.compile(r"(?:while|until)\s+(?:true|:|false|\[\s*1\s*\])")
_SEVERAL = re.compile(r"&&|\|\||[;\n|]")
_IN_ORDER = re.compile(r"&&|\|\||[;\n]")
_PUT_IN = re.compile(r"\$\([^()]*\)|`[^`]*`")
_DEEPEST = 5

Stays = Literal["yes", "perhaps", "no"]
Form = Literal["single", "list", "other", "joined"]
"""One command; several of which the last is one command; a last one with a redirection, or a compound one; a pipeline
or a loop."""

_STAYS: dict[Form, frozenset[str]] = {
    "single": frozenset({"dash"}),
    "list": frozenset({"dash", "ksh"}),
    "other": frozenset({"dash", "ksh", "bash"}),
    "joined": frozenset(),  # in all of them
}
"""The shells that stay, as tried with dash 0.5.12, bash 5.2, mksh 59, zsh 5.9 and BusyBox 1.35 (ash).

Of a list, bash becomes the last command since 5.1: https://git.savannah.gnu.org/cgit/bash.git/tree/CHANGES.
"""


@dataclass(frozen=True)
class ShellStart:
    """What starts `SHELL -c SCRIPT`: the shell as it is written, and the init in front of it, if there is one."""

    shell: str
    script: str
    init: str
    forwards: bool

    @property
    def role(self) -> str:
        """Return what the shell is in the container."""
        return f"below {self.init}" if self.init else "PID 1"


def script_of(words: Sequence[str]) -> str | None:
    """Return the script of `sh -c SCRIPT`, also behind an init, or None where the words start no shell."""
    started = shell_start(words)
    return started.script if started else None


def shell_start(words: Sequence[str]) -> ShellStart | None:
    """Return how words start a shell with a script, also behind an init, or None where they start none."""
    for number, word in enumerate(words):
        if word.rpartition("/")[2] in SHELLS:
            rest = words[number + 1 :]
            for index, option in enumerate(rest[:-1]):
                if "c" in option and re.fullmatch(r"-[a-z]+", option):
                    init = words[0].rpartition("/")[2] if number else ""
                    return ShellStart(word.rpartition("/")[2], rest[index + 1], init, forwards(words[:number]))
            return None
        if number and not word.startswith("-") and words[number - 1] != "--":
            return None
    return None


def forwards(words: Sequence[str]) -> bool:
    """Return whether an init sends signals to all processes, and so past the shell: dumb-init does, tini on request."""
    init = words[0].rpartition("/")[2] if words else ""
    if init == "dumb-init":
        return not {"-c", "--single-child"} & set(words)
    return init.startswith("tini") and "-g" in words


def program_of(script: str) -> str:
    """Return the program that a script ends as: the one that it starts by `exec`, or its only command's.

    Nothing where a variable names it, or another shell would stay.
    """
    executed = list(_EXECUTED.finditer(script))
    if not executed and _IN_ORDER.search(_bare(script)):
        return ""
    command = script[executed[-1].end() :] if executed else script.strip()
    for word in re.split(r"[\s;&|]+", command):
        if not _BEFORE_PROGRAM.fullmatch(word):
            return "" if re.search(r"[$`'\"]", word) else word
    return ""


_IDLE = re.compile(r"\b(?:sleep[ \t]++[\w.]++|tail[ \t]++-[fF][ \t]++/dev/null)[ \t]*+&(?!&)")


def background(script: str) -> bool:
    """Return whether a script puts a command into the background; one that only waits is none (`sleep infinity &`)."""
    bare = _COMMENT.sub("", _QUOTED.sub("''", _COMMENT_LINE.sub("", script)))
    return _BACKGROUND.search(_IDLE.sub("", bare)) is not None


def is_shell(script: str) -> bool:
    """Return whether a script is only a shell to type in: it serves nothing."""
    word, *options = script.split() or [""]
    return word.rpartition("/")[2] in SHELLS and all(re.fullmatch(r"-[il]+|--login", each) for each in options)


def only_waits(script: str) -> bool:
    """Return whether a script starts no program that serves: it writes, sleeps, asks others, or does all that at times.

    What comes before an endless loop that only waits has ended by then. A loop that sleeps for ten seconds or more does
    a task again and again, and nobody sends it requests.
    """
    bare = _TO_OTHERS.sub("", _COMMENT.sub("", _QUOTED.sub("''", script)))
    commands = [each.strip() for each in _SEVERAL.split(bare) if each.strip()]
    loops = [number for number, each in enumerate(commands) if _ENDLESS.fullmatch(each)]
    if loops and any(_PERIODIC.search(each) for each in commands[loops[-1] :]):
        return True
    return all(_WAITING.fullmatch(each) for each in commands[loops[-1] if loops else 0 :])


def stays(script: str, shell: str) -> Stays:
    """Return whether a shell stays the parent of what `-c SCRIPT` runs.

    `shell` is what it really is, or empty where nobody knows: /bin/sh is dash on Debian and Ubuntu, BusyBox on Alpine,
    and bash on most others.
    """
    bare = _bare(script)
    if _EXECUTED.search(bare):
        return "no"
    form = _form(bare)
    if form == "joined" or shell in _STAYS[form]:
        return "yes"
    return "perhaps" if not shell or (shell, form) == ("bash", "list") else "no"


def _bare(script: str) -> str:
    """Return a script without quoted text, comments, and what it puts in (`$(…)`)."""
    bare = _COMMENT.sub("", _QUOTED.sub("''", script))
    for _ in range(_DEEPEST):
        bare, count = _PUT_IN.subn("''", bare)
        if not count:
            break
    return bare.strip(";\n\t ")


def _form(bare: str) -> Form:
    commands = _IN_ORDER.split(bare)
    last = commands[-1].strip()
    if "|" in last or last.endswith("&") or re.search(r"(?:^|\s)done\b", last):
        return "joined"
    if re.search(r"[<>]", last) or re.fullmatch(r"(?:fi|esac|\}|.*\))(?:\s.*)?", last):
        return "other"
    return "list" if len(commands) > 1 else "single"


def real_shell(shell: str, in_image: str) -> str:
    """Return what a shell really is: `sh` is another one in each distribution."""
    name = shell.rpartition("/")[2]
    return in_image if name == "sh" else name
