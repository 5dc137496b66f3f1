"""tax, critical: a request fails without it."""

from app.clients.http import HttpDependency
from app.config import Settings


class TaxClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "tax",
            critical=True,
            url=settings.tax_url,
            timeout=settings.tax_timeout_seconds,
        )
