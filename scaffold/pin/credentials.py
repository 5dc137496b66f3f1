"""Credentials for registries, from where `docker login` leaves them: ~/.docker/config.json and its helpers.

Format: https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import RegistryError
from scaffold.pin.references import DOCKER_HUB

HELPER_SECONDS = 30.0
_HUB_KEY = "https://index.docker.io/v1/"
_TOKEN_USER = "<token>"  # noqa: S105 - what helpers answer as the user's name when the secret is an identity token
_NONE_STORED = ("credentials not found", "no credentials server URL", "no credentials username")


@dataclass(frozen=True)
class Credentials:
    """A user and password, or (with `identity_token`) a token that the registry's OAuth2 server exchanges."""

    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """Return the value of an Authorization header (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class DockerConfig:
    """The file config.json of a Docker folder; one that is missing holds no credentials."""

    def __init__(self, path: Path | None = None) -> None:
        """Choose the file: `path`, else below $DOCKER_CONFIG, else below ~/.docker. It is read when first needed."""
        folder = os.environ.get("DOCKER_CONFIG")
        self._path = path or (Path(folder) if folder else Path.home() / ".docker") / "config.json"

    def credentials(self, registry: str) -> Credentials | None:
        """Return what to show `registry` (host[:port]), or None. A helper of its own goes before the common store.

        Raises:
            RegistryError: when the file can't be read, or a helper is missing or fails.
        """
        content = self._read()
        key = _HUB_KEY if registry == DOCKER_HUB else registry
        helpers = _mapping(content.get("credHelpers"))
        helper = next((name for host, name in helpers.items() if _host(host) == registry), content.get("credsStore"))
        if helper:
            return self._ask(str(helper), key) or self._stored(content, registry)
        return self._stored(content, registry)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RegistryError(f"{self._path} can't be read ({error}); mend or remove it.") from error
        return _mapping(content)

    def _stored(self, content: dict[str, Any], registry: str) -> Credentials | None:
        for host, entry in _mapping(content.get("auths")).items():
            if _host(host) == registry and _mapping(entry):
                return self._decode(host, entry)
        return None

    def _decode(self, host: str, entry: dict[str, Any]) -> Credentials | None:
        user, password = str(entry.get("username", "")), str(entry.get("password", ""))
        try:
            if entry.get("auth"):
                user, _, password = base64.b64decode(str(entry["auth"]), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise RegistryError(f"{self._path}: `auth` of {host} is not base64; run `docker login` again.") from error
        token = str(entry.get("identitytoken", ""))
        return Credentials(user, password.rstrip("\0"), token) if user or token else None

    def _ask(self, helper: str, key: str) -> Credentials | None:
        """Run `docker-credential-HELPER get` (https://github.com/docker/docker-credential-helpers#development)."""
        program = f"docker-credential-{helper}"
        if not re.fullmatch(r"[A-Za-z0-9._-]+", helper):
            raise RegistryError(f"{self._path} names the credential helper {helper!r}, which is no program's name.")
        try:
            done = subprocess.run(
                [program, "get"], input=key, capture_output=True, text=True, timeout=HELPER_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RegistryError(
                f"{program}, which {self._path} names, did not run ({error}); install it, or remove it from the file."
            ) from error
        if done.returncode:
            said = f"{done.stdout} {done.stderr}".strip()
            if any(words in said for words in _NONE_STORED):
                return None
            raise RegistryError(f"{program} failed for {key}: {said[:200]}")
        return _from_helper(program, done.stdout)


def _from_helper(program: str, answer: str) -> Credentials | None:
    try:
        content = _mapping(json.loads(answer))
    except ValueError as error:
        raise RegistryError(f"{program} answered no JSON; try `docker login` again.") from error
    user, secret = str(content.get("Username", "")), str(content.get("Secret", ""))
    if user == _TOKEN_USER:
        return Credentials(identity_token=secret)
    return Credentials(user, secret) if user else None


def _host(key: str) -> str:
    """Return the registry that a key of config.json means: keys are hosts, or addresses such as Docker Hub's."""
    host = re.sub(r"^https?://", "", key).partition("/")[0]
    return DOCKER_HUB if host in {"index.docker.io", "registry-1.docker.io"} else host


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
