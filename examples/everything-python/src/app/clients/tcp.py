"""A dependency with another protocol over TCP."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from app.clients.dependency import Dependency


class TcpDependency(Dependency):
    """Checks only whether the dependency is reachable. Use a driver for real calls, in `bounded`."""

    def __init__(self, name: str, *, critical: bool, address: str, timeout: float) -> None:
        super().__init__(name, critical=critical, timeout=timeout)
        parts = urlsplit(f"//{address}")
        self.host, self.port = parts.hostname, parts.port

    async def ask(self) -> Any:
        return await self.bounded(self._connect())

    async def _connect(self) -> Any:
        _, writer = await asyncio.open_connection(self.host, self.port)
        writer.close()
        return {"reachable": True}
