"""a-1, critical: a request fails without it."""

from app.clients.http import HttpDependency
from app.config import Settings


class A_1Client(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "a-1",
            critical=True,
            url=settings.a_1_url,
            timeout=settings.a_1_timeout_seconds,
        )
