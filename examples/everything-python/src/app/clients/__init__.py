"""The service's dependencies, one module each.

A module is called after its dependency, with `_client` at the end to avoid reserved words.
"""

from app.clients.dependency import Dependency
from app.clients.ledger_client import LedgerClient
from app.clients.database_client import DatabaseClient
from app.clients.cache_client import CacheClient
from app.clients.tax_client import TaxClient
from app.clients.exchange_rates_client import ExchangeRatesClient
from app.clients.class_client import ClassClient
from app.config import Settings


def create_clients(settings: Settings) -> list[Dependency]:
    """One client for each dependency, in the order of your answers."""
    return [
        LedgerClient(settings),
        DatabaseClient(settings),
        CacheClient(settings),
        TaxClient(settings),
        ExchangeRatesClient(settings),
        ClassClient(settings),
    ]
