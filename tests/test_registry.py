"""Look-ups against a real registry, and against local servers that refuse, lie, stall and redirect."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scaffold.errors import RegistryError
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.references import Reference, parse_reference
from scaffold.pin.registry import MANIFEST_BYTES, RegistryClient, is_loopback
from scaffold.pin.tokens import challenge_of
from tests.support import registry as support
from tests.support.registry import Registry, Request, Response, digest_of, running_registry, serving

needs_registry = pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)

MANIFEST = b'{"schemaVersion": 2}'
TYPED = {"Content-Type": support.OCI_MANIFEST}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("private"), login=True) as registry:
        yield registry


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


@pytest.fixture
def client(config: Path) -> Iterator[RegistryClient]:
    """A client that gives up at once, with a Docker configuration of its own."""
    with RegistryClient(config=DockerConfig(config), attempts=1, timeout=5) as client:
        yield client


def image(host: str, tag: str = "1", repository: str = "team/app") -> Reference:
    return Reference(host, repository, tag)


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


# A real registry


@needs_registry
@pytest.mark.parametrize("media_type", [support.OCI_MANIFEST, support.DOCKER_MANIFEST])
def test_digest_of_an_image(real: Registry, client: RegistryClient, media_type: str) -> None:
    pushed = real.push("team/one", "1", media_type, media_type)
    assert client.digest(image(real.host, repository="team/one")) == pushed


@needs_registry
@pytest.mark.parametrize("media_type", [support.OCI_INDEX, support.DOCKER_LIST])
def test_digest_of_the_index_and_not_of_one_architecture(
    real: Registry, client: RegistryClient, media_type: str
) -> None:
    pushed = real.push_index("team/many", "1", media_type)
    found = client.digest(image(real.host, repository="team/many"))
    assert found == pushed
    assert found not in {real.push("team/many", "x", each) for each in ("amd64", "arm64")}


@needs_registry
def test_digest_follows_a_tag_that_moves(real: Registry, client: RegistryClient) -> None:
    first = real.push("team/moving", "1", "first")
    assert client.digest(image(real.host, repository="team/moving")) == first
    second = real.push("team/moving", "1", "second")
    assert client.digest(image(real.host, repository="team/moving")) == second != first


@needs_registry
@pytest.mark.parametrize(("repository", "tag"), [("team/one", "never-pushed"), ("team/never-pushed", "1")])
def test_unknown_image(real: Registry, client: RegistryClient, repository: str, tag: str) -> None:
    real.push("team/one", "1")
    with pytest.raises(RegistryError, match=rf"{repository}:{tag}: .* has no such image; check the name and the tag"):
        client.digest(image(real.host, tag, repository))


@needs_registry
def test_password_from_the_docker_configuration(private: Registry, client: RegistryClient, config: Path) -> None:
    pushed = private.push("team/app", "1")
    config.write_text(json.dumps({"auths": {private.host: {"auth": basic(support.USER, support.PASSWORD)}}}))
    assert client.digest(image(private.host)) == pushed


@needs_registry
def test_no_password_or_a_wrong_one(private: Registry, config: Path) -> None:
    private.push("team/app", "1")
    for auths in ({}, {private.host: {"auth": basic(support.USER, "wrong")}}):
        config.write_text(json.dumps({"auths": auths}))
        with (
            RegistryClient(config=DockerConfig(config), attempts=1) as client,
            pytest.raises(RegistryError, match=rf"refuses \(status 401\).*docker login {private.host}"),
        ):
            client.digest(image(private.host))


@needs_registry
def test_password_from_a_credential_helper(
    private: Registry, client: RegistryClient, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed = private.push("team/app", "1")
    answer = {"ServerURL": private.host, "Username": support.USER, "Secret": support.PASSWORD}
    make_helper(
        tmp_path, monkeypatch, f'read -r key; test "$1 $key" = "get {private.host}" && echo \'{json.dumps(answer)}\''
    )
    config.write_text(json.dumps({"credHelpers": {private.host: "tests"}, "credsStore": "missing"}))
    assert client.digest(image(private.host)) == pushed


# Tokens


def token_server(request: Request) -> Response:
    """A token server and, behind it, a registry: one server plays both."""
    if request.path.startswith("/token"):
        asked = parse_qs(f"{urlsplit(request.path).query}&{request.body}")
        if request.headers.get("Authorization") == f"Basic {basic('jo', 'wrong')}":
            return Response(401)
        token = basic(asked["scope"][0], asked["service"][0])
        return Response(body=json.dumps({"token": token}).encode())
    host = request.headers["Host"]
    if request.headers.get("Authorization") == f"Bearer {basic('repository:team/app:pull', 'tests, of course')}":
        return Response(headers={"Docker-Content-Digest": digest_of(MANIFEST), **TYPED}, body=MANIFEST)
    realm = f'Bearer realm="http://{host}/token?a=b",service="tests, of course",scope="repository:team/app:pull"'
    return Response(401, headers={"WWW-Authenticate": realm})


def test_token_for_nobody_in_particular(client: RegistryClient) -> None:
    with serving(token_server) as server:
        assert client.digest(image(server.host)) == digest_of(MANIFEST)
        assert client.digest(image(server.host, "2")) == digest_of(MANIFEST)
    asked = [request.path.partition("?")[0] for request in server.requests]
    assert asked == ["/v2/team/app/manifests/1", "/token", "/v2/team/app/manifests/1", "/v2/team/app/manifests/2"]
    assert "a=b" in server.requests[1].path
    assert "Authorization" not in server.requests[1].headers


def test_token_for_a_user(client: RegistryClient, config: Path) -> None:
    with serving(token_server) as server:
        config.write_text(json.dumps({"auths": {f"https://{server.host}/v1/": {"auth": basic("jo", "pass:word")}}}))
        assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert server.requests[1].headers["Authorization"] == f"Basic {basic('jo', 'pass:word')}"
    assert all("Basic" not in request.headers.get("Authorization", "") for request in server.requests[2:])


def test_token_for_an_identity_token(
    client: RegistryClient, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, monkeypatch, """echo '{"Username": "<token>", "Secret": "identity"}'""")
    config.write_text('{"credsStore": "tests"}')
    with serving(token_server) as server:
        assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert server.requests[1].method == "POST"
    form = parse_qs(server.requests[1].body)
    assert form["grant_type"] == ["refresh_token"]
    assert form["refresh_token"] == ["identity"]


def test_token_refused(client: RegistryClient, config: Path) -> None:
    with serving(token_server) as server:
        config.write_text(json.dumps({"auths": {server.host: {"username": "jo", "password": "wrong"}}}))
        with pytest.raises(RegistryError, match=r"gave no token \(status 401\).*docker login"):
            client.digest(image(server.host))


def test_token_that_has_run_out_is_replaced(client: RegistryClient) -> None:
    with serving(token_server) as server:
        client._authorizations[image(server.host).name] = "Bearer old"
        assert client.digest(image(server.host)) == digest_of(MANIFEST)


@pytest.mark.parametrize("realm", ["", "ftp://x", "/token", "https://x:y/"])
def test_token_server_that_is_none(client: RegistryClient, realm: str) -> None:
    said = "is no address" if realm.startswith("http") else "asks for a token but names no server"
    challenge = {"WWW-Authenticate": f'Bearer realm="{realm}"'}
    with (
        serving(lambda _: Response(401, headers=challenge)) as server,
        pytest.raises(RegistryError, match=said),
    ):
        client.digest(image(server.host))


def test_password_is_never_sent_in_the_clear(client: RegistryClient, config: Path) -> None:
    challenge = {"WWW-Authenticate": 'Bearer realm="http://tokens.example.com/token"'}
    with serving(lambda _: Response(401, headers=challenge)) as server:
        config.write_text(json.dumps({"auths": {server.host: {"auth": basic("jo", "word")}}}))
        with pytest.raises(RegistryError, match=r"tokens\.example\.com would be asked without encryption"):
            client.digest(image(server.host))


def test_challenges_of_several_schemes() -> None:
    header = (
        'Negotiate, Basic realm="a, Bearer b", Bearer realm="https://t/x", scope="repository:a:pull,push", error="no"'
    )
    challenge = challenge_of([header])
    assert challenge
    assert challenge.scheme == "bearer"
    assert challenge.parameters == {"realm": "https://t/x", "scope": "repository:a:pull,push", "error": "no"}
    assert challenge_of(['Basic realm="a"']) and not challenge_of(["Negotiate"]) and not challenge_of([])


# Answers that are no answer


def test_registry_without_head_is_asked_for_the_manifest(client: RegistryClient) -> None:
    with serving(lambda request: Response(405) if request.method == "HEAD" else Response(body=MANIFEST)) as server:
        assert client.digest(image(server.host)) == digest_of(MANIFEST)


@pytest.mark.parametrize("headers", [{}, TYPED, {"Docker-Content-Digest": digest_of(MANIFEST)}])
def test_head_that_says_too_little(client: RegistryClient, headers: dict[str, str]) -> None:
    with serving(lambda _: Response(headers=headers, body=MANIFEST)) as server:
        assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert [request.method for request in server.requests] == ["HEAD", "GET"]


@pytest.mark.parametrize("claimed", [digest_of(b"another"), "sha256:abc", "md5:" + "0" * 32])
def test_digest_that_is_not_the_body_s(client: RegistryClient, claimed: str) -> None:
    headers = {"Docker-Content-Digest": claimed, "Content-Type": "application/json"}
    with (
        serving(lambda _: Response(headers=headers, body=MANIFEST)) as server,
        pytest.raises(RegistryError, match=rf"says that its digest is {claimed}.*nothing was pinned"),
    ):
        client.digest(image(server.host))


@pytest.mark.parametrize("body", [b"<html>Log in to this Wi-Fi</html>", b"[]", b"", b'{"schemaVersion": 1}'])
def test_body_that_is_no_manifest(client: RegistryClient, body: bytes) -> None:
    with serving(lambda _: Response(body=body)) as server, pytest.raises(RegistryError, match="no image manifest"):
        client.digest(image(server.host))


def test_body_without_end(client: RegistryClient) -> None:
    with (
        serving(lambda _: Response(body=b" " * (MANIFEST_BYTES + 1))) as server,
        pytest.raises(RegistryError, match="larger than a manifest may be"),
    ):
        client.digest(image(server.host))


def test_redirect_keeps_the_answer_and_drops_the_password(client: RegistryClient, config: Path) -> None:
    with serving(lambda _: Response(body=MANIFEST)) as storage:

        def answer(request: Request) -> Response:
            if "Authorization" not in request.headers:
                return Response(401, headers={"WWW-Authenticate": "Basic realm=tests"})
            return Response(307, headers={"Location": f"http://{storage.host}/somewhere"})

        with serving(answer) as server:
            config.write_text(json.dumps({"auths": {server.host: {"auth": basic("jo", "word")}}}))
            assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert storage.requests
    assert all("Authorization" not in request.headers for request in storage.requests)


def test_redirect_away_from_encryption_is_refused(client: RegistryClient) -> None:
    headers = {"Location": "http://registry.example.com/v2/team/app/manifests/1"}
    with (
        serving(lambda _: Response(307, headers=headers)) as server,
        pytest.raises(RegistryError, match=r"registry\.example\.com would be asked without encryption"),
    ):
        client.digest(image(server.host))


# Patience


def patient(config: Path, **options: float) -> RegistryClient:
    return RegistryClient(config=DockerConfig(config), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_registry_is_asked_again_when_it_says(config: Path, status: int) -> None:
    times: list[float] = []

    def answer(_: Request) -> Response:
        times.append(time.monotonic())
        return Response(body=MANIFEST) if len(times) > 1 else Response(status, headers={"Retry-After": "1"})

    with serving(answer) as server, patient(config) as client:
        assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert times[1] - times[0] >= 1


@pytest.mark.parametrize(("status", "said"), [(429, "asked too often"), (503, "failed with status 503")])
def test_registry_that_stays_busy(config: Path, status: int, said: str) -> None:
    with (
        serving(lambda _: Response(status)) as server,
        patient(config, attempts=2) as client,
        pytest.raises(RegistryError, match=said),
    ):
        client.digest(image(server.host))
    assert len(server.requests) == 2


def test_registry_that_asks_for_too_much_patience(config: Path) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1))
    for value in (later, "3600"):
        busy = Response(429, headers={"Retry-After": value})
        with (
            serving(lambda _, busy=busy: busy) as server,  # type: ignore[misc]
            patient(config) as client,
            pytest.raises(RegistryError, match=r"asks for 3\d\d\d s of patience"),
        ):
            client.digest(image(server.host))
        assert len(server.requests) == 1


def test_nobody_listens(client: RegistryClient) -> None:
    with pytest.raises(RegistryError, match=r"no answer from 127\.0\.0\.1"):
        client.digest(image(f"127.0.0.1:{support.free_port()}"))


def test_registry_that_never_answers(config: Path) -> None:
    release = threading.Event()

    def answer(_: Request) -> Response:
        release.wait(10)
        return Response()

    with serving(answer) as server, patient(config, attempts=1, timeout=0.2) as client:
        begun = time.monotonic()
        with pytest.raises(RegistryError, match=r"no answer from .*timed out"):
            client.digest(image(server.host))
        assert time.monotonic() - begun < 5
        release.set()


def test_closing_wakes_a_look_up_that_waits(config: Path) -> None:
    with serving(lambda _: Response(503, headers={"Retry-After": "30"})) as server:
        client = patient(config)
        threading.Timer(0.3, client.close).start()
        begun = time.monotonic()
        with pytest.raises(RegistryError, match="stopped"):
            client.digest(image(server.host))
        assert time.monotonic() - begun < 10


# Addresses


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("python:3.13", "https://registry-1.docker.io/v2/library/python/manifests/3.13"),
        ("hadolint/hadolint:v2", "https://registry-1.docker.io/v2/hadolint/hadolint/manifests/v2"),
        ("ghcr.io/a/b:c", "https://ghcr.io/v2/a/b/manifests/c"),
        ("registry.example.com:5000/a:b", "https://registry.example.com:5000/v2/a/manifests/b"),
        ("plain.example.com/a:b", "http://plain.example.com/v2/a/manifests/b"),
        ("localhost:5000/a:b", "http://localhost:5000/v2/a/manifests/b"),
        ("[::1]:5000/a:b", "http://[::1]:5000/v2/a/manifests/b"),
    ],
)
def test_address(config: Path, reference: str, address: str) -> None:
    with RegistryClient(config=DockerConfig(config), plain_http=["plain.example.com"]) as client:
        assert client.address(parse_reference(reference)) == address


@pytest.mark.parametrize("registry", ["a.example:99999", "xn--a.example"])
def test_registry_that_can_have_no_address(client: RegistryClient, registry: str) -> None:
    with pytest.raises(RegistryError, match=r"is no address|no answer"):
        client.digest(parse_reference(f"{registry}/team/app:1"))


def test_only_loopback_is_loopback() -> None:
    assert all(map(is_loopback, ["localhost", "localhost:1", "127.0.0.1:5000", "127.9.9.9", "[::1]", "[::1]:5000"]))
    assert not any(map(is_loopback, ["localhost.example.com", "127.0.0.1.example.com", "10.0.0.1:5000", "[::2]", ""]))


# Docker's configuration


def make_helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    helper = folder / "docker-credential-tests"
    helper.write_text(f"#!/bin/sh\n{script}\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_configuration_is_found_as_docker_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": basic("jo", "word")}}})
    for folder, name, value in ((tmp_path / "a", "DOCKER_CONFIG", "a"), (tmp_path / ".docker", "HOME", ".")):
        monkeypatch.delenv("DOCKER_CONFIG", raising=False)
        monkeypatch.setenv(name, str(tmp_path / value))
        folder.mkdir()
        (folder / "config.json").write_text(content)
        found = DockerConfig().credentials("docker.io")
        assert found
        assert (found.user, found.password) == ("jo", "word")
        assert "word" not in repr(found)
        assert DockerConfig().credentials("ghcr.io") is None


def test_helper_that_knows_nothing_leaves_the_file(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, monkeypatch, "echo credentials not found in native keychain; exit 1")
    config.write_text(
        json.dumps({"credsStore": "tests", "auths": {"a.example": {"auth": basic("jo", "word")}, "b.example": {}}})
    )
    found = DockerConfig(config).credentials("a.example")
    assert found
    assert found.user == "jo"
    assert DockerConfig(config).credentials("b.example") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "can't be read"),
        ('{"credsStore": "none-such"}', "docker-credential-none-such, which .* did not run"),
        ('{"credsStore": "../../bin/sh"}', "no program's name"),
        ('{"credsStore": "tests"}', "docker-credential-tests failed for a.example: locked"),
        ('{"auths": {"a.example": {"auth": "*"}}}', "is not base64; run `docker login` again"),
    ],
)
def test_configuration_that_is_broken(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, said: str
) -> None:
    make_helper(tmp_path, monkeypatch, "echo locked >&2; exit 1")
    config.write_text(content)
    with pytest.raises(RegistryError, match=said):
        DockerConfig(config).credentials("a.example")
