"""Asks container registries which digest a tag has: the pulling part of the OCI distribution specification 1.1.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md; section names below are of that text. httpx
does the HTTP, not urllib: it drops credentials when a redirect leaves the host, and shares connections among threads.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

from scaffold import __version__
from scaffold.errors import RegistryError
from scaffold.pin.credentials import Credentials, DockerConfig
from scaffold.pin.references import DOCKER_HUB, Reference, is_digest
from scaffold.pin.tokens import Challenge, challenge_of, token_of, token_request

if TYPE_CHECKING:
    import httpx

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What a tag may stand for. An index comes first: its digest is right for every architecture."""

MANIFEST_BYTES = 4 * 2**20
"""The largest answer that is read ("Pushing Manifests": registries may refuse manifests above 4 megabytes)."""

_HUB_HOST = "registry-1.docker.io"
_BUSY_OR_BROKEN = frozenset({429, 500, 502, 503, 504})
_NO_HEAD = frozenset({400, 405, 501})


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes


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
    ) -> None:
        """Open nothing yet.

        Args:
            config: where credentials come from; by default the user's own Docker configuration.
            plain_http: registries (host[:port]) that are asked without TLS, as loopback always is.
            timeout: seconds for connecting, and for each read.
            attempts: how often a request is tried when the registry is busy, broken or away.
            longest_wait: seconds; a registry that asks for more patience (Retry-After) is given up on.
        """
        import httpx

        self._config = config or DockerConfig()
        self._plain_http = frozenset(host.removesuffix(":80") for host in plain_http)
        self._attempts = attempts
        self._longest_wait = longest_wait
        self._lock = threading.Lock()
        self._credentials: dict[str, Credentials | None] = {}
        self._authorizations: dict[str, str] = {}
        self._stopped = threading.Event()
        self._http = httpx.Client(
            timeout=timeout,
            follow_redirects=True,
            headers={"User-Agent": f"kube-scaffold/{__version__}"},
            event_hooks={"request": [self._refuse_plain_http]},
            mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},  # never through a proxy
        )

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Wake every look-up that waits, and close the connections."""
        self._stopped.set()
        self._http.close()

    def digest(self, image: Reference) -> str:
        """Return the digest that the registry gives for a tagged image ("Checking if content exists in the registry").

        HEAD is asked first: Docker Hub does not count it against its pull limit. A registry that can't answer it, or
        leaves out the digest, is asked for the manifest itself, which is hashed.

        Raises:
            RegistryError: when there is no such image, or the registry refuses, is away or contradicts itself.
        """
        answer = self._ask("HEAD", image)
        digest = answer.headers.get("Docker-Content-Digest", "")
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if answer.status == 200 and is_digest(digest) and media_type in MANIFEST_TYPES:
            return digest
        if answer.status == 200 or answer.status in _NO_HEAD:
            answer = self._ask("GET", image)
        if answer.status != 200:
            raise RegistryError(_refusal(image, answer.status))
        return _hashed(image, answer)

    def address(self, image: Reference) -> str:
        """Return the URL of the manifest ("Pulling manifests": /v2/<name>/manifests/<reference>)."""
        host = _HUB_HOST if image.registry == DOCKER_HUB else image.registry
        scheme = "http" if self._may_be_plain(host) else "https"
        return f"{scheme}://{host}/v2/{image.repository}/manifests/{image.tag}"

    def _ask(self, method: str, image: Reference) -> _Answer:
        """Send the request; where the registry asks who is there, answer that and send it again, once."""
        answer = self._manifest(method, image)
        challenge = challenge_of(answer.challenges) if answer.status == 401 else None
        if challenge is None:
            return answer
        authorization = self._authorize(challenge, image)
        if not authorization:
            return answer
        self._authorizations[image.name] = authorization
        return self._manifest(method, image)

    def _manifest(self, method: str, image: Reference) -> _Answer:
        headers = {"Accept": ", ".join(MANIFEST_TYPES)}
        if authorization := self._authorizations.get(image.name):
            headers["Authorization"] = authorization
        return self._send(image, self._request(image, method, self.address(image), headers))

    def _authorize(self, challenge: Challenge, image: Reference) -> str:
        """Return the value of the Authorization header that answers `challenge`, or '' when nothing can."""
        credentials = self._credentials_for(image.registry)
        if challenge.scheme == "basic":
            return credentials.basic if credentials else ""
        wanted = token_request(challenge, credentials, image)
        method = "GET" if wanted.form is None else "POST"
        request = self._request(image, method, wanted.url, wanted.headers, wanted.form)
        answer = self._send(image, request)
        token = token_of(answer.body) if answer.status == 200 else ""
        if not token:
            raise RegistryError(
                f"{image}: {request.url.host} gave no token (status {answer.status}); {_log_in(image)}."
            )
        return f"Bearer {token}"

    def _credentials_for(self, registry: str) -> Credentials | None:
        with self._lock:  # a helper may ask the user: once is enough
            if registry not in self._credentials:
                self._credentials[registry] = self._config.credentials(registry)
            return self._credentials[registry]

    def _request(
        self,
        image: Reference,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        import httpx

        try:
            request = self._http.build_request(method, url, headers=headers, data=form)
            if not request.url.host:  # decoded only now
                raise httpx.InvalidURL("no host")
        except (httpx.InvalidURL, UnicodeError) as error:  # the latter: a host that IDNA does not allow
            raise RegistryError(f"{image}: {url} is no address ({error}).") from error
        return request

    def _send(self, image: Reference, request: httpx.Request) -> _Answer:
        """Send, and again while the server is busy, broken or away: after what it asks for, else 0.5 s, 1 s, 2 s…"""
        import httpx

        for attempt in range(1, self._attempts + 1):
            pause = 0.5 * 2 ** (attempt - 1)
            try:
                answer = self._send_once(image, request)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                if attempt == self._attempts:
                    raise RegistryError(f"{image}: no answer from {request.url.host}: {error}.") from error
            else:
                if answer.status not in _BUSY_OR_BROKEN or attempt == self._attempts:
                    return answer
                pause = max(pause, _retry_after(answer.headers.get("Retry-After", "")))
            if pause > self._longest_wait:
                raise RegistryError(f"{image}: {request.url.host} asks for {pause:.0f} s of patience; try again then.")
            if self._stopped.wait(pause):
                break
        raise RegistryError(f"{image}: the look-up was stopped.")

    def _send_once(self, image: Reference, request: httpx.Request) -> _Answer:
        response = self._http.send(request, stream=True)
        try:
            body = _bounded(image, response.iter_bytes())
        finally:
            response.close()
        challenges = tuple(response.headers.get_list("WWW-Authenticate"))
        return _Answer(response.status_code, response.headers, challenges, body)

    def _refuse_plain_http(self, request: httpx.Request) -> None:
        """Let no redirect and no token server lead away from TLS; httpx calls this before every request."""
        host = request.url.netloc.decode()
        if request.url.scheme != "https" and not self._may_be_plain(host):
            raise RegistryError(
                f"{host} would be asked without encryption ({request.url.copy_with(query=None)}): refused."
            )

    def _may_be_plain(self, host: str) -> bool:
        return host.removesuffix(":80") in self._plain_http or is_loopback(host)


def is_loopback(host: str) -> bool:
    """Return whether `host` (host[:port], an IPv6 address in brackets) is this machine itself."""
    bare = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return bare == "localhost" or ip_address(bare).is_loopback
    except ValueError:
        return False


def _bounded(image: Reference, chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MANIFEST_BYTES:
            raise RegistryError(f"{image}: the answer is larger than a manifest may be ({MANIFEST_BYTES} bytes).")
    return bytes(body)


def _hashed(image: Reference, answer: _Answer) -> str:
    """Return the digest of a manifest's body, which has to be the one that the header gives, if any ("Digests")."""
    if _schema_version(answer.body) != 2:
        raise RegistryError(f"{image}: {image.registry} answered with something that is no image manifest of today.")
    claimed = answer.headers.get("Docker-Content-Digest", "")
    algorithm = claimed.partition(":")[0] if is_digest(claimed) else "sha256"
    digest = f"{algorithm}:{hashlib.new(algorithm, answer.body).hexdigest()}"
    if claimed and claimed != digest:
        raise RegistryError(
            f"{image}: {image.registry} says that its digest is {claimed}, but what it sent has {digest}. "
            "Something between here and there changes manifests; nothing was pinned."
        )
    return digest


def _schema_version(body: bytes) -> Any:
    try:
        manifest = json.loads(body)
    except ValueError:
        return None
    return manifest.get("schemaVersion") if isinstance(manifest, dict) else None


def _refusal(image: Reference, status: int) -> str:
    if status == 404:
        return f"{image}: {image.registry} has no such image; check the name and the tag."
    if status in (401, 403):
        return f"{image}: {image.registry} refuses (status {status}); {_log_in(image)}."
    if status == 429:
        return f"{image}: {image.registry} is asked too often (status 429); wait, or {_log_in(image)}."
    return f"{image}: {image.registry} failed with status {status}; try again later."


def _log_in(image: Reference) -> str:
    host = "" if image.registry == DOCKER_HUB else f" {image.registry}"
    return f"check the name, and run `docker login{host}` if the image is private"


def _retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header asks for: a number or a date (RFC 9110, 10.2.3); 0 for neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
