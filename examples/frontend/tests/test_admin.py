import httpx2
import pytest

from app.admin import create_admin
from app.api import create_api
from app.config import Settings
from app.state import State


@pytest.fixture
def admin(state: State) -> httpx2.AsyncClient:
    app = create_admin(state, create_api(Settings(), state, []))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://admin")


async def statuses(admin: httpx2.AsyncClient) -> list[int]:
    return [(await admin.get(path)).status_code for path in ("/livez", "/startupz", "/readyz")]


async def test_probes_follow_the_state(admin: httpx2.AsyncClient, state: State) -> None:
    assert await statuses(admin) == [200, 503, 503]
    assert (await admin.get("/readyz")).json() == {"status": "starting"}

    state.started = True
    assert await statuses(admin) == [200, 200, 200]
    assert (await admin.get("/readyz")).json() == {"status": "ok"}

    state.draining = True
    assert await statuses(admin) == [200, 200, 503]
    assert (await admin.get("/readyz")).json() == {"status": "draining"}


async def test_a_stop_before_the_start_never_gets_ready(
    admin: httpx2.AsyncClient, state: State
) -> None:
    state.draining = True
    state.started = True
    assert (await admin.get("/readyz")).status_code == 503


async def test_metrics_are_prometheus_text(admin: httpx2.AsyncClient) -> None:
    response = await admin.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert "http_requests_in_flight 0.0" in response.text


async def test_nothing_else_is_served(admin: httpx2.AsyncClient) -> None:
    assert (await admin.get("/")).status_code == 404
