"""What was wrong or missing on public repositories: `reported/NAME` is the smallest repository that shows it.

Its EXPECT has one word: a rule or a pattern that must find something, or one with `-` before it that must not.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.helm import needs_helm

REPORTED = Path(__file__).with_name("reported")
NAMES = sorted(path.name for path in REPORTED.iterdir())


@pytest.mark.parametrize("name", NAMES)
@needs_helm
@pytest.mark.usefixtures("with_helm")
def test_what_was_reported(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shutil.copytree(REPORTED / name, tmp_path / name))
    expected = Path("EXPECT").read_text().strip()
    rules = {each.rule.id for each in check([Path()], list(all_rules().values())).findings}
    named = {rule for rule in rules if rule == expected.lstrip("-") or rule.startswith(f"{expected.lstrip('-')}-")}
    assert bool(named) != expected.startswith("-"), rules
