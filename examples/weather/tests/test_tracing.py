"""The spans of requests, calls and jobs, and their export."""

from collections.abc import Callable, Sequence

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from app import tracing
from app.clients.dependency import DependencyError
from app.clients.http import HttpDependency
from app.config import Settings
from app.job import run_job

from .conftest import Call, Upstream

Lines = Callable[[], list[dict[str, object]]]

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
EXPORTED = InMemorySpanExporter()

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
def _started() -> None:
    tracing.start("1.2.3")
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(SimpleSpanProcessor(EXPORTED))


@pytest.fixture
def spans() -> InMemorySpanExporter:
    EXPORTED.clear()
    return EXPORTED


def client_of(url: str) -> HttpDependency:
    return HttpDependency("mail", critical=True, url=url, timeout=1)


def ids(span: ReadableSpan) -> tuple[str, str]:
    context = span.get_span_context()
    assert context
    return trace.format_trace_id(context.trace_id), trace.format_span_id(context.span_id)


async def test_a_request_continues_the_trace_and_passes_it_on(
    call: Call, upstream: Upstream, spans: InMemorySpanExporter, lines: Lines
) -> None:
    client = client_of(f"{upstream.url}/json")
    async with call(client) as http:
        await http.get("/?token=s3cret", headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
    sent, served = spans.get_finished_spans()
    assert (sent.kind, served.kind) == (SpanKind.CLIENT, SpanKind.SERVER)
    assert served.name == "GET /"
    assert "s3cret" not in served.to_json()
    assert served.parent
    assert trace.format_span_id(served.parent.span_id) == CALLER
    assert sent.parent == served.get_span_context()
    assert f"traceparent: 00-{TRACE}-{ids(sent)[1]}-01" in upstream.requests[0]
    request = next(line for line in lines() if line["message"] == "request")
    assert (request["trace_id"], request["span_id"]) == ids(served) == (TRACE, ids(served)[1])


async def test_a_span_has_no_secret_of_the_url(
    upstream: Upstream, spans: InMemorySpanExporter
) -> None:
    await client_of(upstream.url.replace("//", "//me:s3cret@") + "/json").get()
    with pytest.raises(DependencyError):
        await client_of("http://s3cret:s3cret@127.0.0.1:9/?s3cret").get()
    good, failed = spans.get_finished_spans()
    assert good.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
    assert "s3cret" not in good.to_json() + failed.to_json()


async def test_a_job_has_a_span(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_arguments: list[str], _clients: Sequence[object]) -> None:
        raise ValueError("s3cret")

    monkeypatch.setattr("app.job.on_stop", lambda _callback, _seconds: None)
    monkeypatch.setattr("app.tracing.stop", lambda: None)
    assert await run_job("digest", broken, [], Settings()) == 1
    (span,) = spans.get_finished_spans()
    assert (span.name, span.parent) == ("digest", None)
    assert span.status.status_code is StatusCode.ERROR
    assert "s3cret" not in span.to_json()


class Broken(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise OSError("http://collector/?token=s3cret")


def test_a_failed_export_is_one_line_without_the_url(lines: Lines) -> None:
    assert tracing.Reported(Broken()).export([]) is SpanExportResult.FAILURE
    (line,) = lines()
    assert (line["level"], line["message"]) == ("warn", "traces not exported")
    assert "s3cret" not in str(line)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many"),
    ],
)
def test_a_wrong_variable_costs_only_the_traces(
    variable: str, value: str, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, value)
    tracing.start("1.2.3")
    assert [line["level"] for line in lines()] == ["warn"]
