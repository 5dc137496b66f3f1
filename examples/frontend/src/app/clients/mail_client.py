"""mail, critical: without it a request fails."""

from app.clients.http import HttpDependency
from app.config import Settings


class MailClient(HttpDependency):
    """The place for one method for each thing that the service asks of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "mail",
            critical=True,
            url=settings.mail_url,
            timeout=settings.mail_timeout_seconds,
        )
