"""weather, auxiliary: without it a fallback answers."""

from app.clients.http import HttpDependency
from app.config import Settings


class WeatherClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "weather",
            critical=False,
            url=settings.weather_url,
            timeout=settings.weather_timeout_seconds,
        )
