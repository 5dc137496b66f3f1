"""database, critical: a request fails without it."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class DatabaseClient(TcpDependency):
    """Write one method here for each kind of call, with your driver in `self.bounded`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "database",
            critical=True,
            address=settings.database_url,
            timeout=settings.database_timeout_seconds,
        )
