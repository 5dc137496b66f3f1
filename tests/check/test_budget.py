"""How much a report says: all of a repository that people wrote, and not without bound of one that is made to be much."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.check import budget, collected
from scaffold.check.collected import Collected
from scaffold.check.formats import render
from scaffold.check.ignores import split_ignored
from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import Problem
from scaffold.check.run import check
from scaffold.show import check as text
from scaffold.show.console import Screen
from scaffold.syntax.comment_places import Places
from scaffold.syntax.source import Note, Place, Source
from tests.support.files import write_tree

RULES = list(all_rules().values())
NAKED = all_rules()["P03-naked-pod"]
CONSTANT = 3_000_000
"""Bytes that a report of anything may have; twenty for each byte of input come to them."""


def told(report: CheckReport) -> dict[str, str]:
    """Return a report in each format."""
    out = Screen()
    out.file = io.StringIO()
    text.findings(out, report)
    return {
        **{name: render(name, report) for name in ("json", "sarif", "github", "junit")},
        "text": out.file.getvalue(),
    }


def pods(count: int, name: str = "w") -> bytes:
    pod = f'apiVersion: v1\nkind: Pod\nmetadata: {{name: "{name}"}}\nspec: {{containers: [{{image: a}}]}}\n---\n'
    return (pod * count).encode()


def budgets(count: int) -> bytes:
    texts = []
    for number in range(count):
        labels = "{a: b}"
        texts.append(
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{number}}}\n"
            f"spec: {{replicas: 2, selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}}}}}\n---\n"
            f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: p{number}}}\n"
            f"spec: {{maxUnavailable: 1, selector: {{matchLabels: {labels}}}}}\n---\n"
        )
    return "".join(texts).encode()


HOSTILE = {
    "small.yaml": pods(1500),
    "long.yaml": pods(30, "n" * 8000),
    "budgets.yaml": budgets(40),
    "ignored.yaml": b"# scaffold: ignore P01 because x\n" * 5_000 + pods(10),
    "silent.yaml": b"# scaffold: ignore P03, P06, P07, P13 because x\n" + pods(1500),
    "containers.yaml": pods(1).replace(b"[", b"[" + b"{image: a}," * 1500),
    f"{'deep/' * 700}pod.yaml": pods(300),
    "Dockerfile": b"FROM a\n" + b"RUN apt-get install b\n" * 1500,
}


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[-15:])
def test_a_report_is_no_more_than_twenty_times_the_input(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {name: HOSTILE[name]})
    report = check([Path()], RULES)
    most = 20 * len(HOSTILE[name]) + CONSTANT
    sizes = {each: len(shown.encode()) for each, shown in told(report).items()}
    assert all(size < most for size in sizes.values()), (sizes, most)


def findings(count: int, path: str = "pod.yaml") -> CheckReport:
    found = Collected()
    for number in range(count):
        found.add(NAKED, Problem(Place(path, number + 1, 1, number + 1, 2), "x"), ())
    return CheckReport(found.findings(), rules=[NAKED], uncounted=found.uncounted)


def test_what_is_left_out_is_counted_and_said() -> None:
    report = findings(budget.IN_FILE + 7)
    shown = told(report)
    data = json.loads(shown["json"])
    assert (len(data["findings"]), data["totals"]["findings"]) == (budget.IN_FILE, budget.IN_FILE + 7)
    assert [(each["path"], each["message"], each["title"]) for each in data["notes"]] == [
        ("pod.yaml", "has 7 more findings of P03-naked-pod", "not shown")
    ]
    assert all("has 7 more findings of P03-naked-pod" in each for each in shown.values())
    assert f"{budget.IN_FILE + 7} warnings in 1 file." in shown["text"]
    assert not report.notes, "what is not shown makes no strict run fail"


def test_what_people_can_read_is_all_there(tmp_path: Path) -> None:
    report = findings(budget.IN_FILE)
    assert budget.shown(report).findings == report.findings
    assert not budget.shown(report).notes


def test_large_files_have_room_for_more(tmp_path: Path) -> None:
    report = CheckReport(
        [each for number in range(3) for each in findings(budget.IN_FILE, f"{tmp_path}/{number}").findings]
    )
    assert len(budget.shown(report).findings) < budget.IN_ALL + 10
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b" " * budget.IN_FILE * budget.BYTES_EACH * 2)
    assert len(budget.shown(report).findings) == 3 * budget.IN_FILE


def test_notes_are_bounded_too() -> None:
    report = CheckReport([], [Note(f"{number}.yaml", "x" * 300) for number in range(50_000)])
    seen = budget.shown(report)
    assert len(seen.notes) <= budget.IN_ALL + 1
    assert seen.notes[-1].message == f"has {50_001 - len(seen.notes)} more notes"


def test_findings_without_number_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collected, "MOST", 100)
    report = findings(1000)
    assert (len(report.findings), report.uncounted) == (100, {"warning": 900})
    shown = told(report)
    assert "1000 warnings in 1 file." in shown["text"]
    assert json.loads(shown["json"])["totals"]["findings"] == 1000
    assert "has 900 more findings in other places" in shown["github"]


@pytest.mark.parametrize("kind", ["one spot", "many messages", "many overlays", "many others"])
def test_gathering_is_linear(kind: str) -> None:
    def problems(count: int) -> Iterator[tuple[Problem, tuple[str, ...]]]:
        spot = Place("a.yaml", 1, 1, 1, 2)
        for number in range(count):
            if kind == "one spot":
                yield Problem(spot, "x"), ("a",)
            elif kind == "many messages":
                yield Problem(spot, f"x {number}"), ()
            elif kind == "many overlays":
                yield Problem(spot, "x"), (f"overlay-{number}",)
            else:
                yield Problem(Place("a.yaml", number + 1, 1, 1, 2), "x", (spot,) * count), ()

    def steps(count: int) -> int:
        """Count what is compared or copied: places made, and names kept."""
        found = Collected()
        for problem, scopes in problems(count):
            found.add(NAKED, problem, scopes)
        return sum(1 + len(each.also) + len(each.scopes) for each in found.findings())

    assert steps(2000) <= max(2000 * (1 + collected.OTHERS), 1 + collected.SCOPES)


def test_the_same_in_other_overlays_is_one_finding() -> None:
    spot = Place("a.yaml", 1, 1, 1, 2)
    found = Collected()
    for scope, message in [
        ("a", "web-a"),
        ("a", "other-a"),
        ("b", "web-b"),
        ("b", "other-b"),
        ("c", "other-a"),
        ("", "web-a"),
    ]:
        found.add(NAKED, Problem(spot, message), (scope,) if scope else ())
    assert [(each.message, each.scopes) for each in found.findings()] == [
        ("other-a", ("a", "b")),
        ("web-a", ("a", "b", "c")),
    ]


@pytest.mark.parametrize(
    "source",
    [
        Source("a.yaml", b"# scaffold: ignore P01 because x\n" * 10_000 + b"a: b\n" * 10_000),
        Source("Dockerfile", b"FROM a\nRUN \\\n" + b"# scaffold: ignore P01 because x\n b \\\n" * 10_000),
        Source("b.yaml", b"# scaffold: ignore P03" + b" " * 200_000 + b"x\n" + b"# a" * 50_000 + b"\n"),
    ],
    ids=lambda each: each.path,
)
def test_comments_are_looked_up_soon(source: Source) -> None:
    found = Collected()
    lines = [number for number, line in enumerate(source.lines) if not line.startswith("#")]
    for number in lines:
        found.add(NAKED, Problem(Place(source.path, number + 1, 1, number + 1, 2), "x"), ())
    began = time.process_time()
    split = split_ignored(found.findings(), lambda _: source)
    assert time.process_time() - began < 20  # minutes, when each finding walks up to the top
    assert len(split.kept) == len(found.findings())


def test_places_of_comments() -> None:
    lines = ["# a", "", "# b", "x: 1", "# c", "y: 2", "---", "# d", "z: 3", "RUN \\", "# e", " f \\", " g"]
    places = Places(lines)
    assert places.opening(6) == (1, 4)
    assert places.opening(9) == (8, 9)
    assert places.above(6) == (5, 6)
    assert places.above(13) == (10, 10)
