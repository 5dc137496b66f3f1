"""ledger, critical: without it a request fails."""

from app.clients.http import HttpDependency
from app.config import Settings


class LedgerClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "ledger",
            critical=True,
            url=settings.ledger_url,
            timeout=settings.ledger_timeout_seconds,
        )
