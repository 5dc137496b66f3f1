"""What people read of a check: blocks, what is folded, the table and the last lines, at the widths that terminals have."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.show import check as show
from scaffold.show.console import Screen
from scaffold.show.next_steps import MANY, next_steps
from scaffold.syntax.source import Note

RULES = list(all_rules().values())
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-{0}
spec:
  selector: {{matchLabels: {{app: shop-{0}}}}}
  template:
    metadata: {{labels: {{app: shop-{0}}}}}
    spec:
      containers:
        - name: web
          image: nginx
          ports: [{{name: http, containerPort: 8080}}]
          readinessProbe: {{httpGet: {{port: wbe, path: /}}}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: shop-{0}}}
spec:
  selector: {{app: shop-{0}}}
  ports: [{{port: 80, targetPort: htp}}]
"""


def repository(folder: Path, services: int) -> None:
    """Write so many Deployments and Services; each pair has 7 findings, of which 4 are good practice."""
    for number in range(services):
        (folder / f"shop-{number}.yaml").write_text(DEPLOYMENT.format(number))
        (folder / f"service-{number}.yaml").write_text(SERVICE.format(number))


def report_of(folder: Path, services: int) -> CheckReport:
    repository(folder, services)
    return check([Path()], RULES)


def told(report: CheckReport, *, width: int = 0, verbose: bool = False) -> str:
    """Return what is printed on a pipe, or on a terminal of so many columns."""
    out = Screen()
    out.file = io.StringIO()
    if width:
        out._force_terminal = True
        out.width = width
    show.findings(out, report, verbose=verbose)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.file.getvalue())


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_contradicts_another_file_comes_first_then_a_block_for_each_object(here: Path) -> None:
    lines = told(report_of(here, 1)).splitlines()
    assert lines[:10] == [
        "Contradictions between files",
        "",
        "Service/shop-0",
        "  service-0.yaml:6:34: error P08-service-port: no container of shop-0 has a port htp",
        "    conflicts with shop-0.yaml:13:18: ports: [{name: http, containerPort: 8080}]",
        "",
        "Everything else",
        "",
        "Deployment/shop-0 (container web)",
        "  shop-0.yaml:12:18: warning P07-latest-image: nginx has no tag, which means latest",
    ]


def test_an_object_has_one_block_in_each_section(here: Path) -> None:
    text = told(report_of(here, 3), verbose=True)
    assert text.count("\nDeployment/shop-1 (container web)\n") == 1
    assert text.count("\nService/shop-1\n") == 1


def test_good_practice_is_one_line_with_a_count_for_each_rule(here: Path) -> None:
    report = report_of(here, 5)
    (line,) = [each for each in told(report).splitlines() if each.startswith("Good practice")]
    assert line == (
        "Good practice is missing in 10 places (--verbose shows where): 5 P04-liveness-probe, 5 P06-writable-root, "
        "5 P13-memory-limit, 5 P13-missing-request, 5 P14-restricted, 5 P14-unused-token"
    )
    assert "has no memory limit:" not in told(report)
    assert told(report, verbose=True).count("web has no memory limit: a leak takes the node down") == 5
    assert "Good practice" not in told(report, verbose=True)


def test_good_practice_is_open_where_nothing_else_was_asked_for(here: Path) -> None:
    repository(here, 1)
    report = check([Path()], [all_rules()["P13-memory-limit"]])
    assert "  shop-0.yaml:11:17: warning P13-memory-limit: web has no memory limit" in told(report)


@pytest.mark.parametrize("services", [1, 7, 72], ids=["5", "50", "500"])
def test_lines_grow_by_less_than_the_findings(services: int, here: Path) -> None:
    report = report_of(here, services)
    assert len(report.findings) == 9 * services
    assert len(told(report).splitlines()) < 40 + 9 * services


def test_the_table_counts_by_rule_and_pattern(here: Path) -> None:
    text = told(report_of(here, 2))
    table = text[text.index("errors  warnings") :].splitlines()
    assert table[1:] and re.split(r"  +", table[1]) == ["P04", "2", "No hidden background process"]
    assert (
        "  P08-probe-port            2            A probe uses a port name that the container does not have." in table
    )
    assert "P08                         4            Readiness and zero downtime" in table
    assert "4 errors and 14 warnings in 4 files." in table


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(width: int, here: Path) -> None:
    report = report_of(here, 2)
    text = told(report, width=width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("service-1.yaml:6:34:", "shop-1.yaml:12:18:", *(each.rule.title for each in report.findings)):
        assert part in " ".join(text.split()), part
    if width == 120:
        assert "  A probe uses a port name that the container does not have.\n" in text, (
            "a title fills its column before it wraps"
        )
    below = "    A container has no memory limit." in text.splitlines()
    assert below == (width == 60), "a title without room for a column stands below its row"


def test_a_pipe_has_a_line_for_each_finding(here: Path) -> None:
    report = report_of(here, 1)
    lines = told(report).splitlines()
    for each in report.findings:
        if each.kind != "hygiene":
            place = f"{each.place.path}:{each.place.line}:{each.place.column}: {each.severity} {each.rule.id}: "
            assert sum(line.strip() == f"{place}{each.message}" for line in lines) == 1


def test_what_is_said_of_many_files_is_told_once() -> None:
    notes = [Note(f"{number}.yaml", "is a template, not YAML; not checked") for number in range(30)]
    text = told(CheckReport([], [*notes, Note("a.yaml", "is odd", 3)], files=3))
    assert (
        "note: 30 files, such as 0.yaml (--verbose names all): is a template, not YAML; not checked\nnote: a.yaml:3: is odd"
        in text
    )
    assert "No findings in 3 files by 0 rules. 31 files could not be checked." in text
    assert told(CheckReport([], notes, files=3), verbose=True).count("is a template") == 30


def test_nothing_that_was_judged_is_never_nothing_found() -> None:
    text = told(CheckReport([], [Note("chart/Chart.yaml", "is not checked: helm is not there")], judged=0))
    assert "No findings" not in text
    assert text.startswith(
        "note: chart/Chart.yaml: is not checked: helm is not there\n\nNothing was checked. scaffold check reads Docker"
    )


def steps(report: CheckReport) -> list[str]:
    return [f"{words[0]}{what}" for words, what in next_steps(report, "scaffold check deploy")]


def test_the_last_lines_say_what_to_do_next(here: Path) -> None:
    (here / "job.yaml").write_text("apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template: {}\n")
    few = report_of(here, 1)
    assert len(few.findings) <= MANY
    assert [" ".join(each.split()) for each in steps(few)] == [
        "Next: scaffold check deploy --fix fixes 3 of them, after you have seen the diff",
        "scaffold check --explain P08-probe-port explains that rule and its fix",
    ]
    many = report_of(here, 7)
    assert [each.split()[:5] for each in steps(many)][2:] == [
        ["scaffold", "check", "deploy", "--profile", "essential"],
        ["scaffold", "check", "deploy", "--write-baseline", "FILE"],
    ]
    assert len(steps(many)) == 4
    assert steps(CheckReport([])) == []


def test_an_error_is_explained_before_a_fault_and_that_before_good_practice(here: Path) -> None:
    report = report_of(here, 1)
    by_rule = {each.rule.id: each for each in report.findings}
    for names, first in (
        (("P13-memory-limit", "P08-service-port", "P07-latest-image"), "P08-service-port"),
        (("P13-memory-limit", "P07-latest-image"), "P07-latest-image"),
        (("P13-memory-limit",), "P13-memory-limit"),
    ):
        assert f"--explain {first} " in steps(CheckReport([by_rule[each] for each in names]))[0]
