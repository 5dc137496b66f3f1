"""Text of others on its way to a screen or a report: names of files, objects and folders, answers, words of programs.

What a terminal would obey (escape sequences, BEL), what hides or turns text around (zero-width and bidirectional
characters) and bytes that are not UTF-8 are written as Python writes them: `\\x1b`, `\\u202e`, `\\xff`.
"""

from __future__ import annotations

import json
import re
from typing import Any

_SUSPECT = re.compile(r"[^ -~]")
_SUSPECT_BUT_LINES = re.compile(r"[^ -~\n]")
_BRACKETED = re.compile(r"##(?=[\w-]*\[)")
_COMMAND = re.compile(rf"^(\s*):(?=:)|{_BRACKETED.pattern}", re.MULTILINE)
"""How CI systems find commands in what a program prints: GitHub's `::add-mask::x` and `##[x]`, Azure's `##vso[x]`."""

_LONGEST = 4000


def printable(text: str, *, lines: bool = False, tabs: bool = False) -> str:
    """Return text as it may be printed: a line of it that is not a command for a CI system, with escapes where needed.

    With `lines`, its line feeds stay, and with `tabs`, its tabs.
    """
    if not (text.isprintable() and text.isascii()):
        pattern = _SUSPECT_BUT_LINES if lines else _SUSPECT
        text = pattern.sub(lambda found: "\t" if tabs and found[0] == "\t" else _escaped(found[0]), text)
    return _COMMAND.sub(_disarmed, text) if ":" in text or "#" in text else text


def sentence(text: str, *, lines: bool = False) -> str:
    """Return a message as it may be printed: as `printable`, and without its middle where a name makes it too long."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
    return printable(text, lines=lines)


def to_json(value: Any) -> str:
    """Return a value as JSON that may be printed: what can't be shown stands as JSON's own escape.

    A byte that is not UTF-8 is not text, so that JSON has no escape for it; `\\xff` stands for it.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    if not text.isascii() or "\x7f" in text:
        text = _SUSPECT_BUT_LINES.sub(_escaped_in_json, text)
    return _BRACKETED.sub(r"#\\u0023", text) if "##" in text else text


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("ascii", "backslashreplace").decode() if ord(char) > 0x7F else repr(char)[1:-1]


def _escaped_in_json(found: re.Match[str]) -> str:
    char = found[0]
    if char.isprintable():
        return char
    if "\ud800" <= char <= "\udfff":
        return "\\" + _escaped(char)
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def _disarmed(found: re.Match[str]) -> str:
    return "#\\x23" if found[0] == "##" else f"{found[1]}\\x3a"
