"""Many charts: rendered side by side within a bound, told in the same order each time, and looked up in their own names."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from scaffold.check.built import enclosure as enclosures
from scaffold.check.built import helm, helm_template
from scaffold.check.ground import Ground
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.programs import Done, ProgramError
from scaffold.show.progress import late_progress

CHARTS = 12


def charts(folder: Path, count: int = CHARTS) -> list[str]:
    names = []
    for number in range(count):
        chart = folder / f"chart-{number:02}"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: chart-{number:02}\nversion: 1.0.0\n")
        (chart / "values.yaml").write_text("image: nginx\n")
        (chart / "values-prod.yaml").write_text("image: nginx:latest\n")
        (chart / "templates/pod.yaml").write_text("kind: Pod\n")
        names += [
            f"chart-{number:02}/{name}"
            for name in ("Chart.yaml", "values.yaml", "values-prod.yaml", "templates/pod.yaml")
        ]
    return names


class Runs:
    """Stands for helm: the earlier a chart was begun, the later it is done; some fail."""

    def __init__(self) -> None:
        self.now = self.most = self.count = 0
        self.lock = threading.Lock()

    def __call__(self, command: list[str], folder: Path = Path(), **_: object) -> Done:
        with self.lock:
            self.now, self.count = self.now + 1, self.count + 1
            self.most = max(self.most, self.now)
            number = self.count
        time.sleep(0.05 if number % 2 else 0.001)
        with self.lock:
            self.now -= 1
        if number % 5 == 0 and "--values" in command:
            return Done(1, b"", b"Error: no such value\n")
        pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {command[2]}}}\nspec: {{containers: [{{name: a, image: nginx}}]}}\n"
        return Done(0, f"---\n# Source: x/templates/pod.yaml\n{pod}".encode(), b"")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    fake = Runs()
    charts(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(enclosures, "run_bounded", fake)
    monkeypatch.setattr(helm_template.shutil, "which", lambda _: "/bin/helm")
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    return fake


def test_they_run_side_by_side_within_a_bound(runs: Runs) -> None:
    check([Path()], list(all_rules().values()))
    assert runs.count == 2 * CHARTS
    assert 1 < runs.most <= enclosures._AT_ONCE


def test_the_order_is_that_of_the_charts(runs: Runs) -> None:
    report = check([Path()], [all_rules()["P03-naked-pod"]])
    paths = [each.place.path for each in report.findings]
    assert paths == sorted(paths) and len(set(paths)) == CHARTS
    failed = [note.path for note in report.notes]
    assert failed == sorted(failed)


def test_what_helm_says_on_several_lines_is_told_on_one(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosures, "run_bounded", lambda *_, **__: Done(1, b"", b"Error: first\nsecond\n"))
    report = check([Path()], [])
    assert {note.message for note in report.notes} == {"can't be rendered: first second; not checked"}


def test_each_one_is_a_step(runs: Runs) -> None:
    told: list[tuple[int, int]] = []
    check([Path()], [], on_step=lambda *step: told.append(step))
    assert told[-1] == (2 * CHARTS, 2 * CHARTS)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= total for done, total in told)


def test_one_that_is_refused_is_a_step_too(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Done:
        raise ProgramError("can't be started")

    monkeypatch.setattr(enclosures, "run_bounded", refuse)
    told: list[tuple[int, int]] = []
    assert len(check([Path()], [], on_step=lambda *step: told.append(step)).notes) == 2 * CHARTS
    assert told[-1] == (2 * CHARTS, 2 * CHARTS)


def test_short_work_shows_no_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with late_progress("Building", seconds=60) as on_step:
        on_step(1, 2)
    assert capsys.readouterr().err == ""
    with late_progress("Building", seconds=0) as on_step:
        on_step(1, 2)
    assert "Building" in capsys.readouterr().err


class Names(list[str]):
    """Counts how many of them are looked at."""

    looks = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        for each in super().__iter__():
            Names.looks += 1
            yield each


def test_a_chart_s_files_are_found_among_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [*charts(tmp_path, 3), "chart-00-other/values.yaml", "chart-00.yaml"]
    found = helm.Charts(Ground([Path()], names))
    assert found.folders == ["chart-00", "chart-01", "chart-02"]
    assert found._names_in("chart-00") == sorted(names[:4])
    assert found._values("chart-00") == ["", "chart-00/values-prod.yaml"]
    assert found.owns("chart-00/templates/pod.yaml") and not found.owns("chart-00-other/values.yaml")
    found.names = Names(found.names)
    for folder in found.folders:
        found._values(folder)
    assert Names.looks == 0, "each look-up went through all names"


def test_charts_in_charts_are_parts_of_the_outer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["a/Chart.yaml", "a/charts/b/Chart.yaml", "a-b/Chart.yaml"]
    assert helm.Charts(Ground([Path()], names)).folders == ["a", "a-b"]
    assert helm.Charts(Ground([Path()], ["Chart.yaml", *names])).folders == [""]
