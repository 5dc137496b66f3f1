"""What a server answers to each method, to a wrong Host and to large headers: the same in each language."""

from __future__ import annotations

import pytest

from tests.real.conformance.asking import check_problem, raw, status_line
from tests.real.conformance.contract import CONTRACT, differs, status_of
from tests.real.conformance.service import Service

METHODS = CONTRACT["methods"]
LARGEST = CONTRACT["largest_header_bytes"]
UNKNOWN = ["PROPFIND", "BREW", "get"]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_its_answer(service: Service, method: str) -> None:
    answer = service.ask("/", method)
    if method == "OPTIONS" and differs(service.subject.language, "options"):
        assert (answer.status, "GET" in (answer.headers["Allow"] or "")) == (200, True)
        return
    assert answer.status == METHODS[method]["status"], answer.body
    if answer.status == 405:
        check_problem(answer, "wrong_method")
        allowed = {each.strip() for each in (answer.headers["Allow"] or "").split(",")}
        assert allowed == {each for each, rule in METHODS.items() if rule["status"] == 200}
        # A browser, a proxy and a scanner all may send these: they cost no connection.
        assert not answer.closing


def test_head_is_get_without_a_body(service: Service) -> None:
    got = service.ask("/")
    request = b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    head, _, body = raw(service.port, request).partition(b"\r\n\r\n")
    assert status_line(head) == 200
    assert body == b""
    assert f"content-type: {got.headers['Content-Type']}".lower().encode() in head.lower()
    assert service.ask("/no/such/route", "HEAD").status == 404


@pytest.mark.parametrize("method", UNKNOWN)
def test_an_unknown_method_is_not_implemented(service: Service, method: str) -> None:
    answer = raw(service.port, f"{method} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert status_line(answer) in status_of("unknown_method")


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: x\r\nHost: x\r\n", b"Host: x\r\nHost: y\r\n"], ids=["none", "twice", "two"]
)
def test_a_request_has_one_host(service: Service, hosts: bytes) -> None:
    answer = raw(service.port, b"GET / HTTP/1.1\r\n" + hosts + b"Accept: */*\r\n\r\n")
    assert status_line(answer) in status_of("wrong_host")


@pytest.mark.parametrize("lines", [1, 10])
def test_headers_are_taken_up_to_the_limit(service: Service, lines: int) -> None:
    def ask(size: int) -> int:
        filler = b"".join(b"X-Filler-%d: %s\r\n" % (line, b"x" * (size // lines)) for line in range(lines))
        return status_line(raw(service.port, b"GET / HTTP/1.1\r\nHost: x\r\n" + filler + b"\r\n"))

    assert ask(int(LARGEST * 0.95)) == 200
    assert ask(int(LARGEST * 1.25)) in status_of("header_too_large")
