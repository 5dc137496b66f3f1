"""The words of the command-line tool: no message, help, docstring or comment has one of those that readers stumble over.

CONTRIBUTING.md asks for plain English; tests/support/words.py lists the words, each with the better ones.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scaffold.cli import COMMANDS, cli
from tests.support.words import In, banned_words
from workshop.goldens import ROOT

_PACKAGE = ROOT / "scaffold"
_PARTS = sorted(path.name for path in _PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())


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
    found = [(file, line, each) for file in files for line, text in texts(file) for each in banned_words(text, In.CODE)]
    assert [f"{file.relative_to(ROOT)}:{line}: {each}" for file, line, each in found] == []


@pytest.mark.parametrize("name", ["scaffold", *COMMANDS])
def test_no_help_has_a_banned_word(name: str) -> None:
    command = commands()[name]
    with click.Context(command, info_name=name) as context:
        assert list(banned_words(command.get_help(context), In.CODE)) == []
