"""Repositories in the shapes that people have them: what is found in each, to the line.

They are small, and written after the shapes of well-known examples, so that each finding could be judged by hand:
corpus/NAME.txt has a line for each, `file:line rule`. `python -m tests.check.test_corpus` writes them; read the diff.
Most of them have no error; `seeded.py` breaks these.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from scaffold.check.findings import Finding
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.helm import needs_helm, path_with_helm
from tests.check.repositories import CORPUS
from tests.check.seeded import FAULTS, Fault

NAMES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir() and path.name != "chart")  # see test_helm
HEALTHY = sorted({each.shape for each in FAULTS})


def found(folder: Path) -> list[Finding]:
    os.chdir(folder)
    report = check([Path()], list(all_rules().values()))
    assert not report.notes
    return report.findings


def lines(findings: Iterable[Finding]) -> list[str]:
    return [f"{each.place.path}:{each.place.line} {each.rule.id}" for each in findings]


def expected(name: str) -> list[str]:
    return (CORPUS / f"{name}.txt").read_text().splitlines()


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd())  # so that it is the working folder again, afterwards


@pytest.mark.parametrize("name", NAMES)
@needs_helm
@pytest.mark.usefixtures("with_helm")
def test_what_is_found(name: str) -> None:
    findings = found(CORPUS / name)
    assert lines(findings) == expected(name)
    if name in HEALTHY:
        assert {each.rule.severity for each in findings} <= {"warning"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: f"{each.shape}-{each.finds[0].rpartition(' ')[2]}")
@needs_helm
@pytest.mark.usefixtures("with_helm")
def test_a_fault_is_found_and_nothing_else(fault: Fault, tmp_path: Path) -> None:
    folder = shutil.copytree(CORPUS / fault.shape, tmp_path / fault.shape)
    text = (folder / fault.file).read_text()
    assert text.count(fault.old) == 1, "the repository has changed: this fault can't be written any more"
    (folder / fault.file).write_text(text.replace(fault.old, fault.new))
    after = Counter(f"{each.place.path} {each.rule.id}" for each in found(folder))
    before = Counter(f"{path.rpartition(':')[0]} {rule}" for path, rule in map(str.split, expected(fault.shape)))
    assert after - before == Counter(fault.finds)
    assert before - after == Counter(fault.instead)


def test_the_corpus_has_many_shapes_and_each_of_them_some_faults() -> None:
    assert len(NAMES) >= 20
    assert len(HEALTHY) >= 15
    assert min(Counter(each.shape for each in FAULTS).values()) >= 2
    assert all(each.finds for each in FAULTS)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PATH"] = path_with_helm(Path(folder))
        for name in NAMES:
            (CORPUS / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines(found(CORPUS / name))))


if __name__ == "__main__":
    main()
