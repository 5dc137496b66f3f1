"""`make dev` restarts the service after each change of its code, survives an error in it, and ends completely."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.generated.makefile import TOOLS, furnish
from tests.support.inner_loop import LANGUAGES, Loop
from workshop import goldens

pytestmark = [pytest.mark.generated, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("language", [pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in LANGUAGES])
def test_a_change_is_seen_and_an_error_does_not_end_it(language: str, tmp_path: Path) -> None:
    folder = tmp_path / LANGUAGES[language].example
    shutil.copytree(goldens.EXAMPLES / folder.name, folder)
    furnish(folder, language)
    loop = Loop(language, folder)
    try:
        loop.wait(lambda: loop.name() == folder.name, "the service does not respond")
        loop.reload("changed")
        before = loop.output.stat().st_size
        loop.write('"changed')  # an error of syntax
        loop.wait(lambda: shows_error(loop.output, before), "no error is shown")
        assert loop.process.poll() is None
        loop.reload("good-again")
        assert loop.compose.read_text().splitlines() == ["compose up --detach stubs"], "the stubs keep running"
        loop.interrupt()
        assert loop.left_over() == []
        assert loop.name() is None
    finally:
        loop.close()


def shows_error(output: Path, offset: int) -> bool:
    """Tell whether a compiler or an interpreter has reported an error after that place."""
    with output.open("rb") as file:
        file.seek(offset)
        return re.search(rb"(?i)(syntax ?error|\berror\b.*\w|unterminated)", file.read()) is not None


def test_every_language_has_a_loop() -> None:
    assert LANGUAGES.keys() == TOOLS.keys()
