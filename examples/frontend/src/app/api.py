"""The business routes and their middleware."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel
from starlette.middleware import Middleware

from app import SERVICE, greetings, openapi, problems, tracing
from app.clients.dependency import Dependency, ask_all
from app.config import Settings
from app.lifespan import lifespan
from app.middleware.closing import CloseWhileDraining
from app.middleware.errors import Errors
from app.middleware.limits import Limits
from app.middleware.methods import Methods
from app.middleware.observe import Observe
from app.middleware.request_id import RequestId
from app.routing import Route
from app.state import State

router = APIRouter(route_class=Route)


class Overview(BaseModel):
    service: str
    version: str
    dependencies: dict[str, Any]
    degraded: list[str]


@router.get("/")
async def overview(request: Request) -> Overview:
    """Calls every dependency."""
    results, degraded = await ask_all(request.app.state.clients)
    return Overview(
        service=SERVICE,
        version=request.app.state.settings.service_version,
        dependencies=results,
        degraded=degraded,
    )


def create_api(settings: Settings, state: State, clients: list[Dependency]) -> FastAPI:
    app = openapi.Api(
        title=SERVICE,
        version=openapi.VERSION,
        openapi_url=None,  # only the admin port shows it, without /docs
        responses=openapi.RESPONSES,
        generate_unique_id_function=openapi.operation_id,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=tracing.OF_REQUESTS,
        middleware=[
            Middleware(RequestId),
            Middleware(Observe),
            Middleware(CloseWhileDraining, state=state),
            Middleware(Errors),
            Middleware(Methods),
            Middleware(
                Limits, seconds=settings.request_seconds, body_bytes=settings.max_body_bytes
            ),
        ],
    )
    app.state.settings = settings
    app.state.clients = clients
    app.include_router(router)
    app.include_router(greetings.router)
    problems.install(app)
    return app
