"""Tokens: who asks for them, and who gets them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scaffold.errors import RegistryError
from scaffold.pin.challenges import challenge_of
from scaffold.pin.registry import RegistryClient
from tests.pin.asking import MANIFEST, TYPED, basic, image, make_helper
from tests.support.registry import Request, Response, digest_of, serving


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
        with pytest.raises(RegistryError, match=r"returned no token \(status 401\).*docker login"):
            client.digest(image(server.host))


def test_token_that_has_run_out_is_replaced(client: RegistryClient) -> None:
    with serving(token_server) as server:
        client._authorizations[image(server.host).name] = "Bearer old"
        assert client.digest(image(server.host)) == digest_of(MANIFEST)


@pytest.mark.parametrize("realm", ["", "ftp://x", "/token", "https://x:y/"])
def test_token_server_that_is_none(client: RegistryClient, realm: str) -> None:
    said = "is not an address" if realm.startswith("http") else "requires a token but names no server"
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
        with pytest.raises(RegistryError, match=r"tokens\.example\.com would be called without encryption"):
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
