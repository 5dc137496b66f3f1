"""none, auxiliary: without it a fallback answers."""

from app.clients.http import HttpDependency
from app.config import Settings


class NoneClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "none",
            critical=False,
            url=settings.none_url,
            timeout=settings.none_timeout_seconds,
        )
