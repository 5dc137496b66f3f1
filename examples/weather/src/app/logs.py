"""Logs: one JSON object per line on stdout, also from libraries (P05).

`log.info("order booked", extra={"order": 7})` writes a line with the field `order`.
"""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from opentelemetry import trace

from app import SERVICE
from app.middleware.request_id import request_id

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}

# These would repeat the service's lines, or let a client fill the log.
QUIET = {
    "asyncio": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx2": logging.WARNING,
    "opentelemetry.exporter": logging.CRITICAL,  # `Reported` in tracing.py logs it
    "opentelemetry.util.re": logging.CRITICAL,  # shows headers for the collector
    "uvicorn.error": logging.ERROR,
}

_BUILT_IN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line: the common fields, then its other fields."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        fields: dict[str, Any] = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _level(record.levelno),
            "message": record.getMessage(),
            "service": SERVICE,
            "version": self._version,
        }
        if current := request_id.get():
            fields["request_id"] = current
        if (span := trace.get_current_span().get_span_context()).is_valid:
            fields["trace_id"] = trace.format_trace_id(span.trace_id)
            fields["span_id"] = trace.format_span_id(span.span_id)
        fields |= {k: v for k, v in vars(record).items() if k not in _BUILT_IN and k not in fields}
        if record.exc_info and (error := record.exc_info[1]):
            fields["error"] = f"{type(error).__name__}: {error}"
            fields["stack"] = "".join(traceback.format_exception(error))
        return _json(fields)


def configure(level: str = "info", version: str = "0.0.0", stream: TextIO = sys.stdout) -> None:
    """Sends all log records, also those of libraries, through the formatter."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(version))
    # Debug is only for the service's code, because debug lines of libraries show URLs and headers.
    logging.basicConfig(level=max(LEVELS[level], logging.INFO), handlers=[handler], force=True)
    logging.getLogger("app").setLevel(LEVELS[level])
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(LEVELS[level], least))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _json(fields: dict[str, Any]) -> str:
    try:
        return json.dumps(fields, default=str, allow_nan=False)
    except (TypeError, ValueError):  # NaN, a key that is not text, or a list that contains itself
        return json.dumps({k: v if isinstance(v, str) else repr(v) for k, v in fields.items()})


def _level(number: int) -> str:
    return next((name for name in reversed(LEVELS) if number >= LEVELS[name]), "debug")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("app").error("uncaught error", exc_info=(kind, error, trace))
