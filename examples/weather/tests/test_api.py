import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from app import SERVICE
from app.state import State

from .conftest import Call

Lines = Callable[[], list[dict[str, object]]]


def api_of(client: httpx2.AsyncClient) -> FastAPI:
    transport = client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    return transport.app


async def test_the_overview(call: Call) -> None:
    response = await call(service_version="1.2.3").get("/")
    assert response.json() == {
        "service": SERVICE,
        "version": "1.2.3",
        "dependencies": {},
        "degraded": [],
    }


async def test_a_harmless_request_id_is_taken_over(call: Call, lines: Lines) -> None:
    response = await call().get("/", headers={"X-Request-Id": "abc.DEF_1-2"})
    assert response.headers["x-request-id"] == "abc.DEF_1-2"
    assert [line["request_id"] for line in lines()] == ["abc.DEF_1-2"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "a/b"])
async def test_any_other_request_id_is_replaced(call: Call, given: str) -> None:
    response = await call().get("/", headers={"X-Request-Id": given})
    made = response.headers["x-request-id"]
    assert made != given
    assert len(made) == 32
    assert int(made, 16)


async def test_one_line_a_request(call: Call, lines: Lines) -> None:
    await call().get("/nowhere?token=secret")
    [line] = lines()
    assert line["message"] == "request"
    assert line["level"] == "info"
    assert (line["service"], line["version"]) == (SERVICE, "1.2.3")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/nowhere", 404)
    assert isinstance(line["duration_ms"], float)
    assert str(line["timestamp"]).endswith("Z")


async def test_metrics_hold_the_route_and_not_the_path(call: Call) -> None:
    def count(route: str, status: str) -> float:
        labels = {"method": "GET", "route": route, "status": status}
        return REGISTRY.get_sample_value("http_requests_total", labels) or 0

    known, unknown = count("/", "200"), count("unmatched", "404")
    await call().get("/")
    await call().get("/some/path")
    assert count("/", "200") == known + 1
    assert count("unmatched", "404") == unknown + 1


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/x", 404), ("DELETE", "/", 405)])
async def test_errors_are_problems(call: Call, method: str, path: str, status: int) -> None:
    response = await call().request(method, path, headers={"X-Request-Id": "me"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["request_id"] == "me"


async def test_only_the_log_has_the_stack_of_a_bug(call: Call, lines: Lines) -> None:
    client = call()

    @api_of(client).get("/broken")
    async def broken() -> None:
        raise RuntimeError("the password is 1234")

    response = await client.get("/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "1234" not in response.text
    failed, request = lines()
    assert failed["message"] == "request failed"
    assert failed["error"] == "RuntimeError: the password is 1234"
    assert "test_api.py" in str(failed["stack"])
    assert failed["request_id"] == request["request_id"]
    assert request["status"] == 500


async def test_a_request_ends_within_its_budget(call: Call) -> None:
    client = call(request_seconds=0.1)

    @api_of(client).get("/endless")
    async def endless() -> None:
        await asyncio.sleep(60)

    async with asyncio.timeout(2):
        response = await client.get("/endless")
    assert response.status_code == 504


async def test_a_body_over_the_limit_is_refused_by_its_length(call: Call) -> None:
    response = await call(max_body_bytes=10).post("/", content=b"x" * 11)
    assert response.status_code == 413
    assert response.json()["status"] == 413
    assert response.headers["connection"] == "close"


async def test_a_body_over_the_limit_is_refused_in_chunks(call: Call) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 4

    response = await call(max_body_bytes=10).post("/", content=chunks())
    assert response.status_code == 413


async def test_a_body_at_the_limit_arrives_whole(call: Call) -> None:
    client = call(max_body_bytes=10)

    @api_of(client).post("/length")
    async def length(body: list[int]) -> int:
        return len(body)

    headers = {"Content-Type": "application/json"}
    assert (await client.post("/length", content=b"[1,2,3,44]", headers=headers)).json() == 4


async def test_a_slow_body_is_given_up(call: Call) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(0.3)
        yield b"x"

    response = await call(request_seconds=0.1).post("/", content=chunks())
    assert response.status_code == 408


async def test_responses_close_connections_only_while_draining(call: Call, state: State) -> None:
    client = call()
    assert "connection" not in (await client.get("/")).headers
    state.draining = True
    assert (await client.get("/")).headers["connection"] == "close"
    assert (await client.get("/nowhere")).headers["connection"] == "close"
