"""Every rule fires and stays silent: `cases/ID/breaks*` are minimal repositories that break it, `cases/ID/holds*` do not.

In a folder that breaks a rule, a comment line with a caret stands below each line that the rule points at, the caret
below the first character of the value: so the rule must find these places, and no others.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from scaffold.git.walk import shown
from tests.check.repositories import CASES

FOLDERS = sorted(path for path in CASES.glob("*/*") if path.is_dir())
_MARK = re.compile(r"\s*#[\s^]*\^\s*")


def marked(folder: Path) -> set[tuple[str, int, int]]:
    """Return the places that carets mark: path, line and column from 1."""
    places = set()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        line = 0
        for number, text in enumerate(file.read_text().splitlines(), 1):
            if not _MARK.fullmatch(text):
                line = number
                continue
            places |= {(shown(str(file)), line, caret.start() + 1) for caret in re.finditer(r"\^+", text)}
    return places


def found(folder: Path, rule: str) -> set[tuple[str, int, int]]:
    repository = read_repository([folder])
    assert not repository.notes, repository.notes
    return {(each.place.path, each.place.line, each.place.column) for each in run(repository, [all_rules()[rule]])}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_case(folder: Path) -> None:
    expected = marked(folder)
    assert bool(expected) == folder.name.startswith("breaks"), "a caret in each folder that breaks, none in the others"
    assert found(folder, folder.parent.name) == expected


@pytest.mark.parametrize("rule", list(all_rules()))
def test_every_rule_has_both_cases(rule: str) -> None:
    names = {path.name for path in (CASES / rule).glob("*")}
    assert {"breaks", "holds"} <= names
    assert all(name.startswith(("breaks", "holds")) for name in names)


def test_every_case_is_of_a_rule() -> None:
    assert {path.name for path in CASES.iterdir()} <= set(all_rules())


@pytest.mark.parametrize("rule", list(all_rules()))
def test_every_rule_explains_itself(rule: str) -> None:
    each = all_rules()[rule]
    assert re.fullmatch(r"P\d\d(-[a-z]+)+", each.id)
    assert each.severity in ("error", "warning")
    for text in (each.title, each.why, each.advice):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")
