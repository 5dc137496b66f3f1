"""What the cluster stage deploys: an overlay or a chart, each with one environment; a wrong one is a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.errors import FileError, OptionError
from scaffold.prove.cluster.place import Place, build, place_of, set_in_files
from scaffold.prove.cluster.settings import ClusterSettings
from scaffold.prove.subject.subject import Subject
from tests.check.helm import path_with_helm
from tests.support.charts import Charted, lay_out
from tests.support.deployed import deployed
from tests.support.files import write_tree
from workshop import helm, judges

CHART = {
    "deploy/chart/Chart.yaml": "name: web\n",
    "deploy/chart/values.yaml": "",
    "deploy/chart/values-dev.yaml": "",
    "deploy/chart/values-production.yaml": "",
}
OVERLAYS = {f"deploy/overlays/{name}/kustomization.yaml": "" for name in ("dev", "production")}


def found(folder: Path, **settings: object) -> Place:
    return place_of(Subject("web", folder), ClusterSettings(**settings))  # type: ignore[arg-type]


def test_a_service_with_overlays_deploys_one_of_them(tmp_path: Path) -> None:
    write_tree(tmp_path, {**CHART, **OVERLAYS})
    assert found(tmp_path) == Place(tmp_path / "deploy/overlays/production")
    assert found(tmp_path, overlay="dev") == Place(tmp_path / "deploy/overlays/dev")


def test_a_chart_is_deployed_where_it_is_named_or_alone(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, {**CHART, **OVERLAYS})
    chart = folder / "deploy/chart"
    assert found(folder, chart=chart, overlay="dev") == Place(chart, (chart / "values-dev.yaml",))
    alone = write_tree(tmp_path / "alone", CHART) / "deploy/chart"
    assert found(tmp_path / "alone") == Place(alone, (alone / "values-production.yaml",))


def test_values_may_be_named(tmp_path: Path) -> None:
    chart = write_tree(tmp_path, {**CHART, "mine.yaml": ""}) / "deploy/chart"
    assert found(tmp_path, chart=chart, values=(tmp_path / "mine.yaml",)).values == (tmp_path / "mine.yaml",)


def test_a_chart_without_values_for_environments_has_its_own(tmp_path: Path) -> None:
    chart = write_tree(tmp_path, {"deploy/web/Chart.yaml": "name: web\n"}) / "deploy/web"
    assert found(tmp_path) == Place(chart, ())


def test_the_setting_manifests_may_name_a_chart(tmp_path: Path) -> None:
    chart = write_tree(tmp_path, {"charts/web/Chart.yaml": "name: web\n"}) / "charts/web"
    assert place_of(Subject("web", tmp_path, manifests=chart), ClusterSettings()).is_chart


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"overlay": "staging"}, FileError, "has no overlay staging; there are dev, production: add"),
        ({"chart": Path("nowhere")}, OptionError, "--chart nowhere: there is no Chart.yaml in it"),
        ({"values": (Path("a.yaml"),)}, OptionError, "--values is for a chart, and .*production is none: add --chart"),
        ({"chart": Path("deploy/chart"), "values": (Path("a.yaml"),)}, OptionError, "--values a.yaml: no such file"),
        (
            {"chart": Path("deploy/chart"), "overlay": "staging"},
            FileError,
            "has no values-staging.yaml; there are values for dev, production: add for example --overlay dev",
        ),
    ],
)
def test_what_is_not_there_is_a_sentence(
    settings: dict[str, object], error: type[Exception], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {**CHART, **OVERLAYS})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        found(tmp_path, **settings)


def test_a_service_with_neither_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="has no deploy/overlays and no chart in deploy"):
        found(tmp_path)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Charted:
    """Give the golden that has a chart, on a PATH with helm and kubectl."""
    if why := helm.missing():
        pytest.skip(why)
    monkeypatch.setenv("PATH", f"{path_with_helm(tmp_path)}{os.pathsep}{judges.environment() / 'bin'}")
    return lay_out(tmp_path)


def test_a_chart_gives_what_its_overlay_gives(service: Charted) -> None:
    overlay, chart = (found(service.example, overlay="dev", chart=each) for each in (None, service.chart))
    rendered, built = (build(each, "mail", "tried") for each in (chart, overlay))
    kinds = [sorted(each["kind"] for each in some) for some in (rendered, built)]
    assert kinds[0] == kinds[1] == sorted(each["kind"] for each in deployed(service.example, "dev").objects)
    assert [each["spec"]["replicas"] for each in rendered if each["kind"] == "Deployment"] == [1]


def test_the_release_is_in_the_namespace_of_the_run(service: Charted) -> None:
    place = Place(service.chart)
    (service.chart / "templates/service.yaml").write_text(
        "kind: Service\nmetadata: {name: a, labels: {at: '{{ .Release.Namespace }}', of: '{{ .Release.Name }}'}}\n"
    )
    (made,) = (each for each in build(place, "mail", "tried") if each["kind"] == "Service")
    assert made["metadata"]["labels"] == {"at": "tried", "of": "mail"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("replicas: 0\n", r"can't be built: .*replicas.*minimum: got 0, want 1"),
        ("replica: 2\n", r"can't be built: .*'replica' not allowed"),
        ('config: {SHUTDOWN_SECONDS: "90"}\n', "can't be built: .*SHUTDOWN_SECONDS is 90"),
    ],
)
def test_what_helm_refuses_is_a_sentence(values: str, said: str, service: Charted) -> None:
    (service.chart / "wrong.yaml").write_text(values)
    with pytest.raises(FileError, match=said) as raised:
        build(Place(service.chart, (service.chart / "wrong.yaml",)), "mail", "tried")
    assert "\n" not in str(raised.value)


def test_without_helm_a_chart_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = write_tree(tmp_path, CHART) / "deploy/chart"
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(FileError, match="can't be built: helm is not on the PATH"):
        build(Place(chart), "web", "tried")


def test_what_can_not_be_a_release_s_name_is_none(service: Charted) -> None:
    (service.chart / "templates/service.yaml").write_text("kind: Service\nmetadata: {name: '{{ .Release.Name }}'}\n")
    for name in ("--post-renderer=x", "A Service", ""):
        (made,) = (each for each in build(Place(service.chart), name, "tried") if each["kind"] == "Service")
        assert made["metadata"]["name"] == "release"


@pytest.mark.parametrize("by", ["chart", "overlay"])
def test_a_value_is_changed_in_a_copy(by: str, service: Charted, tmp_path: Path) -> None:
    """As the experiment P12-rolls does it: where the value stands, so that the pods get it."""
    chart = service.chart if by == "chart" else None
    place = found(service.example, overlay="dev", chart=chart)
    (tmp_path / "copy").mkdir()
    copied = place.copied(tmp_path / "copy")
    assert set_in_files(tmp_path / "copy", "LOG_LEVEL", 'w"\\1')
    assert not set_in_files(tmp_path / "copy", "NOBODY", "1")

    def levels(some: Place) -> list[str]:
        maps = (each["data"] for each in build(some, "mail", "tried") if each["kind"] == "ConfigMap")
        return [each["LOG_LEVEL"] for each in maps if "LOG_LEVEL" in each]

    assert levels(copied) == ['w"\\1']
    assert levels(place) == ["debug"], "what is the team's is not changed"
