"""Responds with 501 to a method that HTTP does not have, on every route (RFC 9110)."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import problem

_KNOWN = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}


class Methods:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _KNOWN:
            refusal = problem(HTTPStatus.NOT_IMPLEMENTED, "The method is not known.")
            return await refusal(scope, receive, send)
        await self.app(scope, receive, send)
