"""Errors as clients see them: application/problem+json (RFC 9457), without internals."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.clients.dependency import DependencyError
from app.middleware.request_id import request_id

PROBLEM_JSON = "application/problem+json"

# A large list in a body can have very many mistakes.
_MOST_MISTAKES = 20


class Mistake(BaseModel):
    """A field of the body, by its path, and the rule that it breaks, without its value."""

    field: str
    rule: str


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Mistake] = Field(default=[], exclude_if=lambda errors: not errors)


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mistake] = (),
) -> JSONResponse:
    found = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request_id.get() or "",
        errors=list(errors),
    )
    return JSONResponse(
        found.model_dump(), status_code=status, headers=headers, media_type=PROBLEM_JSON
    )


def install(app: FastAPI) -> None:
    """Turns each kind of error that a route can raise into a problem."""

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    async def _validation(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        in_body = any(each["loc"][0] == "body" for each in found)
        # `error.body` is text if the body is not JSON, and bytes if its type is not that of JSON.
        if isinstance(error.body, str) and found[0]["type"] == "json_invalid":
            return problem(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
        if isinstance(error.body, bytes) and in_body:
            detail = "The Content-Type of the body must be application/json."
            return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
        mistakes = [
            Mistake(field=_path(each["loc"]), rule=each["msg"]) for each in found[:_MOST_MISTAKES]
        ]
        detail = "The request breaks a rule."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=mistakes)

    @app.exception_handler(DependencyError)
    async def _dependency(_request: Request, error: DependencyError) -> JSONResponse:
        status = HTTPStatus.GATEWAY_TIMEOUT if error.timed_out else HTTPStatus.BAD_GATEWAY
        return problem(status, str(error))


def _path(loc: Sequence[str | int]) -> str:
    """The path of a field in the body; other places, such as `query`, are named first."""
    return ".".join(map(str, loc[1:] if loc[0] == "body" else loc))
