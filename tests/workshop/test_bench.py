"""What `./dev bench` needs: it runs rarely, so a name that moved would stay unnoticed."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import division, platform
from bench.__main__ import MEASURES
from scaffold.releases import History
from scaffold.template.base import Base
from workshop.goldens import ROOT


@pytest.mark.parametrize("measured", [platform, division], ids=["platform", "division"])
def test_each_release_has_what_the_platforms_override(measured: object) -> None:
    history = History(ROOT)
    paths: Sequence[str] = measured.OVERRIDES  # type: ignore[attr-defined]
    for version in measured.BASES:  # type: ignore[attr-defined]
        base = Base(history, history.resolve(version))
        assert [path for path in paths if not base.skeleton(path)] == [], version


def test_each_module_can_be_imported() -> None:
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in (ROOT / "bench").rglob("*.py")}
    assert len(names) > 10
    for name in names - {"bench.__main__"}:
        importlib.import_module(name)


def test_the_page_has_a_row_for_each_measure() -> None:
    table = (ROOT / "bench/README.md").read_text().split("\n\n")[2]
    assert table.startswith("| ratio |")
    assert len(table.splitlines()) - 2 == len(MEASURES)


def test_a_command_that_fails_shows_its_message(tmp_path: Path) -> None:
    from bench.measure import PYTHON, seconds

    with pytest.raises(RuntimeError, match=r"ended with exit code 3: .*no such file"):
        seconds([PYTHON, "-c", "import sys; print('no such file'); sys.exit(3)"], tmp_path)


@pytest.mark.parametrize("version", [platform.BASES[-1], division.BASES[0]])
def test_answers_of_a_release_need_no_tag(version: str) -> None:
    from bench.measure import released_answers

    for kind in division.KINDS:
        assert "\nname: " in "\n" + released_answers(version, kind)
