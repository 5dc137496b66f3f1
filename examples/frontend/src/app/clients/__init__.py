"""The service's dependencies, one module each.

A module is named for its dependency with `_client` at the end, so that none is a reserved word.
"""

from app.clients.dependency import Dependency
from app.clients.mail_client import MailClient
from app.clients.weather_client import WeatherClient
from app.config import Settings


def create_clients(settings: Settings) -> list[Dependency]:
    """One client each, in the order in which the dependencies were named."""
    return [
        MailClient(settings),
        WeatherClient(settings),
    ]
