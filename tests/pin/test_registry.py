"""The digests that a registry gives: a real one, and stand-ins that answer wrongly, late or never."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scaffold.errors import RegistryError
from scaffold.kubernetes.references import parse_reference
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.registry import MANIFEST_BYTES, RegistryClient, is_loopback
from scaffold.prove.ports import free_ports
from tests.pin.asking import MANIFEST, TYPED, basic, image, make_helper, needs_registry
from tests.support import registry as support
from tests.support.registry import Registry, Request, Response, digest_of, serving


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
        pytest.raises(RegistryError, match=rf"names the digest {claimed}.*nothing was pinned"),
    ):
        client.digest(image(server.host))


@pytest.mark.parametrize("body", [b"<html>Log in to this Wi-Fi</html>", b"[]", b"", b'{"schemaVersion": 1}'])
def test_body_that_is_no_manifest(client: RegistryClient, body: bytes) -> None:
    with (
        serving(lambda _: Response(body=body)) as server,
        pytest.raises(RegistryError, match="unsupported type of manifest"),
    ):
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
        pytest.raises(RegistryError, match=r"registry\.example\.com would be called without encryption"),
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


@pytest.mark.parametrize(("status", "said"), [(429, "limits the rate of requests"), (503, "failed with status 503")])
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
            pytest.raises(RegistryError, match=r"is limiting requests; retry in 3\d\d\d s"),
        ):
            client.digest(image(server.host))
        assert len(server.requests) == 1


def test_nobody_listens(client: RegistryClient) -> None:
    with pytest.raises(RegistryError, match=r"no response from 127\.0\.0\.1"):
        client.digest(image(f"127.0.0.1:{free_ports(1)[0]}"))


def test_registry_that_never_answers(config: Path) -> None:
    release = threading.Event()

    def answer(_: Request) -> Response:
        release.wait(10)
        return Response()

    with serving(answer) as server, patient(config, attempts=1, timeout=0.2) as client:
        begun = time.monotonic()
        with pytest.raises(RegistryError, match=r"no response from .*timed out"):
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
    with pytest.raises(RegistryError, match=r"is not an address|no response"):
        client.digest(parse_reference(f"{registry}/team/app:1"))


def test_only_loopback_is_loopback() -> None:
    assert all(map(is_loopback, ["localhost", "localhost:1", "127.0.0.1:5000", "127.9.9.9", "[::1]", "[::1]:5000"]))
    assert not any(map(is_loopback, ["localhost.example.com", "127.0.0.1.example.com", "10.0.0.1:5000", "[::2]", ""]))
