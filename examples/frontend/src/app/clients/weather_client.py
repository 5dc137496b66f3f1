"""weather, auxiliary: a fallback replaces it."""

from app.clients.http import HttpDependency
from app.config import Settings


class WeatherClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "weather",
            critical=False,
            url=settings.weather_url,
            timeout=settings.weather_timeout_seconds,
        )
