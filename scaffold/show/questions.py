"""What the user of `scaffold questions` sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from scaffold.show.console import compact, console, line


def questions(described: Sequence[dict[str, Any]], defaults: Mapping[str, Any]) -> None:
    """Print every question with its type, default (beside the defaults of all others), choices, meaning and example."""
    out = console(result=True)
    for each in described:
        out.print(line((each["name"], "bold"), f"  {each['type']}"))
        if each["help"]:
            _indented(out, 2, each["help"])
        follows = " (follows from other answers)" if "{{" in str(each["default"]) else ""
        default = defaults[each["name"]]
        _indented(out, 2, f"default: {'none' if default is None else compact(default)}{follows}", style="dim")
        if each["example"] is not None:
            _indented(out, 2, f"example: {compact(each['example'])}", style="dim")
        if "choices" in each:
            _indented(out, 2, f"choices: {', '.join(map(str, each['choices']))}", style="dim")
        for field in each.get("fields", []):
            optional = "" if field["required"] else " (optional)"
            _indented(out, 4, f"{field['name']}  {field['type']}{optional}  {field['help']}", style="dim")


def _indented(out: Console, columns: int, words: str, style: str = "") -> None:
    """Print a paragraph: wrapped in a terminal, in one line for other programs."""
    if out.is_terminal:
        out.print(Padding(Text(words, style=style), (0, 0, 0, columns)))
    else:
        out.print(" " * columns + words, soft_wrap=True)
