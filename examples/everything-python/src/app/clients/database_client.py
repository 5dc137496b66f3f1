"""database, critical: without it a request fails."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class DatabaseClient(TcpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "database",
            critical=True,
            address=settings.database_url,
            timeout=settings.database_timeout_seconds,
        )
