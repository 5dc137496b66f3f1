"""cache, auxiliary: without it a fallback answers."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class CacheClient(TcpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "cache",
            critical=False,
            address=settings.cache_url,
            timeout=settings.cache_timeout_seconds,
        )
