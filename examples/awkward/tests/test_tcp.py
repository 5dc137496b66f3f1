import pytest

from app.clients.dependency import DependencyError
from app.clients.tcp import TcpDependency

from .conftest import Upstream


async def test_a_listening_port_is_reachable(upstream: Upstream) -> None:
    address = upstream.url.removeprefix("http://")
    store = TcpDependency("store", critical=True, address=address, timeout=5)
    assert await store.ask() == {"reachable": True}


async def test_a_closed_port_is_not(unused_port: int) -> None:
    store = TcpDependency("store", critical=True, address=f"127.0.0.1:{unused_port}", timeout=5)
    with pytest.raises(DependencyError) as caught:
        await store.ask()
    assert not caught.value.timed_out
