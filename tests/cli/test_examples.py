"""The examples of `--help` that give answers work with the newest release."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from scaffold.cli import cli
from tests.support.commands import scaffold


def examples(command: str) -> list[str]:
    """Return the examples of a command's help that give answers; a comment begins after two blanks."""
    found = cli.get_command(click.Context(cli), command)
    assert found is not None and found.epilog
    lines = re.findall(r"^  scaffold (.+)$", found.epilog, re.MULTILINE)
    return [each for each in (re.split(r"\s{2,}", line)[0] for line in lines) if re.search(r"--(data|add)\b", each)]


NEW, UPDATE = examples("new"), examples("update")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    assert scaffold("new", "payments", "--defaults", "--quiet", cwd=folder).returncode == 0
    return folder / "payments"


def test_some_examples_give_answers() -> None:
    assert len(NEW) >= 2 and len(UPDATE) >= 2


@pytest.mark.parametrize("words", NEW)
def test_new_takes_the_answers_of_its_examples(words: str, tmp_path: Path) -> None:
    done = scaffold(*shlex.split(words), "--dry-run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", UPDATE)
def test_update_takes_the_answers_of_its_examples(words: str, service: Path) -> None:
    done = scaffold(*shlex.split(words), "--dry-run", cwd=service)
    assert done.returncode == 0, done.stderr
