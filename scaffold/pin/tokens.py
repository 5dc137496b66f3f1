"""The request to a token server, whether it may be sent at all, and the response.

https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/: the registry's 401 names the token server
(`realm`), which may have a host of its own: Docker Hub's is auth.docker.io. So any public host may be named, but only
by the registry itself, in a response of its own origin and without a redirect: by containerd's CVE-2020-15157 another
host's 401 got the registry's password. What no registry needs is refused, as oras-go does since CVE-2026-48978: a realm
over http where the registry is called over https, and an address of a local or private network that is not its own.
go-containerregistry also wants both hosts to share a domain; that would refuse registries whose log-in is elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from scaffold.errors import RegistryError
from scaffold.kubernetes.references import Reference
from scaffold.pin.challenges import Challenge
from scaffold.pin.credentials import Credentials
from scaffold.pin.hosts import is_inward, shown

if TYPE_CHECKING:
    import httpx

_CLIENT = "kube-scaffold"
_LONGEST_TOKEN = 64 * 1024


@dataclass(frozen=True)
class TokenRequest:
    """A request to a token server: with a `form` it is a POST, otherwise a GET."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


def token_request(
    challenge: Challenge, credentials: Credentials | None, image: Reference, registry: httpx.URL
) -> TokenRequest:
    """Return the request for a token that allows pulling `image`; without credentials it is anonymous.

    `registry` is the address that sent the challenge.

    Raises:
        RegistryError: when the challenge names no token server, or one that may not be called.
    """
    realm = challenge.parameters.get("realm", "")
    _check_realm(realm, image, registry)
    asked = {"scope": challenge.parameters.get("scope") or f"repository:{image.repository}:pull"}
    if service := challenge.parameters.get("service"):
        asked["service"] = service
    if credentials and credentials.identity_token:
        grant = {"grant_type": "refresh_token", "refresh_token": credentials.identity_token, "client_id": _CLIENT}
        return TokenRequest(realm, form=asked | grant)
    query = f"{'&' if '?' in realm else '?'}{urlencode(asked)}"
    return TokenRequest(realm + query, {"Authorization": credentials.basic} if credentials else {})


def _check_realm(realm: str, image: Reference, registry: httpx.URL) -> None:
    import httpx

    if not re.match(r"https?://[^/]", realm):
        raise RegistryError(
            f"{image}: {image.registry} requires a token but names no server that issues one ({shown(realm)})."
        )
    try:
        url = httpx.URL(realm)
        host = url.host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise RegistryError(f"{image}: {shown(realm)}, which {image.registry} names, is not an address.") from error
    if url.userinfo or url.fragment:
        raise RegistryError(
            f"{image}: {image.registry} names a token server by an address with a user or a fragment; refused."
        )
    if url.scheme == "http" and registry.scheme == "https":
        raise RegistryError(f"{image}: {host} would be called without encryption, though {image.registry} is not.")
    if is_inward(host) and host != registry.host and not is_inward(registry.host):
        raise RegistryError(f"{image}: {image.registry} names a token server in the local network ({host}); refused.")


def token_of(body: bytes) -> str:
    """Return the token in a token server's response, or '' when it holds none that can be sent in a header."""
    content = json_of(body)
    token = (content.get("token") or content.get("access_token")) if isinstance(content, dict) else None
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        return ""
    return token if re.fullmatch(r"[\x21-\x7e]+", token) else ""


def json_of(body: bytes) -> Any:
    """Return what a server sent as JSON, or None where it is none: no JSON, nested too deeply, with endless numbers."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
