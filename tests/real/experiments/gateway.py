"""Envoy as the gateway in front: what a controller makes of a generated HTTPRoute, with endpoints that may go."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.prove.ports import free_ports
from tests.real.conformance.service import wait_until
from workshop import goldens

ADDRESS = "127.0.0.2"
"""Where the gateway's connections come from: the address of its pod."""
_TYPE = "type.googleapis.com/envoy."


def rendered_route(answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the HTTPRoute of production that the answers give, and the configuration of the service."""
    files = {str(each.path): each.content.decode() for each in goldens.rendered(goldens.engine()[1].resolve(answers))}
    lines = (line for line in files["deploy/base/config.env"].splitlines() if "=" in line and line[0] != "#")
    route = yaml.safe_load(files["deploy/overlays/production/http-route.yaml"])
    return route, dict(line.split("=", 1) for line in lines)


@dataclass
class Gateway:
    """A gateway that runs: where it takes requests, and the host name of the route."""

    port: int
    admin: int
    host: str
    endpoints: Path

    def publish(self, ports: list[int]) -> None:
        """Set where requests go, as when a pod is on its way out, and wait until no new one goes elsewhere."""
        put_endpoints(self.endpoints, ports)
        wait_until(lambda: self._known() == set(ports), 10, "the gateway knows its endpoints")

    def _known(self) -> set[int]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/clusters", timeout=5) as told:
            lines = told.read().decode().splitlines()
        return {int(line.split("::")[1].rpartition(":")[2]) for line in lines if line.startswith("service::127.")}


def put_endpoints(path: Path, ports: list[int]) -> None:
    """Write the file as a whole, since Envoy reads it when it is moved there."""
    places = [{"endpoint": {"address": _address("127.0.0.1", port)}} for port in ports]
    assignment = {
        "@type": f"{_TYPE}config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": "service",
        "endpoints": [{"lb_endpoints": places}],
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"resources": [assignment]}))
    new.replace(path)


@contextmanager
def gateway(route: Mapping[str, Any], ports: list[int], folder: Path, *, timeout: str = "") -> Iterator[Gateway]:
    """Run a gateway with a route to a service on these ports; `timeout` is a careless one instead of the route's."""
    port, admin = free_ports(2)
    made = Gateway(port, admin, route["spec"]["hostnames"][0], folder / "endpoints.json")
    put_endpoints(made.endpoints, ports)
    config = folder / "gateway.json"
    config.write_text(json.dumps(_bootstrap(route["spec"], made, timeout)))
    command = ["envoy", "--config-path", config, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"]
    with (folder / "gateway.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: _answers(admin), 20, "the gateway is ready")
        made.publish(ports)
        yield made
    finally:
        process.kill()
        process.wait()


def _answers(admin: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{admin}/ready", timeout=1):
            return True
    except OSError:
        return False


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _bootstrap(spec: Mapping[str, Any], made: Gateway, timeout: str) -> dict[str, Any]:
    (rule,) = spec["rules"]
    to = {"cluster": "service", "timeout": timeout or rule["timeouts"]["request"]}
    routes = [{"match": {"prefix": each["path"]["value"]}, "route": to} for each in rule["matches"]]
    manager = {
        "@type": f"{_TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gateway",
        "use_remote_address": True,  # at the edge: what a caller writes into X-Forwarded-For stays before its address
        "route_config": {"virtual_hosts": [{"name": "route", "domains": spec["hostnames"], "routes": routes}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_TYPE}extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    listener = {"name": "in", "address": _address("0.0.0.0", made.port), "filter_chains": [{"filters": filters}]}
    source = {"path_config_source": {"path": str(made.endpoints)}, "resource_api_version": "V3"}
    cluster = {
        "name": "service",
        "type": "EDS",
        "connect_timeout": "1s",
        "eds_cluster_config": {"eds_config": source},
        "upstream_bind_config": {"source_address": {"address": ADDRESS, "port_value": 0}},
    }
    return {
        "node": {"id": "gateway", "cluster": "gateway"},
        "admin": {"address": _address("127.0.0.1", made.admin)},
        "static_resources": {"listeners": [listener], "clusters": [cluster]},
    }
