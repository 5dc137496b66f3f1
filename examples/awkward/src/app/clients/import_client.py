"""import, critical: a request fails without it."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class ImportClient(TcpDependency):
    """Write one method here for each kind of call, with your driver in `self.bounded`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "import",
            critical=True,
            address=settings.import_url,
            timeout=settings.import_timeout_seconds,
        )
