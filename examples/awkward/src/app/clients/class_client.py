"""class, critical: without it a request fails."""

from app.clients.http import HttpDependency
from app.config import Settings


class ClassClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "class",
            critical=True,
            url=settings.class_url,
            timeout=settings.class_timeout_seconds,
        )
