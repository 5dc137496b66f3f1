"""a1, auxiliary: without it a fallback answers."""

from app.clients.http import HttpDependency
from app.config import Settings


class A1Client(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "a1",
            critical=False,
            url=settings.a1_url,
            timeout=settings.a1_timeout_seconds,
        )
