"""a1, auxiliary: a fallback replaces it."""

from app.clients.http import HttpDependency
from app.config import Settings


class A1Client(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "a1",
            critical=False,
            url=settings.a1_url,
            timeout=settings.a1_timeout_seconds,
        )
