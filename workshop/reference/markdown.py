"""Markdown as the pages of docs/reference are made of it: paragraphs, tables, lists and blocks."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

_WIDTH = 120


def page(title: str, source: str, *parts: str) -> str:
    """Return a page; `source` is what it is made from, for whoever wants to change it."""
    note = f"<!-- Written by `./dev docs` from {source}. Change that, not this page. -->"
    return "\n\n".join([note, f"# {title}", *(part for part in parts if part)]) + "\n"


def paragraph(text: str, indent: int = 0) -> str:
    """Return text as one paragraph, wrapped; `indent` columns are left free."""
    return textwrap.fill(" ".join(text.split()), _WIDTH - indent, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a cell may hold any text of one line or more."""
    lines = [head, *rows]
    cells = [[" ".join(cell.replace("|", "\\|").split()) for cell in line] for line in lines]
    rule = f"|{'---|' * len(head)}"
    written = ["| " + " | ".join(line) + " |" for line in cells]
    return "\n".join([written[0], rule, *written[1:]])


def bullets(items: Iterable[str]) -> str:
    """Return a list, its long items wrapped."""
    return "\n".join(textwrap.indent(paragraph(item, 4), "  ").replace("  ", "- ", 1) for item in items)


def block(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def code(value: Any) -> str:
    """Return a value as code in a line: text as it is, other values as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if text else "empty"


def codes(names: str) -> str:
    """Return names, which commas separate, as code each."""
    return ", ".join(code(each) for each in names.split(", "))


def value(answer: Any) -> str:
    """Return an answer as code in a line, as somebody would write it after `--data NAME=`."""
    if not isinstance(answer, list | dict):
        return code(answer)
    dumped = yaml.safe_dump(answer, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return code(dumped.strip())


def sentence(text: str) -> str:
    """Return a text as a sentence: with a capital, and a full stop."""
    text = " ".join(text.split())
    first = text.partition(" ")[0].rstrip(",;:")
    text = text[:1].upper() + text[1:] if first.islower() and "_" not in first else text
    return text if not text or text[-1] in ".?!:" else f"{text}."
