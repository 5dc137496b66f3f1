"""Each line is a JSON object with the common fields, whatever is logged."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from app import SERVICE, logs

log = logging.getLogger("app.test")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    written = io.StringIO()
    logs.configure("debug", "1.2.3", written)
    yield written
    logs.configure()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in stream.getvalue().splitlines()]


def test_extra_fields_never_replace_the_common_ones(stream: io.StringIO) -> None:
    log.info("booked", extra={"order": 7, "level": "gold", "service": "other", "timestamp": 0})
    [line] = lines(stream)
    assert (line["order"], line["level"], line["service"]) == (7, "info", SERVICE)
    assert line["timestamp"] != 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {("a", "b"): 1}])
def test_what_json_does_not_have_is_written_as_text(stream: io.StringIO, value: Any) -> None:
    log.info("booked", extra={"amount": value, "order": "a-7"})
    [line] = lines(stream)
    assert (line["amount"], line["order"]) == (repr(value), "a-7")


def test_debug_is_for_the_services_own_lines(stream: io.StringIO) -> None:
    log.debug("own")
    logging.getLogger("httpx2").info("GET http://app:secret@somewhere")
    logging.getLogger("library").debug("internals")
    assert [line["message"] for line in lines(stream)] == ["own"]
