"""The example route, and the OpenAPI document: what a client sees of a typed route, the same in each language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.real.conformance.asking import check_problem
from tests.real.conformance.contract import CONTRACT, check_types
from tests.real.conformance.service import Answer, Service, ask

PATH = next(path for path, route in CONTRACT["routes"].items() if route["method"] == "POST")
OPENAPI = CONTRACT["openapi"]["path"]
JSON = "application/json"


def post(service: Service, body: bytes, media_type: str = JSON) -> Answer:
    return service.ask(PATH, "POST", headers={"Content-Type": media_type}, body=body)


def greet(service: Service, **body: Any) -> Answer:
    return post(service, json.dumps(body).encode())


@pytest.mark.parametrize("language", [None, *CONTRACT["greetings"]])
def test_a_body_that_keeps_the_rules_is_answered(service: Service, language: str | None) -> None:
    answer = greet(service, name="Ann", **({"language": language} if language else {}))
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].split(";")[0] == JSON
    assert answer.json == {"greeting": CONTRACT["greetings"][language or "en"]}


@pytest.mark.parametrize("name", ["x", "ä" * 100, "😀" * 50, "{}%s\\u0000", "\u0000"])
def test_a_name_of_any_characters_is_text(service: Service, name: str) -> None:
    assert name in greet(service, name=name).json["greeting"]


@pytest.mark.parametrize("language", ["tlh", "EN", "constructor"])
def test_an_error_of_the_route_is_a_problem(service: Service, language: str) -> None:
    answer = greet(service, name="Ann", language=language)
    check_problem(answer, "unknown_language")
    assert answer.json["detail"] == "no greeting in this language"
    assert "errors" not in answer.json


@pytest.mark.parametrize("body", [b"{not json", b"hush-hush", b'{"name": "Ann"', b'{"name": "\xff'])
def test_a_body_that_is_not_json_is_a_problem(service: Service, body: bytes) -> None:
    answer = post(service, body)
    check_problem(answer, "unreadable_body")
    assert b"hush" not in answer.body


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_of_another_type_is_a_problem(service: Service, media_type: str) -> None:
    check_problem(post(service, b'{"name": "Ann"}', media_type), "wrong_media_type")


def test_a_charset_beside_the_type_is_accepted(service: Service) -> None:
    assert post(service, b'{"name": "Ann"}', f"{JSON}; charset=utf-8").status == 200


def test_no_body_is_a_problem(service: Service) -> None:
    check_problem(post(service, b""), "no_body")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "hush-" * 21}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": ["hush-hush"]}, "name"),
        ({"name": "Ann", "language": 7}, "language"),
    ],
    ids=["missing", "empty", "long", "number", "null", "list", "language"],
)
def test_a_broken_rule_is_named_without_its_value(service: Service, body: dict[str, Any], field: str) -> None:
    answer = greet(service, **body)
    check_problem(answer, "invalid_body")
    for each in answer.json["errors"]:
        check_types(each, CONTRACT["problems"]["errors"])
        assert each["rule"]
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert b"hush" not in answer.body
    assert "hush" not in service.output()


@pytest.mark.parametrize("body", [b"[]", b"7", b'"Ann"'])
def test_a_body_that_is_not_an_object_is_a_problem(service: Service, body: bytes) -> None:
    check_problem(post(service, body), "invalid_body")


def test_the_route_has_its_methods_only(service: Service) -> None:
    answer = service.ask(PATH)
    check_problem(answer, "wrong_method")
    assert answer.headers["Allow"].split(", ") == ["POST"]


def test_the_route_is_in_log_and_metrics(service: Service) -> None:
    answer = greet(service, name="hush-hush")
    [line] = [each for each in service.log_of(answer.headers["X-Request-Id"]) if each["message"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("POST", PATH, 200)
    metrics = ask(service.admin, CONTRACT["metrics"]["path"]).body.decode()
    assert f'route="{PATH}"' in metrics


def test_the_admin_port_serves_the_copy_of_the_document(service: Service) -> None:
    answer = ask(service.admin, OPENAPI)
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] == JSON
    copy = (service.subject.folder / OPENAPI.lstrip("/")).read_bytes()
    assert answer.body == copy
    assert copy.startswith(b'{\n  "') and copy.endswith(b"\n}\n")


def test_the_document_describes_the_business_routes(service: Service) -> None:
    document = ask(service.admin, OPENAPI).json
    assert document["openapi"].startswith(("3.0.", "3.1."))
    assert document["info"]["title"] == service.subject.answers["name"]
    assert document["info"]["version"] == "1"
    described = {path: [*operations] for path, operations in document["paths"].items()}
    assert described == {path: [route["method"].lower()] for path, route in CONTRACT["routes"].items()}
    assert CONTRACT["problems"]["media_type"] in json.dumps(document)
    problem = document["components"]["schemas"]["Problem"]["properties"]
    assert {*problem} == {*CONTRACT["problems"]["fields"], "errors"}
    item = problem["errors"]["items"]
    if "$ref" in item:
        item = document["components"]["schemas"][item["$ref"].rpartition("/")[2]]
    assert {*item["properties"]} == {*CONTRACT["problems"]["errors"]}
