"""The OpenAPI document of the routes. The file openapi.json is a copy, which `make openapi` writes."""

import json
import warnings
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.problems import PROBLEM_JSON, Problem

# The version of the API, not of a release
VERSION = "1"

_REF = "#/components/schemas/{model}"

# Each route has these responses besides its own.
RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error",
        "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
}


def operation_id(route: APIRoute) -> str:
    return route.name


class Api(FastAPI):
    """Adds the schema of problems to the document."""

    def openapi(self) -> dict[str, Any]:
        with warnings.catch_warnings():
            # GET and HEAD of a route have one id, and only GET is described.
            warnings.filterwarnings("ignore", "Duplicate Operation ID")
            document = super().openapi()
        for path, operations in document["paths"].items():
            document["paths"][path] = {
                method: operations[method] for method in sorted(operations) if method != "head"
            }
        problem = Problem.model_json_schema(ref_template=_REF)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(problem.pop("$defs"), Problem=problem)
        return document


def text(api: FastAPI) -> str:
    return json.dumps(api.openapi(), indent=2, ensure_ascii=False) + "\n"
