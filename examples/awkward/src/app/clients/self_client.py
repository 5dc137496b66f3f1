"""self, auxiliary: without it a fallback answers."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class SelfClient(TcpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "self",
            critical=False,
            address=settings.self_url,
            timeout=settings.self_timeout_seconds,
        )
