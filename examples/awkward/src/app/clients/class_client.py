"""class, critical: a request fails without it."""

from app.clients.http import HttpDependency
from app.config import Settings


class ClassClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "class",
            critical=True,
            url=settings.class_url,
            timeout=settings.class_timeout_seconds,
        )
