"""Metrics in Prometheus' text format, under the names and labels that the contract gives."""

from __future__ import annotations

import re

from tests.real.conformance.asking import Asking, check_problem
from tests.real.conformance.contract import CONTRACT
from tests.real.conformance.service import Bench, Service, ask, wait_until
from tests.real.conformance.stubs import Stub
from tests.real.conformance.subjects import needs

METRICS = {name: rule for name, rule in CONTRACT["metrics"].items() if name != "path"}
SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(service: Service) -> tuple[Samples, dict[str, str]]:
    """Return every sample, and the type of every metric."""
    answer = ask(service.admin, CONTRACT["metrics"]["path"])
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] in ("text/plain", "application/openmetrics-text")
    samples: Samples = {}
    types = {}
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
        elif line and not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, f"no sample: {line!r}"
            name, labels, value = match.groups()
            samples[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return samples, types


def value(service: Service, name: str, **labels: str) -> float:
    """Return a sample, 0 where it is not there yet."""
    return scrape(service)[0].get((name, frozenset(labels.items())), 0)


def rises(service: Service, by: float, before: float, name: str, **labels: str) -> None:
    """Wait until a sample has risen by exactly that much."""
    wait_until(lambda: value(service, name, **labels) >= before + by, 5, f"{name}{labels} rises")
    assert value(service, name, **labels) == before + by


@needs("critical", "auxiliary")
def test_every_metric_has_its_type_and_labels(shared: Bench, service: Service) -> None:
    shared.stubs[shared.subject.upstream("auxiliary")["name"]].behave("crash")
    service.ask("/")
    samples, types = scrape(service)
    for name, rule in METRICS.items():
        assert types.get(name) or types.get(name.removesuffix("_total")), f"no {name}"
        found_type = types.get(name) or types.get(name.removesuffix("_total"))
        assert found_type == rule["type"], f"{name} is a {found_type}"
        sample = f"{name}_count" if rule["type"] == "histogram" else name
        labels = [{label for label, _ in each} for found, each in samples if found == sample]
        assert labels, f"no sample of {sample}"
        assert all(each == set(rule["labels"]) for each in labels), f"{sample} has the labels {labels}"
        if rule["type"] == "histogram":
            bounds = [dict(each)["le"] for found, each in samples if found == f"{name}_bucket"]
            assert "+Inf" in bounds
            assert len(set(bounds)) > 5


def test_the_runtime_has_metrics_of_its_own(service: Service) -> None:
    _, types = scrape(service)
    others = set(types) - set(METRICS) - {name.removesuffix("_total") for name in METRICS}
    assert any(name.startswith(("process_", "go_", "python_", "jvm_", "nodejs_")) for name in others), others


def test_requests_are_counted_by_route(service: Service) -> None:
    name, histogram = "http_requests_total", "http_request_duration_seconds_count"
    labels = {"method": "GET", "route": "/"}
    before, timed = value(service, name, **labels, status="200"), value(service, histogram, **labels)
    for _ in range(3):
        service.ask("/?some=query")
    rises(service, 3, before, name, **labels, status="200")
    rises(service, 3, timed, histogram, **labels)


def test_a_raw_path_never_becomes_a_label(service: Service) -> None:
    unmatched = {"method": "GET", "route": CONTRACT["unmatched_route"], "status": "404"}
    before = value(service, "http_requests_total", **unmatched)
    for number in range(3):
        service.ask(f"/some/secret/{number}")
    rises(service, 3, before, "http_requests_total", **unmatched)
    assert "secret" not in str(scrape(service)[0])


def test_an_invented_method_never_becomes_a_label(service: Service) -> None:
    for method in ("MADEUP", "PROPFIND", "MKCOL", "LOCK", "PURGE", "SUBSCRIBE"):
        service.ask("/", method)
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
    ours = {name.removesuffix(end) for name in METRICS for end in ("", "_total")}
    found = [(name, dict(labels).get("method", "other")) for name, labels in scrape(service)[0]]
    assert {method for name, method in found if any(map(name.startswith, ours))} <= known
    # A framework has metrics of its own, with words of its own for the others.
    assert {method for _, method in found} <= known | {"TRACE", "UNKNOWN"}


@needs("critical")
def test_requests_in_flight_are_told(own: Bench) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave("delayed", 3)
    service = own.serve(timeout=20, REQUEST_SECONDS="30")
    requests = [Asking(service) for _ in range(3)]
    wait_until(lambda: value(service, "http_requests_in_flight") == 3, 3, "three in flight")
    for request in requests:
        request.join()
    wait_until(lambda: value(service, "http_requests_in_flight") == 0, 5, "none in flight")


@needs("critical", "auxiliary")
def test_dependencies_are_counted_by_outcome(shared: Bench, service: Service) -> None:
    def after(stub: Stub, how: str, outcome: str) -> None:
        labels = {"dependency": stub.name}
        name, histogram = "dependency_requests_total", "dependency_request_duration_seconds_count"
        before, timed = value(service, name, **labels, outcome=outcome), value(service, histogram, **labels)
        stub.behave(how)
        service.ask("/")
        rises(service, 1, before, name, **labels, outcome=outcome)
        rises(service, 1, timed, histogram, **labels)
        stub.reset()

    critical, auxiliary = (shared.stubs[shared.subject.upstream(kind)["name"]] for kind in ("critical", "auxiliary"))
    fallbacks = value(service, "dependency_fallbacks_total", dependency=auxiliary.name)
    for stub in (critical, auxiliary):
        after(stub, "ok", "ok")
        after(stub, "crash", "error")
        after(stub, "slow", "timeout")
    rises(service, 2, fallbacks, "dependency_fallbacks_total", dependency=auxiliary.name)
    assert value(service, "dependency_fallbacks_total", dependency=critical.name) == 0


@needs("critical", "auxiliary")
def test_a_call_that_ends_with_its_request_is_not_a_failure(own: Bench) -> None:
    """The dependency had time left: neither an outcome nor a fallback is counted, and no line blames it."""
    names = [own.subject.upstream(kind)["name"] for kind in ("critical", "auxiliary")]
    for name in names:
        own.stubs[name].behave("slow")
    service = own.serve(timeout=20, REQUEST_SECONDS="1")
    check_problem(service.ask("/"), "dependency_timeout")
    service.ask("/no/such/route")  # the metrics of the first request are complete by then
    for name in names:
        for outcome in CONTRACT["outcomes"]:
            assert value(service, "dependency_requests_total", dependency=name, outcome=outcome) == 0, (name, outcome)
        assert value(service, "dependency_fallbacks_total", dependency=name) == 0
    assert service.logs("dependency failed") == []
