"""Wrong answers about traces, for test_answers.py."""

from __future__ import annotations

from typing import Any

TELEMETRY: list[tuple[str, Any, str]] = [
    ("telemetry", "zipkin", "must be one of otlp, none, not zipkin"),
    ("collector", "otel-collector:4318", 'an http:// or https:// URL, not "otel-collector:4318"'),
    ("collector", "http://user:pw@collector:4318", "must not contain a user name or password"),
    ("collector", "http://collector:4318/v1/traces", "must be the base URL, without /v1/traces"),
    ("collector", "http://otel-collector.monitoring:4318", "Write otel-collector.monitoring.svc"),
    ("collector", "http://localhost:8081", "the service itself listens on that port"),
]
