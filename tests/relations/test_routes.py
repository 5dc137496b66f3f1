"""Users come in where the answers say it, by the host names of one environment, and every layer outlasts the one behind it."""

from __future__ import annotations

import ipaddress
import re

from tests.support.deployed import Deployed, Object, deployed, examples, overlays_of

KINDS = {"none": set(), "gateway": {"HTTPRoute"}, "ingress": {"Ingress"}}


def routes(service: Deployed) -> list[Object]:
    return [*service.all("HTTPRoute"), *service.all("Ingress")]


def hosts_of(route: Object) -> list[str]:
    return route["spec"].get("hostnames") or [each["host"] for each in route["spec"]["rules"]]


def backends_of(route: Object) -> list[tuple[str, str, str | int]]:
    """Return path, Service and port (its name, or its number) of each path."""
    if route["kind"] == "HTTPRoute":
        (rule,) = route["spec"]["rules"]
        (to,) = rule["backendRefs"]
        return [(each["path"]["value"], to["name"], to["port"]) for each in rule["matches"]]
    found = [path for rule in route["spec"]["rules"] for path in rule["http"]["paths"]]
    return [(each["path"], (to := each["backend"]["service"])["name"], to["port"]["name"]) for each in found]


def seconds_of(route: Object) -> float | None:
    if route["kind"] == "HTTPRoute":
        return float(route["spec"]["rules"][0]["timeouts"]["request"].removesuffix("s"))
    told = route["metadata"].get("annotations", {}).get("nginx.ingress.kubernetes.io/proxy-read-timeout")
    return float(told) if told else None


def test_a_service_has_the_answered_way_in(service: Deployed) -> None:
    assert {each["kind"] for each in routes(service)} == KINDS[service.answers["expose"]]
    for route in routes(service):
        prefix = "" if service.production else f"{service.overlay}."
        usual = [prefix + each for each in service.answers["hosts"]]
        assert list(dict.fromkeys(hosts_of(route))) == service.environment.get("hosts", usual)


def test_a_route_leads_to_the_main_port(service: Deployed) -> None:
    main = service.one("Service")["spec"]["ports"][0]
    assert main["name"] == service.answers["ports"][0]["name"]
    for route in routes(service):
        for path, name, port in backends_of(route):
            assert path in service.answers["path_prefixes"]
            assert name == service.one("Service")["metadata"]["name"] and port in (main["name"], main["port"])


def test_the_gateway_waits_longer_than_what_is_behind_it(service: Deployed) -> None:
    for seconds in filter(None, map(seconds_of, routes(service))):
        inner = float(service.config["REQUEST_SECONDS"])
        if "limiter" in service.sidecars:
            folder = service.example / "deploy/base/limiter"
            text = "\n".join(path.read_text() for path in sorted(folder.iterdir()))
            (limit,) = {
                float(each) for each in re.findall(r"(?:proxy_read_timeout|^ +timeout:) (\d+)s", text, re.MULTILINE)
            }
            assert limit > inner
            inner = limit
        assert seconds > inner


def test_the_certificate_is_for_the_same_host_names(service: Deployed) -> None:
    for route in service.all("Ingress"):
        (tls,) = route["spec"]["tls"]
        assert tls["hosts"] == list(dict.fromkeys(hosts_of(route))) and tls["secretName"]


def test_no_two_environments_have_one_host_name() -> None:
    found = [
        (example, host)
        for example in examples()
        for overlay in overlays_of(example)
        for route in routes(deployed(example, overlay))
        for host in dict.fromkeys(hosts_of(route))
    ]
    assert found and len(set(found)) == len(found)


def test_the_limiter_behind_a_gateway_sees_its_callers(service: Deployed) -> None:
    """Pods have private addresses: one of the trusted networks holds the gateway's, and none holds every address."""
    if service.answers["limiter"] != "none" and service.answers["expose"] != "none":
        networks = [ipaddress.ip_network(each) for each in service.answers["trusted_proxies"]]
        assert any(ipaddress.ip_address("10.244.0.7") in each for each in networks)
        assert not any(ipaddress.ip_address("203.0.113.7") in each for each in networks)
