"""self, auxiliary: a fallback replaces it."""

from app.clients.tcp import TcpDependency
from app.config import Settings


class SelfClient(TcpDependency):
    """Write one method here for each kind of call, with your driver in `self.bounded`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "self",
            critical=False,
            address=settings.self_url,
            timeout=settings.self_timeout_seconds,
        )
