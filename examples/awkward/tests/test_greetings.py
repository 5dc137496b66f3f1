import json
from typing import Any

import httpx2
import pytest

from .conftest import Call

JSON = {"Content-Type": "application/json"}


async def greet(call: Call, body: Any) -> httpx2.Response:
    return await call().post("/greetings", json=body)


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        ({}, "Hello, Ann!"),
        ({"language": "fr"}, "Bonjour, Ann !"),
        ({"language": "es"}, "¡Hola, Ann!"),
    ],
)
async def test_a_greeting(call: Call, language: dict[str, str], greeting: str) -> None:
    response = await greet(call, {"name": "Ann", **language})
    assert response.status_code == 200
    assert response.json() == {"greeting": greeting}


async def test_an_unknown_language_is_an_error_of_the_route(call: Call) -> None:
    response = await greet(call, {"name": "Ann", "language": "tlh"})
    assert response.status_code == 422
    assert response.json()["detail"] == "no greeting in this language"
    assert "errors" not in response.json()


@pytest.mark.parametrize("name", ["", "x" * 101, 7, None, "\ud800"])
async def test_a_name_that_breaks_its_rule_is_named_and_not_shown(call: Call, name: object) -> None:
    content = json.dumps({"name": name}).encode()
    response = await call().post("/greetings", content=content, headers=JSON)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    [error] = response.json()["errors"]
    assert error["field"] == "name"
    assert error["rule"]
    assert "xxx" not in response.text


async def test_a_missing_name_is_named(call: Call) -> None:
    assert (await greet(call, {})).json()["errors"] == [{"field": "name", "rule": "Field required"}]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{not json", JSON, 400),
        (b'{"name": "Ann"}', {"Content-Type": "text/plain"}, 415),
        (b'{"name": "Ann"}', {}, 415),
        (b"", JSON, 422),
    ],
)
async def test_a_body_that_is_not_json(
    call: Call, content: bytes, headers: dict[str, str], status: int
) -> None:
    response = await call().post("/greetings", content=content, headers=headers)
    assert response.status_code == status
    assert response.json()["status"] == status
