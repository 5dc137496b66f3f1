"""The business routes and their middleware."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.middleware import Middleware

from app import SERVICE, problems, tracing
from app.clients.dependency import Dependency, ask_all
from app.config import Settings
from app.lifespan import lifespan
from app.middleware.closing import CloseWhileDraining
from app.middleware.errors import Errors
from app.middleware.limits import Limits
from app.middleware.methods import Methods
from app.middleware.observe import Observe
from app.middleware.request_id import RequestId
from app.state import State


class Route(APIRoute):
    """A route with GET also has HEAD (RFC 9110). uvicorn leaves out the body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")


router = APIRouter(route_class=Route)


class Overview(BaseModel):
    service: str
    version: str
    dependencies: dict[str, Any]
    degraded: list[str]


@router.get("/")
async def overview(request: Request) -> Overview:
    """Calls every dependency. Write your first route here."""
    results, degraded = await ask_all(request.app.state.clients)
    return Overview(
        service=SERVICE,
        version=request.app.state.settings.service_version,
        dependencies=results,
        degraded=degraded,
    )


def create_api(settings: Settings, state: State, clients: list[Dependency]) -> FastAPI:
    app = FastAPI(
        title=SERVICE,
        version=settings.service_version,
        openapi_url=None,  # "/openapi.json" would show the API, also with /docs
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
    problems.install(app)
    return app
