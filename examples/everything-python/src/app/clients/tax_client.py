"""tax, critical: without it a request fails."""

from app.clients.http import HttpDependency
from app.config import Settings


class TaxClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "tax",
            critical=True,
            url=settings.tax_url,
            timeout=settings.tax_timeout_seconds,
        )
