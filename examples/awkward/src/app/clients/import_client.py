"""import, critical: without it a request fails."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class ImportClient(TcpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "import",
            critical=True,
            address=settings.import_url,
            timeout=settings.import_timeout_seconds,
        )
