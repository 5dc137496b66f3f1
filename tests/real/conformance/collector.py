"""A collector of traces on loopback (OTLP over HTTP): it takes the spans, or holds the request and never responds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

SERVER, CLIENT = trace_pb2.Span.SPAN_KIND_SERVER, trace_pb2.Span.SPAN_KIND_CLIENT
ERROR = trace_pb2.Status.STATUS_CODE_ERROR


@dataclass(frozen=True)
class Span:
    """A span as it was exported, with the attributes of its source."""

    name: str
    kind: int
    trace: str
    id: str
    parent: str  # nothing for a root
    failed: bool
    attributes: dict[str, Any]
    source: dict[str, Any]
    text: str  # all of it, to look for a secret


def _values(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> Any:
    kind = pair.value.WhichOneof("value")
    return getattr(pair.value, kind) if kind else None


class Handler(BaseHTTPRequestHandler):
    """Takes each export."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        collector = self.server.collector
        body = self._body()
        collector.paths.append(self.path)
        if collector.hangs:
            collector.ended.wait(60)
            self.close_connection = True
            return
        collector.take(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Counts those who connect."""

    daemon_threads = True
    collector: Collector

    def process_request(self, request: Any, client_address: Any) -> None:
        self.collector.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, *_: object) -> None:
        """Services go away on purpose here."""


class Collector:
    """A collector on a port of its own."""

    def __init__(self, *, hangs: bool = False) -> None:
        """Open its port."""
        self.hangs = hangs
        self.spans: list[Span] = []
        self.paths: list[str] = []
        self.connections = 0
        self.ended = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.collector = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for of_source in request.resource_spans:
            source = _values(of_source.resource.attributes)
            for scope in of_source.scope_spans:
                self.spans += [_span(each, source) for each in scope.spans]

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


def _span(each: trace_pb2.Span, source: dict[str, Any]) -> Span:
    return Span(
        name=each.name,
        kind=each.kind,
        trace=each.trace_id.hex(),
        id=each.span_id.hex(),
        parent=each.parent_span_id.hex(),
        failed=each.status.code == ERROR,
        attributes=_values(each.attributes),
        source=source,
        text=f"{each} {source}",
    )
