"""The service's dependencies, one module each.

A module is called after its dependency, with `_client` at the end to avoid reserved words.
"""

from app.clients.dependency import Dependency
from app.config import Settings


def create_clients(settings: Settings) -> list[Dependency]:
    """One client for each dependency, in the order of your answers."""
    return []
