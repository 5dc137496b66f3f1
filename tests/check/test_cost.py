"""What a check of plain manifests costs, in calls: they do not depend on the machine, and bench/ measures seconds."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
import yaml

from scaffold.check import read as reading
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.syntax import yaml_nodes
from scaffold.syntax.yaml_nodes import Document, Value
from tests.check.repositories import CASES

BASE = Path(__file__).parents[2] / "examples/everything-go/deploy/base"
KINDS = ("deployment", "service", "job-migrate", "network-policy", "pod-disruption-budget")
RULES = list(all_rules().values())
MOST_CALLS = 6
"""Calls of Python functions for each value that libyaml composes, which is one of them. They were 7.6 once."""


def services(folder: Path, count: int) -> Path:
    for number in range(count):
        for kind in KINDS:
            file = folder / f"service-{number}" / f"{kind}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((BASE / f"{kind}.yaml").read_text().replace("everything-go", f"service-{number}"))
    return folder


def calls_of(function: Callable[[], object]) -> Counter[str]:
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            counted[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


def test_rules_make_few_calls_for_each_value(tmp_path: Path) -> None:
    few, many = services(tmp_path / "few", 5), services(tmp_path / "many", 25)
    check([few], RULES)  # what is compiled and remembered once
    counted = calls_of(lambda: check([many], RULES))
    counted.subtract(calls_of(lambda: check([few], RULES)))  # what a run costs whatever it reads
    values = counted["ScalarNode.__init__"] + counted["CollectionNode.__init__"]
    assert values > 20 * 500
    assert counted.total() / values < MOST_CALLS, counted.most_common(20)


def test_each_file_is_read_and_composed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = services(tmp_path, 3)
    read: Counter[str] = Counter()
    composed: Counter[str] = Counter()

    def counting_read(path: str) -> object:
        read[path] += 1
        return yaml_nodes.read(path)

    def counting_documents(source: yaml_nodes.Source) -> object:
        composed[source.path] += 1
        return yaml_nodes.documents(source)

    monkeypatch.setattr(reading, "read", counting_read)
    monkeypatch.setattr(reading, "documents", counting_documents)
    check([folder], RULES)
    assert len(read) == len(composed) == 3 * len(KINDS)
    assert set(read.values()) == set(composed.values()) == {1}


@pytest.mark.parametrize("case", ["", "P08-grace-period/breaks", "P12-secret-in-manifest/breaks"])
def test_a_run_leaves_no_values_in_circles(case: str, tmp_path: Path) -> None:
    """Whether all that it read is freed without gc, which would look at each value for as long as the rules do."""
    folder = CASES / case if case else services(tmp_path, 2)
    check([folder], RULES)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        report = check([folder], RULES)
        gc.collect()
        left = Counter(type(each).__name__ for each in gc.garbage if isinstance(each, (Value, Document, yaml.Node)))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert report.judged
    assert not left
