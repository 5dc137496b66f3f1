"""exchange-rates, auxiliary: without it a fallback answers."""

from app.clients.http import HttpDependency
from app.config import Settings


class ExchangeRatesClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "exchange-rates",
            critical=False,
            url=settings.exchange_rates_url,
            timeout=settings.exchange_rates_timeout_seconds,
        )
