"""One trace goes through caller, service and dependency, and a bad collector costs nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scaffold.prove.ports import free_ports
from tests.real.conformance.collector import CLIENT, SERVER, Collector, Span
from tests.real.conformance.contract import CANARY, CONTRACT, OK, REQUEST_ID, Entry
from tests.real.conformance.service import PROBES, SLACK, Bench, bench, wait_until
from tests.real.conformance.subjects import Subject, needs

TRACES = CONTRACT["traces"]
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
OF_CALLER = {TRACES["header"]: f"00-{TRACE}-{CALLER}-01"}
INVENTED = "MADEUP"
EXPECTED = {"started", "request", "draining", "stopped", "stopping"}
ASKED = 30  # requests while the collector hangs


def passed_on(head: dict[str, str]) -> str:
    """Return the header that a dependency got."""
    return next(value for name, value in head.items() if name.lower() == TRACES["header"])


def with_secrets(own: Bench) -> dict[str, str]:
    """Return URLs of the HTTP dependencies with a secret in user info and query."""
    return {
        f"{each['variable']}_URL": f"http://app:{CANARY}@127.0.0.1:{own.stubs[each['name']].port}/x?key={CANARY}"
        for each in own.subject.answers["upstreams"]
        if each["scheme"] != "tcp"
    }


@dataclass
class Story:
    """What a service left that was asked once with a trace and once in vain, and then stopped."""

    spans: list[Span]
    lines: list[Entry]
    heads: list[dict[str, str]]
    output: str
    answers: dict[str, object]

    @property
    def served(self) -> Span:
        return next(span for span in self.spans if span.kind == SERVER and span.parent == CALLER)


@pytest.fixture(scope="session")
def story(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Give what one service exported: only the stop exports it, because the next batch would leave in an hour."""
    with bench(subject, tmp_path_factory.mktemp("story")) as own, Collector() as collector:
        service = own.serve(
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="3600000",
            OTEL_RESOURCE_ATTRIBUTES="k8s.pod.name=pod-1",
            SERVICE_VERSION="1.2.3",
            **with_secrets(own),
        )
        for path in (*PROBES, CONTRACT["metrics"]["path"]):
            service.probe(path)
        first = service.ask(f"/?key={CANARY}", headers=OF_CALLER)
        assert first.status == 200
        service.ask("/", INVENTED, headers={TRACES["header"]: f"00-{TRACE}-{CALLER[::-1]}-01"})
        own.stubs[subject.upstream("critical")["name"]].behave("crash")
        assert service.ask("/").status == 502
        service.log_of(first.headers[REQUEST_ID])
        assert collector.spans == []
        service.signal()
        assert service.wait() == OK
        assert set(collector.paths) == {"/v1/traces"}
        heads = [stub.heads[0] for stub in own.stubs.values() if stub.heads]
        lines = [line for line in service.logs() if line.get("request_id") == first.headers[REQUEST_ID]]
        others = [line for line in service.logs() if "request_id" not in line]
        assert others
        assert [line for line in others if set(line) & set(TRACES["log_fields"])] == []
        yield Story(list(collector.spans), lines, heads, service.output(), subject.answers)


@needs("traced", "critical")
def test_one_trace_goes_through_caller_service_and_dependency(story: Story) -> None:
    served = story.served
    calls = [span for span in story.spans if span.parent == served.id]
    assert served.trace == TRACE
    assert served.name == "GET /"
    wanted = {"http.request.method": "GET", "http.route": "/", "http.response.status_code": 200}
    assert wanted.items() <= served.attributes.items()
    assert not served.failed
    assert calls
    assert {(span.kind, span.trace) for span in calls} == {(CLIENT, TRACE)}
    for call in calls:
        assert set(TRACES["spans"]["call"]["attributes"]) <= set(call.attributes)
    got = sorted(passed_on(head) for head in story.heads)
    assert got == sorted(f"00-{TRACE}-{span.id}-01" for span in calls)


@needs("traced", "critical")
def test_a_trace_without_a_caller_is_a_new_one_and_shows_the_error(story: Story) -> None:
    (failed,) = [span for span in story.spans if span.kind == SERVER and span.parent == ""]
    assert failed.trace != TRACE
    assert failed.failed
    assert failed.attributes["http.response.status_code"] == 502
    calls = [span for span in story.spans if span.parent == failed.id]
    assert any(span.failed for span in calls)
    # Every span is one of these, so probes and metrics have none.
    assert {span.trace for span in story.spans} == {TRACE, failed.trace}


@needs("traced", "critical")
def test_a_caller_invents_no_name_of_a_span(story: Story) -> None:
    """Some servers reject such a request before it has a span."""
    for span in story.spans:
        assert INVENTED not in span.name
        assert INVENTED not in (span.attributes.get("http.request.method"), span.attributes.get("http.method"))


@needs("traced", "critical")
def test_spans_name_their_source(story: Story) -> None:
    for span in story.spans:
        assert span.source["service.name"] == story.answers["name"]
        assert span.source["service.version"] == "1.2.3"
        assert span.source["k8s.pod.name"] == "pod-1"


@needs("traced", "critical")
def test_each_line_of_a_request_has_the_ids(story: Story) -> None:
    assert any(line["message"] == "request" for line in story.lines)
    for line in story.lines:
        for name, rule in TRACES["log_fields"].items():
            assert re.search(rule["pattern"], line[name]), line
        assert line["trace_id"] == TRACE
    (request,) = [line for line in story.lines if line["message"] == "request"]
    assert request["span_id"] == story.served.id


@needs("traced", "critical")
def test_no_secret_of_a_url_is_in_a_span(story: Story) -> None:
    assert [span for span in story.spans if CANARY in span.text] == []
    assert CANARY not in story.output


@needs("traced", "critical")
@pytest.mark.parametrize("env", [{}, {"OTEL_TRACES_EXPORTER": "none"}], ids=["unset", "none"])
def test_without_a_collector_the_trace_goes_on_and_nothing_is_exported(own: Bench, env: dict[str, str]) -> None:
    with Collector() as collector:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} if env else {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}
        service = own.serve(OTEL_BSP_SCHEDULE_DELAY="1", **endpoint, **env)
        answer = service.ask("/", headers=OF_CALLER)
        assert {line["trace_id"] for line in service.log_of(answer.headers[REQUEST_ID])} == {TRACE}
        service.signal()
        assert service.wait() == OK
        assert collector.connections == 0
    heads = [head for stub in own.stubs.values() for head in stub.heads]
    assert heads
    assert all(passed_on(head).startswith(f"00-{TRACE}-") for head in heads)
    # A failed export is logged, as the next test shows. There is none here.
    assert {line["message"] for line in service.logs()} <= EXPECTED


@needs("traced", "critical")
@pytest.mark.parametrize("how", ["hangs", "refuses"])
def test_a_bad_collector_costs_no_request_and_no_stop(own: Bench, how: str) -> None:
    with Collector(hangs=True) as collector:
        port = collector.port if how == "hangs" else free_ports(1)[0]
        service = own.serve(
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://me:{CANARY}@127.0.0.1:{port}",
            OTEL_EXPORTER_OTLP_HEADERS=f"authorization={CANARY},{CANARY}",
            OTEL_BSP_SCHEDULE_DELAY="1",
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE="1",
            DRAIN_SECONDS="0",
            SHUTDOWN_SECONDS="30",
        )
        assert service.ask("/").status == 200
        if how == "hangs":
            wait_until(lambda: bool(collector.paths), 10, "the collector has got an export")
        # All of these are responded to while the collector holds the first export.
        assert {service.ask("/").status for _ in range(ASKED)} == {200}
        at = service.signal()
        assert service.wait() == OK
        assert time.monotonic() - at < TRACES["stop_seconds"] + CONTRACT["slow_clients"]["linger"]["seconds"] + SLACK
        assert not collector.ended.is_set(), "the collector has held the export until now"
    assert [line for line in service.logs() if line["level"] in ("warn", "error")], "a failed export is logged"
    assert CANARY not in service.output()


@needs("traced", "critical")
def test_a_wrong_variable_of_opentelemetry_stops_nothing(own: Bench) -> None:
    service = own.serve(
        OTEL_EXPORTER_OTLP_ENDPOINT="nowhere at all",
        OTEL_EXPORTER_OTLP_TIMEOUT="soon",
        OTEL_TRACES_SAMPLER="some",
        OTEL_PROPAGATORS="pigeon",
        OTEL_PYTHON_CONTEXT="pigeon",
        OTEL_BSP_MAX_QUEUE_SIZE="many",
        OTEL_BSP_SCHEDULE_DELAY="1",
        OTEL_RESOURCE_ATTRIBUTES="nonsense",
    )
    assert service.ask("/").status == 200
    service.signal()
    assert service.wait() == OK


@needs("traced", "jobs")
def test_a_job_is_a_trace(own: Bench) -> None:
    command = own.subject.answers["jobs"][0]["command"].split()
    with Collector() as collector:
        service = own.run(*command, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        assert service.wait() == OK
        (root,) = [span for span in collector.spans if not span.parent]
    assert root.name == command[0]
    assert {span.trace for span in collector.spans} == {root.trace}
    assert {span.parent for span in collector.spans} <= {"", root.id}
    (finished,) = service.logs("job finished")
    assert (finished["trace_id"], finished["span_id"]) == (root.trace, root.id)
