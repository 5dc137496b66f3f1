"""Looks up at container registries which digest a tag has: the pulling part of the OCI distribution specification 1.1.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md; section names below are of that text.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection
from typing import Any, Self

from scaffold.errors import RegistryError
from scaffold.kubernetes.references import DOCKER_HUB, Reference, is_digest
from scaffold.pin.challenges import Challenge, challenge_of
from scaffold.pin.credentials import Credentials, DockerConfig
from scaffold.pin.deadline import Deadline, LateError, within
from scaffold.pin.exchange import MANIFEST_BYTES, Answer, Exchange
from scaffold.pin.hosts import is_loopback, shown
from scaffold.pin.tokens import json_of, token_of, token_request

__all__ = ["MANIFEST_BYTES", "RegistryClient", "is_loopback"]

LOOK_UP_SECONDS = 120.0
"""What one image may take: names, connections, tokens, a credential helper that prompts the user, and all pauses."""

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What a tag may stand for. An index comes first: its digest is right for every architecture."""

_HUB_HOST = "registry-1.docker.io"
_NO_HEAD = frozenset({400, 405, 501})


class RegistryClient:
    """Looks up digests; safe to use from many threads. It is a context manager that closes its connections."""

    def __init__(
        self,
        *,
        config: DockerConfig | None = None,
        plain_http: Collection[str] = (),
        timeout: float = 10.0,
        attempts: int = 4,
        longest_wait: float = 60.0,
        deadline: float = LOOK_UP_SECONDS,
    ) -> None:
        """Open nothing yet.

        Args:
            config: where credentials come from; by default the user's own Docker configuration.
            plain_http: registries (host[:port]) that are called without TLS, as loopback always is.
            timeout: seconds for connecting, and for each read.
            attempts: how often a request is tried when the registry is busy, broken or away.
            longest_wait: seconds; a registry that wants more (Retry-After) fails.
            deadline: seconds for one look-up in all; a registry that was late once is not called again.
        """
        self._config = config or DockerConfig()
        self._plain_http = frozenset(host.removesuffix(":80") for host in plain_http)
        self._deadline = deadline
        self._exchange = Exchange(
            may_be_plain=self._may_be_plain, timeout=timeout, attempts=attempts, longest_wait=longest_wait
        )
        self._lock = threading.Lock()
        self._credentials: dict[str, Credentials | None] = {}
        self._authorizations: dict[str, str] = {}
        self._late: set[str] = set()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Wake every look-up that waits, and close the connections."""
        self._exchange.close()

    def digest(self, image: Reference) -> str:
        """Return the digest that the registry gives for a tagged image ("Checking if content exists in the registry").

        HEAD is sent first: Docker Hub does not count it against its pull limit. A registry that does not support it, or
        leaves out the digest, gets a request for the manifest itself, which is hashed.

        Raises:
            RegistryError: when there is no such image, or the registry refuses, is away, late or contradicts itself.
        """
        if image.registry in self._late:
            raise RegistryError(f"{image}: {image.registry} did not respond in time to another request.")
        try:
            return within(self._deadline, lambda deadline: self._look_up(image, deadline))
        except LateError as error:
            self._late.add(image.registry)
            raise RegistryError(
                f"{image}: no response from {image.registry} within {self._deadline:g} s; try again later."
            ) from error

    def _look_up(self, image: Reference, deadline: Deadline) -> str:
        answer = self._ask("HEAD", image, deadline)
        digest = answer.headers.get("Docker-Content-Digest", "")
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if answer.status == 200 and is_digest(digest) and media_type in MANIFEST_TYPES:
            return digest
        if answer.status == 200 or answer.status in _NO_HEAD:
            answer = self._ask("GET", image, deadline)
        if answer.status != 200:
            raise RegistryError(_refusal(image, answer.status))
        return _hashed(image, answer)

    def address(self, image: Reference) -> str:
        """Return the URL of the manifest ("Pulling manifests": /v2/<name>/manifests/<reference>)."""
        host = _HUB_HOST if image.registry == DOCKER_HUB else image.registry
        scheme = "http" if self._may_be_plain(host) else "https"
        return f"{scheme}://{host}/v2/{image.repository}/manifests/{image.tag}"

    def _ask(self, method: str, image: Reference, deadline: Deadline) -> Answer:
        """Send the request; where the registry requires a login, log in and send it again, once.

        Only the registry itself may require it: a challenge that came by a redirect is another server's.
        """
        answer = self._manifest(method, image, deadline)
        challenge = challenge_of(answer.challenges) if answer.status == 401 else None
        if challenge is None:
            return answer
        if answer.redirected:
            raise RegistryError(
                f"{image}: {image.registry} leads to {answer.url.host}, which requires a login; "
                f"the login of {image.registry} is not sent there. Name the image by the registry that has it."
            )
        authorization = self._authorize(challenge, image, answer, deadline)
        if not authorization:
            return answer
        self._authorizations[image.name] = authorization
        return self._manifest(method, image, deadline)

    def _manifest(self, method: str, image: Reference, deadline: Deadline) -> Answer:
        headers = {"Accept": ", ".join(MANIFEST_TYPES)}
        if authorization := self._authorizations.get(image.name):
            headers["Authorization"] = authorization
        request = self._exchange.request(image, method, self.address(image), headers)
        return self._exchange.send(image, request, deadline)

    def _authorize(self, challenge: Challenge, image: Reference, refused: Answer, deadline: Deadline) -> str:
        """Return the value of the Authorization header that meets `challenge`, or '' when nothing can."""
        credentials = self._credentials_for(image.registry, deadline)
        if challenge.scheme == "basic":
            return credentials.basic if credentials else ""
        wanted = token_request(challenge, credentials, image, refused.url)
        method = "GET" if wanted.form is None else "POST"
        request = self._exchange.request(image, method, wanted.url, wanted.headers, wanted.form)
        answer = self._exchange.send(image, request, deadline, follow=False)
        if 300 <= answer.status < 400:
            raise RegistryError(
                f"{image}: {request.url.host} redirects a request for a token, which is not followed, "
                "because the request contains a secret."
            )
        token = token_of(answer.body) if answer.status == 200 else ""
        if not token:
            raise RegistryError(
                f"{image}: {request.url.host} returned no token (status {answer.status}); {_log_in(image)}."
            )
        return f"Bearer {token}"

    def _credentials_for(self, registry: str, deadline: Deadline) -> Credentials | None:
        with self._lock:  # a helper may prompt the user: once is enough
            if registry not in self._credentials:
                self._credentials[registry] = self._config.credentials(registry, deadline.left())
            return self._credentials[registry]

    def _may_be_plain(self, host: str) -> bool:
        return host.removesuffix(":80") in self._plain_http or is_loopback(host)


def _hashed(image: Reference, answer: Answer) -> str:
    """Return the digest of a manifest's body, which has to be the one that the header gives, if any ("Digests")."""
    if _schema_version(answer.body) != 2:
        raise RegistryError(f"{image}: {image.registry} returned an unsupported type of manifest.")
    claimed = answer.headers.get("Docker-Content-Digest", "")
    algorithm = claimed.partition(":")[0] if is_digest(claimed) else "sha256"
    digest = f"{algorithm}:{hashlib.new(algorithm, answer.body).hexdigest()}"
    if claimed and claimed != digest:
        raise RegistryError(
            f"{image}: {image.registry} names the digest {shown(claimed)}, but the manifest that arrived has {digest}. "
            "Something on the way changes manifests; nothing was pinned."
        )
    return digest


def _schema_version(body: bytes) -> Any:
    manifest = json_of(body)
    return manifest.get("schemaVersion") if isinstance(manifest, dict) else None


def _refusal(image: Reference, status: int) -> str:
    if status == 404:
        return f"{image}: {image.registry} has no such image; check the name and the tag."
    if status in (401, 403):
        return f"{image}: {image.registry} refuses (status {status}); {_log_in(image)}."
    if status == 429:
        return f"{image}: {image.registry} limits the rate of requests (status 429); wait, or {_log_in(image)}."
    return f"{image}: {image.registry} failed with status {status}; try again later."


def _log_in(image: Reference) -> str:
    host = "" if image.registry == DOCKER_HUB else f" {image.registry}"
    return f"check the name, and run `docker login{host}` if the image is private"
