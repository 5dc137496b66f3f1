"""Repositories in the shapes that people have them: what is found in each, to the line.

They are small, and written after the shapes of well-known examples, so that each finding could be judged by hand:
corpus/NAME.txt has a line for each, `file:line rule`. `python -m tests.check.test_corpus` writes them; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.git.walk import shown

CORPUS = Path(__file__).with_name("corpus")
NAMES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir() and path.name != "chart")


def found(name: str) -> list[str]:
    report = check([CORPUS / name], list(all_rules().values()))
    assert not report.notes
    prefix = f"{shown(str(CORPUS / name))}/"
    return [f"{each.place.path.removeprefix(prefix)}:{each.place.line} {each.rule.id}" for each in report.findings]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found(name: str) -> None:
    assert found(name) == (CORPUS / f"{name}.txt").read_text().splitlines()


def main() -> None:
    for name in NAMES:
        (CORPUS / f"{name}.txt").write_text("".join(f"{line}\n" for line in found(name)))


if __name__ == "__main__":
    main()
