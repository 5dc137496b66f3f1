"""The words of the command-line tool: no message, help, docstring or comment has one of those that readers stumble over.

CONTRIBUTING.md asks for plain English; tests/support/words.py lists the words, each with the better ones.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from scaffold.cli import COMMANDS, cli
from tests.support.words import In, banned_words
from workshop.goldens import ROOT

_PACKAGE = ROOT / "scaffold"
_PARTS = sorted(path.name for path in _PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())

_ANSWER = re.compile(
    r"\b(?:an|no|every|each|first|single) answer\b|\b(?:that|server|service|stub|nobody)s? answer(?:s|ed)?\b"
)


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield each string, docstring and comment of a module with its line; words without blanks are names."""
    source = file.read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("part", _PARTS)
def test_no_module_has_a_banned_word(part: str) -> None:
    files = sorted((_PACKAGE / part).rglob("*.py")) or [_PACKAGE / part]
    found = [(file, line, each) for file in files for line, text in texts(file) for each in banned_words(text, In.CODE)]
    assert [f"{file.relative_to(ROOT)}:{line}: {each}" for file, line, each in found] == []


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=["scaffold", *COMMANDS])
def test_no_help_has_a_banned_word(words: list[str]) -> None:
    shown = CliRunner().invoke(cli, [*words, "--help"])
    assert shown.exit_code == 0 and "-h, --help" in shown.output
    assert list(banned_words(shown.output, In.CODE)) == []


@pytest.mark.parametrize("part", ["pin", "prove"])
def test_what_calls_servers_writes_that_they_respond(part: str) -> None:
    """Answers are those to scaffold's questions."""
    files = sorted((_PACKAGE / part).rglob("*.py"))
    found = [(file, line, text) for file in files for line, text in texts(file) if _ANSWER.search(text)]
    assert [f"{file.relative_to(ROOT)}:{line}: {text}" for file, line, text in found] == []
