import asyncio
import time

import pytest
from prometheus_client import REGISTRY

from app.clients.dependency import DependencyError, ask_all
from app.clients.http import BadAnswer, HttpDependency

from .conftest import Call, Upstream


def client(url: str, *, critical: bool, timeout: float = 5) -> HttpDependency:
    return HttpDependency("other", critical=critical, url=url, timeout=timeout)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"dependency": "other", **labels}) or 0


@pytest.mark.parametrize(("path", "expected"), [("/json", {"mails": 3}), ("/text", "sunny")])
async def test_a_good_response(call: Call, upstream: Upstream, path: str, expected: object) -> None:
    response = await call(client(upstream.url + path, critical=True)).get("/")
    assert response.json()["dependencies"] == {"other": expected}
    assert response.json()["degraded"] == []


async def test_the_request_id_goes_along(call: Call, upstream: Upstream) -> None:
    service = call(client(upstream.url + "/json", critical=True))
    await service.get("/", headers={"X-Request-Id": "abc"})
    assert "x-request-id: abc" in upstream.requests[0].lower()


async def test_a_post_sends_json(upstream: Upstream) -> None:
    assert await client(upstream.url + "/json", critical=True).post({"id": 7}) == {"mails": 3}
    head, body = upstream.requests[0].split("\r\n\r\n")
    assert head.startswith("POST /json HTTP/1.1")
    assert "content-type: application/json" in head.lower()
    assert body == '{"id":7}'


async def test_a_post_has_the_timeout_and_the_error_of_its_dependency(upstream: Upstream) -> None:
    with pytest.raises(DependencyError) as caught:
        await client(upstream.url + "/slow", critical=True, timeout=0.2).post({"id": 7})
    assert caught.value.timed_out


async def _work(seconds: float = 0, error: Exception | None = None) -> int:
    await asyncio.sleep(seconds)
    if error:
        raise error
    return 3


async def test_any_work_is_bounded() -> None:
    def counted() -> list[float]:
        outcomes = ("ok", "error", "timeout")
        return [value("dependency_requests_total", outcome=outcome) for outcome in outcomes]

    before = counted()
    driver = client("http://127.0.0.1:1", critical=True, timeout=0.1)
    assert await driver.bounded(_work()) == 3
    with pytest.raises(DependencyError, match="in time"):
        await driver.bounded(_work(60))
    with pytest.raises(DependencyError, match=r"The dependency .* failed"):
        await driver.bounded(_work(error=ValueError("secret")))
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1, 1]


async def test_a_critical_failure_ends_the_other_calls(upstream: Upstream) -> None:
    failing = client(upstream.url + "/500", critical=True)
    slow = client(upstream.url + "/slow", critical=False, timeout=30)
    began = time.perf_counter()
    with pytest.raises(DependencyError) as caught:
        await ask_all([slow, failing])
    assert time.perf_counter() - began < 5
    assert isinstance(caught.value.__cause__, BadAnswer)
    async with asyncio.timeout(5):
        await upstream.hung_up.wait()


async def test_a_slow_critical_one_fails_the_request_in_time(
    call: Call, upstream: Upstream
) -> None:
    before = value("dependency_requests_total", outcome="timeout")
    began = time.perf_counter()
    response = await call(client(upstream.url + "/slow", critical=True, timeout=0.2)).get("/")
    assert time.perf_counter() - began < 5  # the whole response would take 20 s
    assert response.status_code == 504
    assert response.json()["title"] == "Gateway Timeout"
    assert value("dependency_requests_total", outcome="timeout") == before + 1


async def test_a_call_that_nobody_waits_for_is_not_counted(upstream: Upstream) -> None:
    outcomes = ("ok", "error", "timeout")
    before = [value("dependency_requests_total", outcome=outcome) for outcome in outcomes]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client(upstream.url + "/slow", critical=True).ask()
    assert [value("dependency_requests_total", outcome=outcome) for outcome in outcomes] == before


FAULTS = ["/500", "/404", "/bad", "/nan", "/surrogate", "/large"]


@pytest.mark.parametrize("path", FAULTS)
async def test_a_critical_fault_fails_the_request(
    call: Call, upstream: Upstream, path: str
) -> None:
    response = await call(client(upstream.url + path, critical=True)).get("/")
    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*FAULTS, "/slow"])
async def test_the_fallback_replaces_an_auxiliary_dependency(
    call: Call, upstream: Upstream, path: str
) -> None:
    before = value("dependency_fallbacks_total")
    response = await call(client(upstream.url + path, critical=False, timeout=0.2)).get("/")
    assert response.status_code == 200
    assert response.json()["dependencies"] == {"other": None}
    assert response.json()["degraded"] == ["other"]
    assert value("dependency_fallbacks_total") == before + 1


async def test_a_refused_connection_is_a_fault(call: Call, unused_port: int) -> None:
    url = f"http://127.0.0.1:{unused_port}"
    assert (await call(client(url, critical=True)).get("/")).status_code == 502
    assert (await call(client(url, critical=False)).get("/")).json()["degraded"] == ["other"]


async def test_all_are_called_at_once(call: Call, upstream: Upstream) -> None:
    slow = [
        HttpDependency(str(n), critical=False, url=upstream.url + "/slow", timeout=0.5)
        for n in range(5)
    ]
    began = time.perf_counter()
    response = await call(*slow).get("/")
    assert time.perf_counter() - began < 2.4  # one after the other: 2.5 s
    assert len(response.json()["degraded"]) == 5


async def test_a_closed_client_makes_no_calls(upstream: Upstream) -> None:
    other = client(upstream.url + "/json", critical=True)
    await other.ask()
    await other.aclose()
    with pytest.raises(DependencyError):
        await other.ask()
    assert len(upstream.requests) == 1
