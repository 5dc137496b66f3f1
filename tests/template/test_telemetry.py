"""The answer `none` to telemetry leaves nothing of traces in any file, in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.combinations import DEPENDENCIES, JOBS, choices
from tests.support.examples import of_tools
from workshop import goldens

TRACES = re.compile(r"(?i)otel|opentelemetry|otlp|traceparent|trace_id|span_id")
# FastAPI imports OpenTelemetry with traces or without, and one of its variables would end the program.
OF_FASTAPI = re.compile(
    r'(?m)^(# FastAPI imports .*|    importlib.*"opentelemetry.propagate".*|.*"OTEL_PROPAGATORS".*|logging.getLogger\("opentelemetry"\).*)$'
)
LANGUAGES = sorted(choices("language"))


def files(language: str, **answers: str) -> dict[str, str]:
    """Return the files of a service with everything that can have spans."""
    given = {"name": "mail", "language": language, "dependencies": DEPENDENCIES, "jobs": JOBS, **answers}
    rendered = goldens.rendered(goldens.engine()[1].resolve(given))
    return {file.path: file.content.decode() for file in rendered if not file.path.startswith(".copier")}


def traces_in(found: dict[str, str]) -> list[str]:
    """Return the files that have to do with traces, without lock files: FastAPI itself needs a package of OpenTelemetry."""
    return [
        path
        for path, text in found.items()
        if not of_tools(Path(path)) and TRACES.search(path + OF_FASTAPI.sub("", text))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_leaves_nothing(language: str) -> None:
    assert traces_in(files(language, telemetry="none", collector="http://collector:4318")) == []
    assert traces_in(files(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_exporter_is_locked_without_traces(language: str) -> None:
    text = "".join(files(language, telemetry="none").values())
    assert not re.search(r"(?i)opentelemetry[-_](sdk|exporter|otlp)|otlptrace", text)
