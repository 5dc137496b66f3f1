"""mail, critical: a request fails without it."""

from app.clients.http import HttpDependency
from app.config import Settings


class MailClient(HttpDependency):
    """Write one method here for each kind of call, such as `await self.post(order)`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "mail",
            critical=True,
            url=settings.mail_url,
            timeout=settings.mail_timeout_seconds,
        )
