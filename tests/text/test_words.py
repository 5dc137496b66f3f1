"""The words of the command-line tool: no message, help, docstring or comment has one of those that readers stumble over.

CONTRIBUTING.md asks for plain English. Each pattern in BANNED has the better words beside it.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scaffold.cli import COMMANDS, cli
from workshop.goldens import ROOT

BANNED = {
    r"\blets? (?:\w+ ){0,3}stand\b": "suppress, ignore",
    r"\b(?:tells?|told|telling)\b": "print, report, show, return",
    r"\bsays? (?:so|which|whether|that|what|nothing)\b|\b(?:is|unless) said\b": "print, report, show, default",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\bin vain\b": "unused, without effect",
    r"\balone\b": "only",
    r"[;,:] (?:or )?else\b|\b(?:or|and|all) else\b|\bElse\b": "otherwise, everything except",
    r"\bfor ever\b": "without end, never ends",
    r"\banew\b": "again",
    r"\b(?:its|their) like\b": "similar ones",
    r"\bforges?\b": "CI system, Git host",
    r"\btaken for\b|\btakes? (?:\w+ )?for (?:a|an|the)\b": "counts as",
    r"(?<!there )(?<!There )\b(?:is|are|was|were) no (?!longer\b|more\b|such\b|larger\b)\w": "is not a",
    r"\bstop(?:s|ped)? to (?!a\b|the\b)\w+": "stop doing",
    r"\bstands? beside\b": "is in the same files",
}
"""Patterns of words that scaffold does not use, each with what to write instead. The lookarounds leave
out what is right: "there is no Service" (it does not exist), "is no longer", "is no such"."""

_PATTERNS = {re.compile(pattern): better for pattern, better in BANNED.items()}
_PACKAGE = ROOT / "scaffold"
_PARTS = sorted(path.name for path in _PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())


def complaints(text: str) -> list[str]:
    """Return each banned word of a text, and the better ones."""
    line = " ".join(text.split())
    return [f"{match[0]!r}: write {better}" for each, better in _PATTERNS.items() for match in each.finditer(line)]


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield each string, docstring and comment of a module with its line; words without blanks are names."""
    source = file.read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in COMMANDS}
    return {"scaffold": cli, **{name: each for name, each in found.items() if each}}


@pytest.mark.parametrize("part", _PARTS)
def test_no_module_has_a_banned_word(part: str) -> None:
    files = sorted((_PACKAGE / part).rglob("*.py")) or [_PACKAGE / part]
    found = [(file, line, each) for file in files for line, text in texts(file) for each in complaints(text)]
    assert [f"{file.relative_to(ROOT)}:{line}: {each}" for file, line, each in found] == []


@pytest.mark.parametrize("name", ["scaffold", *COMMANDS])
def test_no_help_has_a_banned_word(name: str) -> None:
    command = commands()[name]
    with click.Context(command, info_name=name) as context:
        assert complaints(command.get_help(context)) == []
