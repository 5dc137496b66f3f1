"""Sends a request to a registry or token server and reads the response: bounded in size, time, redirects and hosts.

httpx does the HTTP, not urllib: it checks certificates as browsers do, honours the user's proxies, and shares
connections among threads. Redirects are followed here, because an Authorization header stays with its origin (scheme,
host and port), and because what came by a redirect is distinguished.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scaffold import __version__
from scaffold.errors import RegistryError
from scaffold.kubernetes.references import Reference
from scaffold.pin.deadline import Deadline
from scaffold.pin.hosts import is_inward, shown

if TYPE_CHECKING:
    import httpx

MANIFEST_BYTES = 4 * 2**20
"""The largest response that is read ("Pushing Manifests": registries may refuse manifests above 4 megabytes)."""

MOST_REDIRECTS = 5
_BUSY_OR_BROKEN = frozenset({429, 500, 502, 503, 504})
_LONGEST_PAUSE = 1e9


@dataclass(frozen=True)
class Answer:
    """The response of a server: `url` is its address, which is not that of the request where it was `redirected`."""

    url: httpx.URL
    redirected: bool
    status: int
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes


class Exchange:
    """Sends requests; safe to use from many threads."""

    def __init__(
        self, *, may_be_plain: Callable[[str], bool], timeout: float, attempts: int, longest_wait: float
    ) -> None:
        """Open nothing yet; `may_be_plain` shows of a host[:port] whether it may be called without TLS."""
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        self._may_be_plain = may_be_plain
        self._timeout, self._attempts, self._longest_wait = timeout, attempts, longest_wait
        self._stopped = threading.Event()
        self._http = httpx.Client(
            headers={"User-Agent": f"kube-scaffold/{__version__}", "Accept-Encoding": "identity"},
            event_hooks={"request": [self._refuse_plain_http]},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # what one host sets reaches no other port
            mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},  # never through a proxy
        )

    def close(self) -> None:
        """Wake everybody who waits, and close the connections."""
        self._stopped.set()
        self._http.close()

    def request(
        self,
        image: Reference,
        method: str,
        url: str | httpx.URL,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Return a request.

        Raises:
            RegistryError: when the address is none.
        """
        import httpx

        try:
            request = self._http.build_request(method, url, headers=headers, data=form)
            if not request.url.host:  # decoded only now
                raise httpx.InvalidURL("it has no host")
        except (httpx.InvalidURL, UnicodeError) as error:  # the latter: a host that IDNA does not allow
            raise RegistryError(f"{image}: {shown(url)} is not an address ({shown(error)}).") from error
        return request

    def send(self, image: Reference, request: httpx.Request, deadline: Deadline, *, follow: bool = True) -> Answer:
        """Send, and again while the server is busy, broken or away: after its Retry-After, otherwise 0.5 s, 1 s, 2 s…

        With `follow`, redirects are followed; only the server of the request sees the request's Authorization.

        Raises:
            RegistryError: when there is no response, or none that may be read.
            LateError: when the deadline has passed.
        """
        import httpx

        for attempt in range(1, self._attempts + 1):
            pause = 0.5 * 2 ** (attempt - 1)
            try:
                answer = self._followed(image, request, deadline) if follow else self._once(image, request, deadline)[0]
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                if attempt == self._attempts:
                    raise RegistryError(f"{image}: no response from {request.url.host}: {_reason(error)}.") from error
            else:
                if answer.status not in _BUSY_OR_BROKEN or attempt == self._attempts:
                    return answer
                pause = max(pause, retry_after(answer.headers.get("Retry-After", "")))
            if pause > self._longest_wait:
                raise RegistryError(f"{image}: {request.url.host} is limiting requests; retry in {pause:.0f} s.")
            if self._stopped.wait(deadline.left(pause)):
                break
        raise RegistryError(f"{image}: the look-up was stopped.")

    def _followed(self, image: Reference, request: httpx.Request, deadline: Deadline) -> Answer:
        for count in range(MOST_REDIRECTS + 1):
            answer, location = self._once(image, request, deadline, redirected=count > 0)
            if not location:
                return answer
            request = self._redirected(image, request, location)
        raise RegistryError(f"{image}: {image.registry} sends more than {MOST_REDIRECTS} redirects in a row.")

    def _redirected(self, image: Reference, request: httpx.Request, location: str) -> httpx.Request:
        """Return the request that a redirect leads to; credentials stay with their origin."""
        import httpx

        before = request.url
        try:
            url = before.join(location)
            host = url.host
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise RegistryError(
                f"{image}: {before.host} leads to {shown(location)}, which is not an address."
            ) from error
        if url.scheme not in ("http", "https") or url.userinfo:
            raise RegistryError(f"{image}: {before.host} leads to {shown(url.scheme)}://{shown(host)}: refused.")
        if url.scheme == "http" and before.scheme == "https":
            raise RegistryError(f"{image}: {shown(host)} would be called without encryption: refused.")
        if is_inward(host) and host != before.host and not is_inward(before.host):
            raise RegistryError(f"{image}: {before.host} leads into the local network ({shown(host)}): refused.")
        kept = {"Accept": request.headers["Accept"]} if "Accept" in request.headers else {}
        if origin(url) == origin(before) and "Authorization" in request.headers:
            kept["Authorization"] = request.headers["Authorization"]
        return self.request(image, request.method, url, kept)

    def _once(
        self, image: Reference, request: httpx.Request, deadline: Deadline, *, redirected: bool = False
    ) -> tuple[Answer, str]:
        """Return the response, and where it leads if it is a redirect, whose body is not read."""
        import httpx

        timeout = httpx.Timeout(deadline.left(self._timeout))
        request.extensions = {**request.extensions, "timeout": timeout.as_dict()}
        response = self._http.send(request, stream=True, follow_redirects=False)
        try:
            location = response.headers["Location"] if response.has_redirect_location else ""
            body = b"" if location else _body(image, response, deadline)
        finally:
            response.close()
        challenges = tuple(response.headers.get_list("WWW-Authenticate"))
        answer = Answer(request.url, redirected, response.status_code, response.headers, challenges, body)
        return answer, location

    def _refuse_plain_http(self, request: httpx.Request) -> None:
        """Let no redirect and no token server lead away from TLS; httpx calls this before every request."""
        host = request.url.netloc.decode()
        if request.url.scheme != "https" and not self._may_be_plain(host):
            url = request.url.copy_with(query=None, userinfo=b"")
            raise RegistryError(f"{host} would be called without encryption ({shown(url)}): refused.")


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return what a server is known by: scheme, host and port (RFC 6454)."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _body(image: Reference, response: httpx.Response, deadline: Deadline) -> bytes:
    """Return a body as it was sent: what is compressed though nobody wanted that could be without end."""
    if response.request.method == "HEAD":
        return b""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise RegistryError(f"{image}: {response.request.url.host} responds in an encoding that was not requested.")
    body = bytearray()
    for chunk in response.iter_raw():
        deadline.left()
        body += chunk
        if len(body) > MANIFEST_BYTES:
            raise RegistryError(f"{image}: the response is larger than a manifest may be ({MANIFEST_BYTES} bytes).")
    return bytes(body)


def _reason(error: Exception) -> str:
    """Return why there was no response; what is not HTTP is not repeated, since nobody knows what is in it."""
    import httpx

    if isinstance(error, httpx.ProtocolError):
        return "it does not speak HTTP as it should"
    return shown(error) or type(error).__name__


def retry_after(value: str) -> float:
    """Return the seconds in a Retry-After header: a number or a date (RFC 9110, 10.2.3); 0 for neither."""
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), _LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(value)
        seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    return min(seconds, _LONGEST_PAUSE)
