"""Charts: rendered by helm where it is there, said to be unjudged where it is not; never a broken YAML file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scaffold.check.engine import check
from scaffold.check.report import Report
from scaffold.check.rules import all_rules
from tests.check.test_corpus import CORPUS
from tests.support.machine import CACHE

HELM = shutil.which("helm") or next(map(str, (CACHE / "go-tools").glob("helm-*")), None)


def checked(folder: Path) -> Report:
    return check([folder], list(all_rules().values()))


def test_without_helm_a_chart_is_said_to_be_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    report = checked(CORPUS / "chart")
    assert report.findings == []
    (note,) = report.notes
    assert note.path.endswith("chart/Chart.yaml")
    assert note.message == "is not judged: helm is not there to render the chart"


if HELM:  # it takes minutes to build, so these run where somebody has installed it

    @pytest.fixture
    def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        assert HELM
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "helm").symlink_to(HELM)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        return Path(shutil.copytree(CORPUS / "chart", tmp_path / "chart"))

    def test_a_finding_is_shown_in_the_template(chart: Path) -> None:
        report = checked(chart)
        assert report.notes == []
        places = {each.rule.id: (Path(each.place.path).name, each.place.line) for each in report.findings}
        assert places["P13-memory-limit"] == ("deployment.yaml", 16)
        assert places["P08-probe-port"] == ("deployment.yaml", 29)
        assert "P07-latest-image" not in places

    def test_other_values_are_rendered_too(chart: Path) -> None:
        (chart / "values-dev.yaml").write_text("image: {tag: latest}\n")
        (latest,) = [each for each in checked(chart).findings if each.rule.id == "P07-latest-image"]
        assert (Path(latest.place.path).name, latest.place.line) == ("deployment.yaml", 17)
        assert [scope.rpartition("/")[2] for scope in latest.scopes] == ["chart with values-dev.yaml"]

    def test_a_chart_that_does_not_render(chart: Path) -> None:
        (chart / "templates" / "bad.yaml").write_text('{{ fail "no database" }}\n')
        report = checked(chart)
        assert report.findings == []
        assert "no database" in report.notes[0].message
