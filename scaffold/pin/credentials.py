"""Credentials for registries, from where `docker login` leaves them: ~/.docker/config.json and its helpers.

Format: https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold import programs
from scaffold.errors import RegistryError
from scaffold.kubernetes.references import DOCKER_HUB
from scaffold.pin.hosts import shown

HELPER_SECONDS = 30.0
_HUB_KEY = "https://index.docker.io/v1/"
_TOKEN_USER = "<token>"  # noqa: S105 - what helpers return as the user's name when the secret is an identity token
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
        """Choose the file: `path`, otherwise below $DOCKER_CONFIG, otherwise below ~/.docker; read it when needed."""
        folder = os.environ.get("DOCKER_CONFIG")
        self._path = path or (Path(folder) if folder else Path.home() / ".docker") / "config.json"

    def credentials(self, registry: str, seconds: float = HELPER_SECONDS) -> Credentials | None:
        """Return what to show `registry` (host[:port]), or None. A helper of its own goes before the common store.

        A helper is ended after `seconds`, and after HELPER_SECONDS at the latest.

        Raises:
            RegistryError: when the file can't be read, or a helper is missing or fails.
        """
        content = self._read()
        key = _HUB_KEY if registry == DOCKER_HUB else registry
        helpers = _mapping(content.get("credHelpers"))
        helper = next((name for host, name in helpers.items() if _host(host) == registry), content.get("credsStore"))
        if helper:
            return self._ask(str(helper), key, min(seconds, HELPER_SECONDS)) or self._stored(content, registry)
        return self._stored(content, registry)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise RegistryError(f"{self._path} can't be read ({error}); fix or remove it.") from error
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
            raise RegistryError(
                f"{self._path}: `auth` of {shown(host)} is not base64; run `docker login` again."
            ) from error
        token = str(entry.get("identitytoken", ""))
        return Credentials(user, password.rstrip("\0"), token) if user or token else None

    def _ask(self, helper: str, key: str, seconds: float) -> Credentials | None:
        """Run `docker-credential-HELPER get` (https://github.com/docker/docker-credential-helpers#development)."""
        program = f"docker-credential-{helper}"
        if not re.fullmatch(r"[A-Za-z0-9._-]+", helper):
            name = shown(helper)
            raise RegistryError(
                f"{self._path} names the credential helper '{name}', which is not the name of a program."
            )
        try:
            done = programs.run([program, "get"], stdin=key.encode(), seconds=seconds)
        except programs.ProgramError as error:
            raise RegistryError(
                f"{program}, which {self._path} names, did not run: it {error}. Install it, or remove it from the file."
            ) from error
        if done.code:
            said = f"{done.text} {done.said}".strip()
            if any(words in said for words in _NONE_STORED):
                return None
            raise RegistryError(f"{program} failed for {key}: {_complaint(done)}")
        return _from_helper(program, done.stdout)


def _complaint(done: programs.Done) -> str:
    """Return what a helper complains of, on stdout as the protocol has it; never what could be credentials."""
    lines = [line.strip() for line in f"{done.text}\n{done.stderr.decode(errors='replace')}".splitlines()]
    plain = [
        shown(line) for line in lines if line and not re.search(r"[{}]|secret|password|token", line, re.IGNORECASE)
    ]
    return " ".join(plain)[:200] or f"exit code {done.code}"


def _from_helper(program: str, answer: bytes) -> Credentials | None:
    try:
        content = _mapping(json.loads(answer))
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{program} did not return JSON; run `docker login` again.") from error
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
