"""none, auxiliary: a fallback replaces it."""

from app.clients.http import HttpDependency
from app.config import Settings


class NoneClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "none",
            critical=False,
            url=settings.none_url,
            timeout=settings.none_timeout_seconds,
        )
