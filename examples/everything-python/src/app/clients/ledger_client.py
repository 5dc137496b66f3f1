"""ledger, critical: a request fails without it."""

from app.clients.http import HttpDependency
from app.config import Settings


class LedgerClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "ledger",
            critical=True,
            url=settings.ledger_url,
            timeout=settings.ledger_timeout_seconds,
        )
