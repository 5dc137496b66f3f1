"""exchange-rates, auxiliary: a fallback replaces it."""

from app.clients.http import HttpDependency
from app.config import Settings


class ExchangeRatesClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "exchange-rates",
            critical=False,
            url=settings.exchange_rates_url,
            timeout=settings.exchange_rates_timeout_seconds,
        )
