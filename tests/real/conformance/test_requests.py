"""What a client sees of a service that runs: answers, problems, request ids; and what is logged of each request."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from tests.real.conformance.asking import check_problem, raw, status_line
from tests.real.conformance.conftest import LARGEST_BODY
from tests.real.conformance.contract import CONTRACT, MADE_ID, REQUEST_ID, check_types, status_of
from tests.real.conformance.service import SLACK, Bench, Connection, Service, ask
from tests.real.conformance.subjects import needs


def test_the_answer_tells_of_every_dependency(shared: Bench, service: Service) -> None:
    answer = service.ask("/")
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    check_types(answer.json, CONTRACT["overview"])
    assert answer.json["service"] == shared.subject.answers["name"]
    assert answer.json["degraded"] == []
    expected = {
        each["name"]: CONTRACT["tcp_result"] if each["scheme"] == "tcp" else {"from": each["name"]}
        for each in shared.subject.answers["upstreams"]
    }
    assert answer.json["dependencies"] == expected


@needs("critical")
def test_a_dependency_may_answer_text(shared: Bench, service: Service) -> None:
    name = shared.subject.upstream("critical")["name"]
    shared.stubs[name].behave("text")
    assert service.ask("/").json["dependencies"][name] == "sunny"


@pytest.mark.parametrize("path", ["/no/such/route", "/%22%7B%7D", "/docs", "/openapi.json"])
def test_an_unknown_route_is_a_problem(service: Service, path: str) -> None:
    check_problem(service.ask(path), "unknown_route")


@pytest.mark.parametrize("path", ["/%2e%2e/etc/passwd", "//", "/%22%0a{}", "/%22{}"])
def test_a_strange_path_finds_nothing(service: Service, path: str) -> None:
    assert service.ask(path).status in status_of("strange_path")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_a_problem(service: Service, method: str) -> None:
    answer = service.ask("/", method)
    check_problem(answer, "wrong_method")
    assert "GET" in (answer.headers["Allow"] or "")


def chunks(size: int, chunk: int = 10_000) -> Iterator[bytes]:
    for start in range(0, size, chunk):
        yield b"x" * min(chunk, size - start)


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 20 * LARGEST_BODY])
@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_body_over_the_limit_is_a_problem(service: Service, how: str, size: int) -> None:
    body = b"x" * size if how == "length" else chunks(size)
    check_problem(service.ask("/", "GET", body=body), "body_too_large")


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_body_at_the_limit_is_taken(service: Service, how: str) -> None:
    body = b"x" * LARGEST_BODY if how == "length" else chunks(LARGEST_BODY)
    assert service.ask("/", "GET", body=body).status == 200


def test_a_body_that_only_claims_to_be_large_is_refused_at_once(service: Service) -> None:
    answer = raw(service.port, f"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\n\r\n".encode())
    assert status_line(answer) in status_of("body_too_large")


def test_a_header_over_the_limit_is_refused(service: Service) -> None:
    lines = b"".join(b"X-Filler-%d: %s\r\n" % (number, b"x" * 4000) for number in range(1000))
    answer = raw(service.port, b"GET / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")
    if answer:  # hanging up without a word is a refusal, too
        assert status_line(answer) in status_of("header_too_large")
    assert service.ask("/").status == 200


@pytest.mark.parametrize(
    "bytes_", [b"\x16\x03\x01\x02\x00\x01\x00", b"no http\r\n\r\n", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"]
)
def test_what_is_no_http_is_refused(service: Service, bytes_: bytes) -> None:
    answer = raw(service.port, bytes_, half=True)
    if answer:
        assert status_line(answer) == 400
    assert service.ask("/").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 100\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    ],
    ids=["cut", "cut-chunked", "broken-chunk", "long-extension"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_that_cannot_be_read_is_never_taken(service: Service, method: str, body: bytes) -> None:
    answer = raw(service.port, method.encode() + b" / HTTP/1.1\r\nHost: x\r\n" + body, half=True)
    if answer:  # hanging up without a word is a refusal, too
        assert status_line(answer) in (400, 405, 413)
    assert service.ask("/").status == 200


@pytest.mark.parametrize("path", ["/", "/no/such/route"])
def test_a_body_that_nobody_wants_is_read_for_a_moment_only(service: Service, path: str) -> None:
    """A client that goes on sending after its answer does not keep the connection."""
    head = b"POST " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
        connection.sendall(head)
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 30:
                connection.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
                time.sleep(0.02)
        assert time.monotonic() - began < 1 + 2 * SLACK


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 64])
def test_a_good_request_id_is_kept(shared: Bench, service: Service, given: str) -> None:
    answer = service.ask("/", headers={REQUEST_ID: given})
    assert answer.headers.get_all(REQUEST_ID) == [given]
    for each in shared.subject.answers["upstreams"]:
        if each["scheme"] != "tcp":
            assert given in shared.stubs[each["name"]].asked, f"{each['name']} was not given the id"
    assert service.log_of(given)[-1]["status"] == 200


@pytest.mark.parametrize("given", [None, "", "x" * 65, "with space", "semi;colon", 'quo"te', "ünïcode"])
def test_a_request_id_is_made_where_none_is_good(service: Service, given: str | None) -> None:
    headers = {} if given is None else {REQUEST_ID: given}
    made = service.ask("/", headers={name: value.encode().decode("latin-1") for name, value in headers.items()})
    again = service.ask("/", headers={name: value.encode().decode("latin-1") for name, value in headers.items()})
    first, second = made.headers[REQUEST_ID], again.headers[REQUEST_ID]
    assert MADE_ID.search(first), first
    assert MADE_ID.search(second), second
    assert first != second


def test_each_request_is_logged_once(service: Service) -> None:
    answer = service.ask("/no/such/route?token=hush-hush")
    lines = [line for line in service.log_of(answer.headers[REQUEST_ID]) if line["message"] == "request"]
    assert len(lines) == 1
    line = lines[0]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/no/such/route", 404)
    assert 0 <= line["duration_ms"] <= answer.seconds * 1000 + 50
    assert "hush-hush" not in service.output()


def test_probes_are_not_logged(service: Service) -> None:
    for path in CONTRACT["probes"]:
        ask(service.admin, path)
    ask(service.admin, CONTRACT["metrics"]["path"])
    paths = {line.get("path") for line in service.logs()}
    assert paths.isdisjoint({*CONTRACT["probes"], CONTRACT["metrics"]["path"]})


def test_a_connection_is_kept_alive(service: Service) -> None:
    connection = Connection(service.port)
    try:
        for _ in range(3):
            answer = connection.ask("/")
            assert answer.status == 200
            assert not answer.closing
        kept = connection.http.sock
        connection.ask("/no/such/route")
        assert connection.http.sock is kept, "the server closed the connection after a 404"
    finally:
        connection.close()


def test_a_client_that_goes_away_disturbs_nobody(shared: Bench, service: Service) -> None:
    for stub in shared.stubs.values():
        stub.behave("delayed", 0.3)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert service.ask("/").status == 200


def test_http_1_0_is_answered(service: Service) -> None:
    class Old(http.client.HTTPConnection):
        _http_vsn, _http_vsn_str = 10, "HTTP/1.0"

    connection = Old("127.0.0.1", service.port, timeout=5)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"service" in answer.read()
    finally:
        connection.close()
