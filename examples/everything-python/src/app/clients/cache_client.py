"""cache, auxiliary: a fallback replaces it."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class CacheClient(TcpDependency):
    """Write one method here for each kind of call, with your driver in `self.bounded`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "cache",
            critical=False,
            address=settings.cache_url,
            timeout=settings.cache_timeout_seconds,
        )
