"""Registries that answer with what nobody expects: each look-up ends soon, in one sentence or with the right digest."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from scaffold.errors import RegistryError
from scaffold.pin.challenges import LONGEST, challenge_of
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.exchange import retry_after
from scaffold.pin.registry import RegistryClient
from scaffold.pin.tokens import token_of
from tests.pin.asking import MANIFEST, image, make_helper
from tests.support.registry import Request, Response, digest_of, serving, talking

OK = b"HTTP/1.1 200 OK\r\n"


def quick(config: Path, deadline: float = 0.4) -> RegistryClient:
    """Return a client whose look-ups end soon, though each read has more time than they have."""
    return RegistryClient(config=DockerConfig(config), attempts=4, timeout=30, deadline=deadline)


@pytest.mark.parametrize(
    ("words", "drip"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 ", b"2"),
        (OK, b"X-A: b\r\n"),
        (OK + b"X-A: ", b"b"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", b""),
    ],
    ids=["status", "code", "headers", "header", "hints", "pauses"],
)
def test_a_look_up_has_one_deadline(config: Path, words: bytes, drip: bytes) -> None:
    with talking(words, drip=drip) as host, quick(config) as client:
        with pytest.raises(RegistryError, match=r"no response from .* within 0\.4 s"):
            client.digest(image(host))
        with pytest.raises(RegistryError, match="did not respond in time to another request"):
            client.digest(image(host, "2"))


@pytest.mark.parametrize(
    ("words", "drip"),
    [
        (OK, b"X-A: b\r\n"),
        (OK + b"Content-Length: 100000\r\n\r\n", b" "),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 100000\r\n\r\n", b" "),
    ],
    ids=["headers", "body", "chunks", "refusal"],
)
def test_a_token_server_has_the_same_deadline(config: Path, words: bytes, drip: bytes) -> None:
    with talking(words, drip=drip) as tokens:
        challenge = {"WWW-Authenticate": f'Bearer realm="http://{tokens}/"'}
        with (
            serving(lambda _: Response(401, headers=challenge)) as server,
            quick(config) as client,
            pytest.raises(RegistryError, match=r"within 0\.4 s"),
        ):
            client.digest(image(server.host))


def test_a_helper_has_the_same_deadline(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_helper(tmp_path, monkeypatch, "exec sleep 20")
    config.write_text('{"credsStore": "tests"}')
    challenge = {"WWW-Authenticate": "Basic realm=x"}
    with (
        serving(lambda _: Response(401, headers=challenge)) as server,
        quick(config) as client,
        pytest.raises(RegistryError, match=r"within 0\.4 s|did not end within"),
    ):
        client.digest(image(server.host))


@pytest.mark.parametrize(
    "words",
    [
        b"\x00\xff\x00 no HTTP\r\n\r\n",
        OK + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        OK + b"X: a\r\n" * 50_000 + b"\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 50 + b"\r\n",
        b"HTTP/1.1 999999 x\r\n\r\n",
    ],
    ids=["bytes", "header", "headers", "lengths", "chunk", "code"],
)
def test_what_is_no_http(client: RegistryClient, words: bytes) -> None:
    with talking(words) as host, pytest.raises(RegistryError, match="does not speak HTTP as it should"):
        client.digest(image(host))


HOSTILE = [
    "," * 60_000,
    "Bearer " + "," * 60_000,
    'Bearer realm="' + "a" * 60_000,
    'Bearer realm="' + '\\"' * 30_000,
    "Bearer " + 'a="' * 20_000,
    "Bearer " + "a=" * 30_000,
    "Bearer" + " " * 60_000 + "=",
    "Bearer " * 9_000,
    "Bearer " + ",".join(f'realm="https://{number}.example/"' for number in range(2_000)),
    "Bearer " + "".join(f"{chr(97 + number % 26)}{number}=1," for number in range(9_000)),
    '"' * 60_001,
    "\\" * 60_000,
    "Bearer realm",
    "=Bearer realm=x",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_challenges_are_read_in_no_time(client: RegistryClient, value: str) -> None:
    begun = time.process_time()
    challenge_of([value])
    assert time.process_time() - begun < 1  # what is quadratic takes minutes
    with (
        serving(lambda _: Response(401, headers={"WWW-Authenticate": value[:60_000]})) as server,
        pytest.raises(RegistryError),
    ):
        client.digest(image(server.host))


def test_what_a_challenge_says() -> None:
    assert challenge_of(['Bearer realm="https://a/",realm="https://b/"']) is None
    assert challenge_of(["Bearer realm=https://a/, Basic realm=x, Basic realm=y"]) == challenge_of(
        ['bearer REALM = "https://a/"']
    )
    both = challenge_of(["Basic realm=x", 'Bearer realm="https:\\//a/" , scope="a,b" ,x=""'])
    assert both and both.parameters == {"realm": "https://a/", "scope": "a,b", "x": ""}
    first = challenge_of(['Bearer realm="https://a/"', 'Bearer realm="https://b/"'])
    assert first and first.parameters["realm"] == "https://a/"
    token68 = challenge_of(['Negotiate YWJj==, Bearer realm="https://a/"'])
    assert token68 and token68.parameters == {"realm": "https://a/"}
    assert challenge_of(["x" * LONGEST, "Bearer realm=y"]) is None


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"schemaVersion": ' + b"9" * 100_000 + b"}",
        b'{"schemaVersion": 1e999}',
        b'{"schemaVersion": NaN}',
        b'{"token": ["a"]}',
        b"\xff\xfe\x00",
    ],
    ids=range(7),
)
def test_json_that_is_no_manifest_and_no_token(client: RegistryClient, body: bytes) -> None:
    with (
        serving(lambda _: Response(body=body)) as server,
        pytest.raises(RegistryError, match="unsupported type of manifest"),
    ):
        client.digest(image(server.host))
    assert token_of(body) == ""


@pytest.mark.parametrize("token", ["a\r\nX: y", "a b", "a\x00", "\x1b[31m", "é", "", "a" * 100_000, None, 5, ["a"]])
def test_token_that_can_be_no_header(token: object) -> None:
    assert token_of(json.dumps({"token": token}).encode()) == ""


@pytest.mark.parametrize(
    "value",
    [
        "9" * 400,
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
        "Fri, 31 Dec 2026 23:59:59 +99999999999999",
        "Sat, 01 Jan 0001 00:00:00 +2359",
        ", , ,",
        "(" * 5_000,
        "soon",
        "",
    ],
    ids=range(10),
)
def test_far_dates_and_none(config: Path, value: str) -> None:
    assert retry_after(value) <= 1e9
    busy = Response(429, headers={"Retry-After": value})
    with (
        serving(lambda _: busy) as server,
        RegistryClient(config=DockerConfig(config), attempts=1) as client,
        pytest.raises(RegistryError, match=r"is limiting requests|limits the rate"),
    ):
        client.digest(image(server.host))


def test_what_is_compressed_without_being_asked_is_not_unpacked(client: RegistryClient) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = Response(body=bomb, headers={"Content-Encoding": "gzip"})
    with serving(lambda _: answer) as server, pytest.raises(RegistryError, match="an encoding that was not requested"):
        client.digest(image(server.host))
    assert {request.headers["Accept-Encoding"] for request in server.requests} == {"identity"}


def test_digest_and_body_that_contradict_each_other(client: RegistryClient) -> None:
    def answer(request: Request) -> Response:
        claimed = {"Docker-Content-Digest": digest_of(b"other")}
        return Response(405) if request.method == "HEAD" else Response(body=MANIFEST, headers=claimed)

    with serving(answer) as server, pytest.raises(RegistryError, match="nothing was pinned"):
        client.digest(image(server.host))


def test_what_a_registry_says_reaches_no_terminal(client: RegistryClient) -> None:
    words = b"HTTP/1.1 200 OK\r\nDocker-Content-Digest: \x9b31mred\xc2\x9b\r\nContent-Length: 20\r\n\r\n" + MANIFEST
    with talking(words) as host, pytest.raises(RegistryError) as error:
        client.digest(image(host))
    assert str(error.value).replace("\n", "").isprintable()
