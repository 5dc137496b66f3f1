"""Judges of charts: helm itself, in two major versions; the schema refuses what is misspelt; what is rendered passes
the judges that every overlay passes (test_checkov.py asks checkov about both at once).
"""

from __future__ import annotations

import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.judges.charts import JUDGED
from tests.judges.kube_score import scored
from tests.support.charts import Charted, lay_out
from tests.support.deployed import read_yaml
from workshop import go_tools, helm, judges

pytestmark = [
    pytest.mark.judges,
    pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing())),
]

each_major = pytest.mark.parametrize("major", helm.LAYERS)
"""Each major version of helm that is in use."""

VERSIONS = ("1.30", "1.36")  # as for overlays


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Give what all charts install, by environment."""
    folder = tmp_path_factory.mktemp("installed")
    found: dict[str, list[Path]] = {}
    for charted in (lay_out(folder, name) for name in JUDGED):
        for environment in charted.environments:
            file = folder / f"{charted.name}-{environment}.yaml"
            file.write_text(charted.installed(environment))
            found.setdefault(environment, []).append(file)
    return found


def refused(charted: Charted, *words: str | Path, major: str = "4") -> str:
    """Return what helm says where it renders nothing."""
    done = charted.helm("template", charted.environments[0], *words, major=major)
    assert done.returncode != 0, f"helm {major} takes {words}"
    return done.stderr


@each_major
def test_helm_lints_each_environment(major: str, charted: Charted) -> None:
    for environment in charted.environments:
        done = charted.helm("lint", environment, "--strict", major=major)
        assert done.returncode == 0, f"{environment}:\n{done.stdout}{done.stderr}"


@each_major
def test_helm_s_lint_can_find(major: str, charted: Charted) -> None:
    done = charted.helm("lint", charted.environments[0], "--strict", "--set", "nobody.asked=1", major=major)
    assert done.returncode != 0


def test_the_values_alone_are_enough(charted: Charted) -> None:
    """Others render a chart without any file of values: Renovate, a registry, `scaffold check`."""
    done = subprocess.run(
        [helm.program(), "template", charted.name, charted.chart], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "kind: Deployment" in done.stdout


Keys = tuple[str, ...]


def keys_of(values: Any, above: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield the path of each key, at any depth, and its value."""
    for key, value in values.items() if isinstance(values, dict) else ():
        yield (*above, key), value
        yield from keys_of(value, (*above, key))


def wrong(value: Any) -> Any:
    """Return a value of another type."""
    return {"wrong": 1} if isinstance(value, str) or value is None else "wrong"


def wrong_inside(value: Any) -> Any:
    """Return a value whose scalars are all of another type."""
    return (
        {key: wrong_inside(each) for key, each in value.items()} if isinstance(value, dict) and value else wrong(value)
    )


@each_major
def test_a_misspelt_value_is_refused(major: str, charted: Charted, tmp_path: Path) -> None:
    """Each key at the top, and one of an image."""
    (values,) = read_yaml(charted.chart / "values.yaml")
    misspelt = {f"{key}x": value for key, value in values.items()}
    (tmp_path / "misspelt.yaml").write_text(yaml.safe_dump({**misspelt, "image": {"tga": "1"}}))
    said = refused(charted, "--values", tmp_path / "misspelt.yaml", major=major)
    assert [key for key in (*misspelt, "tga") if f"'{key}'" not in said] == [], said


@each_major
def test_a_wrong_type_is_refused(major: str, charted: Charted, tmp_path: Path) -> None:
    """For each key at the top, and for each scalar below; Kubernetes' own schema judges what goes into a pod as it is."""
    (values,) = read_yaml(charted.chart / "values.yaml")
    for change in (wrong, wrong_inside):
        (tmp_path / "wrong.yaml").write_text(yaml.safe_dump({key: change(each) for key, each in values.items()}))
        said = refused(charted, "--values", tmp_path / "wrong.yaml", major=major)
        paths = [path for path, value in keys_of(values) if path[0] not in AS_IT_IS and not isinstance(value, dict)]
        asked = [(key,) for key in values] if change is wrong else paths
        assert [path for path in asked if f"'/{'/'.join(path)}'" not in said] == [], said


AS_IT_IS = ("resources",)
"""Values that go into a pod as they are."""


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_kubernetes_accept_it(version: str, installed: dict[str, list[Path]]) -> None:
    judges.acquits("kubernetes-validate", "--strict", "--kubernetes-version", version, *installed["production"])


@pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))
def test_kube_score_finds_nothing(installed: dict[str, list[Path]]) -> None:
    for environment, files in installed.items():
        assert scored(files, environment) == [], environment


def test_yamllint_finds_nothing_in_what_is_no_template(charted: Charted) -> None:
    files = [each for each in sorted(charted.chart.rglob("*.y*ml")) if "templates" not in each.parts]
    assert {"Chart.yaml", "values.yaml"} <= {each.name for each in files}
    judges.acquits("yamllint", "--strict", *files, cwd=charted.example)


FIELDS = {
    "apiVersion": str,
    "name": str,
    "description": str,
    "type": str,
    "version": str,
    "appVersion": str,  # without quotes, 1.10 becomes 1.1
    "kubeVersion": str,
    "home": str,
    "sources": list,
    "maintainers": list,
    "annotations": dict,
}
"""What Chart.yaml has, each a field that chart-testing's schema knows."""


def test_the_chart_names_what_registries_show(charted: Charted) -> None:
    """What `ct lint` asks of Chart.yaml: its schema, a version as SemVer 2 has it, and who maintains it.

    Its settings for yamllint are weaker than those of the service, by which yamllint judges the chart above.
    """
    (chart,) = read_yaml(charted.chart / "Chart.yaml")
    assert {key: type(value) for key, value in chart.items()} == FIELDS
    assert chart["apiVersion"] == "v2" and len(chart["name"]) <= 63
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:[-+][\w.+-]+)?", chart["version"])
    assert chart["description"] and chart["kubeVersion"]
    assert chart["maintainers"] and all(
        each["name"] and each.keys() <= {"name", "url"} for each in chart["maintainers"]
    )
    texts = [*chart["sources"], *chart["annotations"], *chart["annotations"].values()]
    assert all(isinstance(each, str) for each in texts)
    assert all(each.startswith("https://") for each in (chart["home"], *chart["sources"]))


def test_what_is_packaged_is_what_belongs_to_the_chart(tmp_path: Path) -> None:
    charted = lay_out(tmp_path)
    before = {each.relative_to(charted.chart).as_posix() for each in charted.chart.rglob("*") if each.is_file()}
    for name in ("values.yaml.orig", "templates/.service.yaml.swp", "templates/service.yaml~", ".DS_Store"):
        (charted.chart / name).write_text("left over\n")
    subprocess.run([helm.program(), "package", charted.chart, "--destination", tmp_path], check=True)
    with tarfile.open(tmp_path / f"{charted.name}-0.1.0.tgz") as package:
        assert {each.removeprefix(f"{charted.name}/") for each in package.getnames()} == before


def test_every_value_of_an_environment_is_one_of_the_chart(charted: Charted) -> None:
    """A key that values.yaml does not have changes nothing, or nobody finds it."""
    (values,) = read_yaml(charted.chart / "values.yaml")
    for environment in charted.environments:
        (given,) = read_yaml(charted.values(environment))
        unknown = [path for path, _ in keys_of(given) if path[:1] != ("config",) and not has(values, path)]
        assert not unknown, f"{environment}: {unknown}"


def has(values: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True
