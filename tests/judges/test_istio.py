"""Istio's own schemas accept its kinds in every overlay, and Envoy itself what an EnvoyFilter hands to it."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.judges.istio.update import SCHEMAS
from tests.support.deployed import Deployed, Object, deployed, each_overlay, is_meshed

pytestmark = pytest.mark.judges

KNOWN = json.loads(SCHEMAS.read_text())


def is_istios(each: Object) -> bool:
    return "istio.io/" in each["apiVersion"]


MESHED = [each for each in each_overlay() if is_meshed(each.values[0][0])]


@pytest.fixture(params=MESHED)
def service(request: pytest.FixtureRequest) -> Deployed:
    return deployed(*request.param)


def judge(each: Object) -> None:
    schema = KNOWN[each["kind"]]
    assert each["apiVersion"] == schema["apiVersion"]
    jsonschema.validate(each["spec"], schema["spec"])


@pytest.mark.parametrize("overlay", each_overlay())
def test_who_asked_for_istio_has_its_kinds_and_nobody_else(overlay: tuple[Path, str]) -> None:
    assert any(map(is_istios, deployed(*overlay).objects)) == is_meshed(overlay[0])


def test_every_kind_is_in_the_goldens() -> None:
    kinds = {each["kind"] for param in MESHED for each in deployed(*param.values[0]).objects if is_istios(each)}
    assert kinds == set(KNOWN) - {"source"}


def test_its_schemas_accept_it(service: Deployed) -> None:
    for each in filter(is_istios, service.objects):
        judge(each)


def test_its_schemas_can_refuse() -> None:
    (rule,) = [each for each in deployed(*MESHED[0].values[0]).objects if each["kind"] == "DestinationRule"][:1]
    broken = copy.deepcopy(rule)
    bounds = broken["spec"]["trafficPolicy"]["outlierDetection"]
    bounds["consecutive5xx"] = bounds.pop("consecutive5xxErrors")
    with pytest.raises(jsonschema.ValidationError):
        judge(broken)


def envoy_of(filter_: Object) -> dict[str, Any]:
    """Return an Envoy with a listener for each port that an EnvoyFilter names, patched as Istio would patch its own."""
    listeners: dict[int, dict[str, Any]] = {}
    for patch in filter_["spec"]["configPatches"]:
        port = patch["match"]["listener"]["filterChain"]["destinationPort"]
        manager = listeners.setdefault(port, {
            "stat_prefix": "in",
            "route_config": {"virtual_hosts": [{
                "name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 200}}],
            }]},
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
            }}],
        })  # fmt: skip
        value = patch["patch"]["value"]
        if patch["applyTo"] == "NETWORK_FILTER":
            manager.update(value["typed_config"])
        else:
            manager["http_filters"].insert(0, value)
    return {"static_resources": {"listeners": [{
        "name": str(port),
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager", "typed_config": manager,
        }]}],
    } for port, manager in listeners.items()]}}  # fmt: skip


def validate(config: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "envoy.yaml"
    path.write_text(yaml.safe_dump(config))
    command = ["envoy", "--mode", "validate", "--config-path", path, "--log-level", "error"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(
    not shutil.which("envoy"), reason="judges: envoy not found; it is in the test requirements, on Linux"
)
def test_envoy_accepts_what_a_filter_hands_to_it(service: Deployed, tmp_path: Path) -> None:
    for each in service.all("EnvoyFilter"):
        config = envoy_of(each)
        ports = {one["number"] for one in service.answers["ports"]}
        assert {int(listener["name"]) for listener in config["static_resources"]["listeners"]} == ports
        said = validate(config, tmp_path)
        assert said.returncode == 0, said.stderr
        text = json.dumps(config).replace("tokens_per_fill", "tokens_per_minute")
        assert validate(json.loads(text), tmp_path).returncode != 0, "it refuses nothing"
