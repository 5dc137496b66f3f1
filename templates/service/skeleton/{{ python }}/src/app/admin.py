"""The admin port: only probes, metrics and the OpenAPI document. No probe calls a dependency (P04, P08)."""

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import openapi
from app.state import State


def create_admin(state: State, api: FastAPI) -> Starlette:
    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def startupz(_request: Request) -> Response:
        status = "ok" if state.started else "starting"
        return JSONResponse({"status": status}, 200 if state.started else 503)

    async def readyz(_request: Request) -> Response:
        return JSONResponse({"status": state.status}, 200 if state.ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def document(_request: Request) -> Response:
        return Response(openapi.text(api), media_type="application/json")

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/startupz", startupz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/openapi.json", document),
        ]
    )
