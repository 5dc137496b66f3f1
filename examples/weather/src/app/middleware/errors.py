"""For an unexpected error, the client gets a 500 and the log gets the stack."""

import logging
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import problem

log = logging.getLogger(__name__)


class Errors:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if started:
                # Too late for a status; uvicorn logs the error and closes the connection.
                raise
            log.exception("request failed")
            response = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "An unexpected error occurred.")
            await response(scope, receive, send)
