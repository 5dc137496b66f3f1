"""The service's dependencies, one module each.

A module is called after its dependency, with `_client` at the end to avoid reserved words.
"""

from app.clients.dependency import Dependency
from app.clients.class_client import ClassClient
from app.clients.a_1_client import A_1Client
from app.clients.a1_client import A1Client
from app.clients.import_client import ImportClient
from app.clients.self_client import SelfClient
from app.clients.none_client import NoneClient
from app.config import Settings


def create_clients(settings: Settings) -> list[Dependency]:
    """One client for each dependency, in the order of your answers."""
    return [
        ClassClient(settings),
        A_1Client(settings),
        A1Client(settings),
        ImportClient(settings),
        SelfClient(settings),
        NoneClient(settings),
    ]
