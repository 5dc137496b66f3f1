"""Traces by OpenTelemetry. They are exported once a variable OTEL_… names a collector.

FastAPI makes the span of a request and reads its header `traceparent`. Dependencies get the trace
in the same header, whether it is exported or not.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx2
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace import Span as RecordedSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.util.types import AttributeValue

from app import SERVICE

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

log = logging.getLogger(__name__)

# One span for a request, without one for each step of FastAPI. The metrics are those for Prometheus.
OF_REQUESTS: "TelemetryConfig" = {
    "operation_spans": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}

# The stop waits no longer than this for a slow collector.
STOP_SECONDS = 2.0

_MARGIN_SECONDS = 0.1
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACER = trace.get_tracer("app")


class WithoutQuery(SpanProcessor):
    """Hides the query of a request's URL, because it can hold a secret."""

    def on_start(self, span: RecordedSpan, parent_context: Context | None = None) -> None:
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", "REDACTED")


class Reported(SpanExporter):
    """Logs a failed export in one line. The exporter's own lines can hold a token of the URL."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            log.warning("traces not exported", extra={"spans": len(spans)})
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def start(version: str) -> None:
    """Reads the variables OTEL_…. A wrong one costs the traces, never the service."""
    try:
        provider = _provider(version)
    except Exception as error:
        log.warning("tracing is off, check OTEL_…", extra={"error": type(error).__name__})
    else:
        trace.set_tracer_provider(provider)


def _provider(version: str) -> TracerProvider:
    named = OTELResourceDetector().detect().attributes
    about = {"service.name": SERVICE, "service.version": version, **named}
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(WithoutQuery())
    if _exports():
        # Imported only here, because it takes time and memory.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(Reported(OTLPSpanExporter())))
    return provider


def _exports() -> bool:
    if _variable("OTEL_SDK_DISABLED") == "true" or _variable("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(_variable(name) for name in _ENDPOINTS)


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip().lower()


def stop() -> None:
    """Exports the last spans, within what remains of SHUTDOWN_SECONDS."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        return
    remaining, _ = signal.getitimer(signal.ITIMER_REAL)
    seconds = min(STOP_SECONDS, remaining - _MARGIN_SECONDS) if remaining else STOP_SECONDS
    export = threading.Thread(target=provider.shutdown, daemon=True)
    export.start()
    export.join(max(seconds, 0))
    if export.is_alive():
        log.warning("traces not exported in time", extra={"seconds": seconds})


def inject(headers: MutableMapping[str, str]) -> None:
    """Adds the trace to the headers of a call."""
    propagate.inject(headers)


@contextmanager
def span(
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Iterator[Span]:
    """Work as a span. Of an error it has only the type, because the text can hold a secret."""
    with _TRACER.start_as_current_span(
        name,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            failed(current, type(error).__name__)
            raise


def failed(current: Span, kind: str) -> None:
    current.set_status(StatusCode.ERROR)
    current.set_attribute("error.type", kind)


@contextmanager
def call(method: str, url: str) -> Iterator[Span]:
    """An HTTP call of a dependency. User info and query are left out of its URL."""
    target = httpx2.URL(url).copy_with(userinfo=b"", query=None, fragment=None)
    attributes: dict[str, AttributeValue] = {
        "http.request.method": method,
        "server.address": target.host,
        "server.port": target.port or {"http": 80, "https": 443}[target.scheme],
        "url.full": str(target),
    }
    with span(method, SpanKind.CLIENT, attributes) as current:
        yield current
