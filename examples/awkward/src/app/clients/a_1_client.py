"""a-1, critical: without it a request fails."""

from app.clients.http import HttpDependency
from app.config import Settings


class A_1Client(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "a-1",
            critical=True,
            url=settings.a_1_url,
            timeout=settings.a_1_timeout_seconds,
        )
