"""The services that tests/update has."""

from tests.update.conftest import editions, generated, lineage, start, update_to

__all__ = ["editions", "generated", "lineage", "start", "update_to"]
