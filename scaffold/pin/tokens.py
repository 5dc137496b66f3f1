"""How a registry is persuaded: its challenge, what to ask its token server, and what that answers.

https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/, over RFC 7235 (WWW-Authenticate).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from scaffold.errors import RegistryError
from scaffold.pin.credentials import Credentials
from scaffold.pin.references import Reference

_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s+[A-Za-z]+\s*=|\s*(?:,|$))")
_PARAMETER = re.compile(r'([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_CLIENT = "kube-scaffold"


@dataclass(frozen=True)
class Challenge:
    """What a 401 asks for: `scheme` in lower case (bearer or basic) and its parameters (realm, service, scope)."""

    scheme: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class TokenRequest:
    """A request to a token server: with a `form` it is a POST, else a GET."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


def challenge_of(headers: Iterable[str]) -> Challenge | None:
    """Return the challenge to answer, from the values of WWW-Authenticate: Bearer before Basic, None if neither."""
    found = {challenge.scheme: challenge for value in headers for challenge in _challenges(value)}
    return found.get("bearer") or found.get("basic")


def _challenges(value: str) -> Iterable[Challenge]:
    """Split one header value, which may hold several challenges; commas inside quotes separate nothing."""
    hidden = re.sub(r'"(?:[^"\\]|\\.)*"', lambda quoted: '"' + "x" * (len(quoted[0]) - 2) + '"', value)
    starts = list(_SCHEME.finditer(hidden))
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        text = value[start.end() : following.start() if following else None]
        parameters = {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare for name, quoted, bare in _pairs(text)}
        yield Challenge(start[1].lower(), parameters)


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [(match[1], match[2] or "", match[3] or "") for match in _PARAMETER.finditer(text)]


def token_request(challenge: Challenge, credentials: Credentials | None, image: Reference) -> TokenRequest:
    """Return what to ask for a token that allows pulling `image`; without credentials it is asked anonymously.

    Raises:
        RegistryError: when the challenge names no token server.
    """
    realm = challenge.parameters.get("realm", "")
    if not re.match(r"https?://[^/]", realm):
        raise RegistryError(
            f"{image}: {image.registry} asks for a token but names no server that gives one ({realm!r})."
        )
    asked = {"scope": challenge.parameters.get("scope") or f"repository:{image.repository}:pull"}
    if service := challenge.parameters.get("service"):
        asked["service"] = service
    if credentials and credentials.identity_token:
        grant = {"grant_type": "refresh_token", "refresh_token": credentials.identity_token, "client_id": _CLIENT}
        return TokenRequest(realm, form=asked | grant)
    query = f"{'&' if '?' in realm else '?'}{urlencode(asked)}"
    return TokenRequest(realm + query, {"Authorization": credentials.basic} if credentials else {})


def token_of(body: bytes) -> str:
    """Return the token in a token server's answer, or '' when it holds none."""
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    token = (content.get("token") or content.get("access_token")) if isinstance(content, dict) else None
    return token if isinstance(token, str) and re.fullmatch(r"[\x21-\x7e]+", token) else ""
