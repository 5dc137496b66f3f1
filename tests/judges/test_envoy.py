"""Envoy itself accepts every generated configuration, without a warning, and reads in it what the answers say."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.files.folder import write_files
from tests.support.deployed import deployed, examples
from workshop import goldens

pytestmark = [
    pytest.mark.judges,
    pytest.mark.skipif(not shutil.which("envoy"), reason="envoy is not installed; the test requirements have it"),
]

CONFIGURATIONS = sorted(path for each in examples() for path in (each / "deploy/base").glob("*/envoy.yaml"))
with_each = pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: f"{path.parts[-5]}-{path.parts[-2]}")
with_breakers = pytest.mark.parametrize(
    "path", [each for each in CONFIGURATIONS if each.parent.name == "breaker"], ids=lambda path: path.parts[-5]
)


def judged(path: Path) -> subprocess.CompletedProcess[str]:
    command = ["envoy", "--mode", "validate", "--log-level", "warn", "--config-path", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@with_each
def test_envoy_accepts_it(path: Path) -> None:
    told = judged(path)
    assert told.returncode == 0, told.stderr
    assert not told.stderr, "Envoy warns, for example about something deprecated"


def test_envoy_can_refuse(tmp_path: Path) -> None:
    path = tmp_path / "envoy.yaml"
    path.write_text(CONFIGURATIONS[0].read_text().replace("codec_type: HTTP1", "codec_type: HTTP9"))
    assert judged(path).returncode != 0


def test_a_dependency_may_have_any_name(tmp_path: Path) -> None:
    """Words that YAML reads as a value, and what the configuration itself has names for."""
    names = ["true", "no", "y", "null", "health", "admin", "envoy-admin", "router", "x"]
    given = [{"name": name, "url": f"https://{name}.example.com", "kind": "auxiliary", "timeout": 1} for name in names]
    answers = goldens.engine()[1].resolve({"name": "frontend", "breaker": "envoy", "dependencies": given})
    write_files(tmp_path, goldens.rendered(answers))
    path = tmp_path / "deploy/base/breaker/envoy.yaml"
    told = judged(path)
    assert told.returncode == 0, told.stderr
    # It takes two listeners, or clusters, of one name, and serves the last one of them.
    for kind, own in (("listeners", {"envoy_health"}), ("clusters", {"envoy_admin"})):
        found = [each["name"] for each in yaml.safe_load(path.read_text())["static_resources"][kind]]
        assert sorted(found) == sorted({*names, *own})


def at_key(tree: Any, wanted: str) -> list[Any]:
    """Return every value at a key, wherever it stands in the tree."""
    if isinstance(tree, dict):
        return [each for key, value in tree.items() for each in ([value] if key == wanted else at_key(value, wanted))]
    return [each for value in tree for each in at_key(value, wanted)] if isinstance(tree, list) else []


@with_breakers
def test_the_breaker_sees_a_slow_call_before_the_client_gives_up(path: Path) -> None:
    service = deployed(path.parents[3], "production")
    (config,) = yaml.safe_load_all(path.read_text())
    listeners = {each["name"]: each for each in config["static_resources"]["listeners"]}
    clusters = {each["name"]: each for each in config["static_resources"]["clusters"]}
    guarded = [each for each in service.answers["dependencies"] if "://" in each["url"]]
    assert set(listeners) == {each["name"] for each in guarded} | {"envoy_health"}
    for each in guarded:
        routes = at_key(listeners[each["name"]], "route")
        limits = {float(route["timeout"].rstrip("s")) for route in routes}
        assert len(limits) == 1 and 0.5 * each["timeout"] < min(limits) < each["timeout"]
        connect = float(clusters[each["name"]]["connect_timeout"].rstrip("s"))
        assert 0 < connect < min(limits)
        assert ("transport_socket" in clusters[each["name"]]) == each["url"].startswith("https://")


@with_each
def test_the_admin_interface_is_the_pods_own(path: Path) -> None:
    (config,) = yaml.safe_load_all(path.read_text())
    assert config["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"
    (health,) = (each for each in config["static_resources"]["listeners"] if each["name"] == "envoy_health")
    (routes,) = at_key(health, "routes")
    assert {each["match"]["path"] for each in routes} == {"/livez", "/readyz", "/metrics"}
