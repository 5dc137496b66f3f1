"""Whose secret goes where: two hosts on loopback, each of which logs what it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scaffold.errors import RegistryError
from scaffold.kubernetes.references import Reference
from scaffold.pin.challenges import Challenge
from scaffold.pin.credentials import Credentials, DockerConfig
from scaffold.pin.exchange import MOST_REDIRECTS, origin
from scaffold.pin.hosts import is_inward
from scaffold.pin.registry import RegistryClient
from scaffold.pin.tokens import token_request
from tests.pin.asking import MANIFEST, basic, image, make_helper
from tests.support.registry import Request, Response, Server, digest_of, serving

PASSWORD, IDENTITY, TOKEN = "open-sesame", "identity-token", "bearer-token"
BASIC = basic("jo", PASSWORD)
SECRETS = (PASSWORD, BASIC, IDENTITY, TOKEN)
REDIRECTS = (301, 302, 303, 307, 308)


@pytest.fixture
def other() -> Iterator[Server]:
    """Another host, which asks everybody who comes for a log-in at its own token server."""

    def answer(request: Request) -> Response:
        if request.path.startswith("/token"):
            return Response(body=json.dumps({"token": TOKEN}).encode())
        realm = f'Bearer realm="http://{request.headers["Host"]}/token",service="other"'
        return Response(401, headers={"WWW-Authenticate": realm})

    with serving(answer) as server:
        yield server


def knows(config: Path, host: str, identity: str = "") -> None:
    """Let the user be logged in at a host."""
    config.write_text(json.dumps({"auths": {host: {"auth": BASIC, "identitytoken": identity}}}))


def refused(client: RegistryClient, host: str, said: str) -> str:
    with pytest.raises(RegistryError, match=said) as error:
        client.digest(image(host))
    assert not any(secret in str(error.value) for secret in SECRETS)
    return str(error.value)


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("identity", ["", IDENTITY])
def test_a_host_that_the_registry_leads_to_gets_no_secret(
    client: RegistryClient, config: Path, other: Server, status: int, identity: str
) -> None:
    with serving(lambda _: Response(status, headers={"Location": f"http://{other.host}/v2/x"})) as server:
        knows(config, server.host, identity)
        refused(client, server.host, "which requires a login")
    assert other.requests
    assert not other.saw(*SECRETS)
    assert not [request for request in other.requests if request.path.startswith("/token")]


def test_a_challenge_behind_a_redirect_of_the_registry_itself_is_not_answered(
    client: RegistryClient, config: Path, other: Server
) -> None:
    def answer(request: Request) -> Response:
        if request.path.startswith("/v2/team"):
            return Response(307, headers={"Location": "/elsewhere"})
        return Response(401, headers={"WWW-Authenticate": f'Bearer realm="http://{other.host}/token"'})

    with serving(answer) as server:
        knows(config, server.host)
        refused(client, server.host, "which requires a login")
    assert not other.requests


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("identity", ["", IDENTITY])
def test_a_request_for_a_token_follows_no_redirect(
    client: RegistryClient, config: Path, other: Server, status: int, identity: str
) -> None:
    def answer(request: Request) -> Response:
        if request.path.startswith("/token"):
            return Response(status, headers={"Location": f"http://{other.host}/token"})
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return Response(401, headers={"WWW-Authenticate": realm})

    with serving(answer) as server:
        knows(config, server.host, identity)
        refused(client, server.host, "redirects a request for a token")
    assert not other.requests


def test_a_token_goes_to_the_registry_and_not_where_it_leads(client: RegistryClient, config: Path) -> None:
    with serving(lambda _: Response(body=MANIFEST)) as storage:

        def answer(request: Request) -> Response:
            if request.path.startswith("/token"):
                return Response(body=json.dumps({"token": TOKEN}).encode())
            if "Authorization" not in request.headers:
                realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
                return Response(401, headers={"WWW-Authenticate": realm})
            if request.path.startswith("/v2/"):
                return Response(307, headers={"Location": "/same"})
            return Response(307, headers={"Location": f"http://{storage.host}/", "Set-Cookie": f"a={TOKEN}"})

        with serving(answer) as server:
            knows(config, server.host)
            assert client.digest(image(server.host)) == digest_of(MANIFEST)
        assert [request.path for request in server.saw(TOKEN)][:2] == ["/v2/team/app/manifests/1", "/same"]
    assert storage.requests
    assert not storage.saw(*SECRETS)


def test_a_registry_may_name_a_token_server_with_a_port_of_its_own(client: RegistryClient, config: Path) -> None:
    """As Docker Hub names auth.docker.io: its own 401 tells where its users log in."""
    with serving(lambda _: Response(body=json.dumps({"token": TOKEN}).encode())) as tokens:

        def answer(request: Request) -> Response:
            if request.headers.get("Authorization") == f"Bearer {TOKEN}":
                return Response(body=MANIFEST)
            return Response(401, headers={"WWW-Authenticate": f'Bearer realm="http://{tokens.host}/"'})

        with serving(answer) as server:
            knows(config, server.host)
            assert client.digest(image(server.host)) == digest_of(MANIFEST)
    assert tokens.saw(BASIC)


@pytest.mark.parametrize(
    ("registry", "realm", "is_asked"),
    [
        ("https://registry-1.docker.io", "https://auth.docker.io/token", True),
        ("https://registry.example.com", "https://gitlab.example.org/jwt/auth", True),
        ("https://registry.example.com", "http://auth.example.com/token", False),
        ("https://registry.example.com", "http://127.0.0.1/token", False),
        ("https://registry.example.com", "https://127.0.0.1/token", False),
        ("https://registry.example.com", "https://127.1/token", False),
        ("https://registry.example.com", "https://2130706433/token", False),
        ("https://registry.example.com", "https://[::1]/token", False),
        ("https://registry.example.com", "https://[::ffff:10.0.0.1]/token", False),
        ("https://registry.example.com", "https://169.254.169.254/latest", False),
        ("https://registry.example.com", "https://localhost/token", False),
        ("https://registry.example.com", "https://user@auth.example.com/", False),
        ("https://registry.example.com", "https://auth.example.com@evil.example/", False),
        ("https://registry.example.com", "https://auth.example.com/#", True),
        ("https://registry.example.com", "https://auth.example.com/#x", False),
        ("https://10.1.2.3:5000", "https://10.1.2.4/token", True),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5001/token", True),
    ],
)
def test_which_token_server_may_be_named(registry: str, realm: str, is_asked: bool) -> None:
    challenge = Challenge("bearer", {"realm": realm})
    asked = Reference("registry.example.com", "team/app", "1")
    if is_asked:
        made = token_request(challenge, Credentials("jo", PASSWORD), asked, httpx.URL(registry))
        assert made.headers["Authorization"] == f"Basic {BASIC}"
    else:
        with pytest.raises(RegistryError) as error:
            token_request(challenge, Credentials("jo", PASSWORD), asked, httpx.URL(registry))
        assert not any(secret in str(error.value) for secret in SECRETS)


def test_an_origin_is_scheme_host_and_port() -> None:
    urls = ("https://a.example", "https://a.example:443/x", "http://a.example", "https://a.example:8443", "https://b.a")
    assert len({origin(httpx.URL(url)) for url in urls}) == 4
    assert not is_inward("registry.example.com") and is_inward("0x7f.1") and is_inward("LOCALHOST.")


@pytest.mark.parametrize("location", ["ftp://a.example/", "http://jo:word@127.0.0.1/", "http://[", "http://x:99999/"])
def test_a_redirect_that_leads_nowhere(client: RegistryClient, location: str) -> None:
    with serving(lambda _: Response(307, headers={"Location": location})) as server:
        refused(client, server.host, r"refused|is not an address|no response")


def test_redirects_end(client: RegistryClient) -> None:
    with serving(lambda _: Response(307, headers={"Location": "/again"})) as server:
        refused(client, server.host, f"more than {MOST_REDIRECTS} redirects")
    assert len(server.requests) == MOST_REDIRECTS + 1


def test_a_helper_that_fails_with_an_answer_tells_no_secret(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"Username": "jo", "Secret": PASSWORD})
    make_helper(tmp_path, monkeypatch, f"echo '{answer}'; echo locked >&2; exit 1")
    config.write_text('{"credsStore": "tests"}')
    with pytest.raises(RegistryError, match=r"failed for a\.example: locked") as error:
        DockerConfig(config).credentials("a.example")
    assert PASSWORD not in str(error.value)
