"""Image references as Docker writes them: `[registry/]repository[:tag][@digest]`, spelled out or as they are written.

Grammar: https://github.com/distribution/reference (reference.go), which Docker, Kubernetes and Podman follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from scaffold.text.brief import brief


class InvalidReferenceError(ValueError):
    """A text is not an image reference; the message says why, for a user."""


DOCKER_HUB = "docker.io"

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_HOST_LABEL}(?:\.{_HOST_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_DIGEST = r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?"
    rf"(?:@(?P<digest>{_DIGEST}))?"
)
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Reference:
    """An image, spelled out: `registry` (host[:port]), `repository`, and a tag or a digest or both.

    Two spellings of one image are equal: `python:3.13` and `docker.io/library/python:3.13`.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    def __str__(self) -> str:
        """Return the whole reference, as `docker.io/library/python:3.13`."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"

    @property
    def name(self) -> str:
        """Return the name without tag and digest, as `docker.io/library/python`."""
        return f"{self.registry}/{self.repository}"

    @property
    def tagged(self) -> Reference:
        """Return what is looked up at a registry: the same image only by its tag."""
        return Reference(self.registry, self.repository, self.tag)


@dataclass(frozen=True)
class Written:
    """An image as somebody wrote it, variables and mistakes included; what it does not have is empty."""

    name: str
    tag: str = ""
    digest: str = ""

    @property
    def last(self) -> str:
        """Return the last part of the name: `api` of `registry.example.com/team/api`."""
        return self.name.rpartition("/")[2]


@lru_cache(1024)  # several rules look at each image
def written(text: str) -> Written:
    """Take a reference apart without judging it: a colon before the last slash belongs to the registry's port."""
    named, _, digest = text.partition("@")
    folder, slash, last = named.rpartition("/")
    last, _, tag = last.partition(":")
    return Written(f"{folder}{slash}{last}", tag, digest)


def is_host(text: str) -> bool:
    """Return whether `text` is a registry's `host` or `host:port`."""
    return re.fullmatch(_HOST, text) is not None


def is_digest(text: str) -> bool:
    """Return whether `text` is a digest of one of the two algorithms that the OCI image spec registers."""
    return re.fullmatch(_DIGEST, text) is not None


def parse_reference(text: str) -> Reference:
    """Return the image that `text` names; with neither tag nor digest, it is the tag `latest`, as everywhere.

    The part before the first slash is a registry only if it looks like one (a dot, a colon, a capital letter or the
    word localhost); everything else lies on Docker Hub, single names below `library/`.

    Raises:
        InvalidReferenceError: when `text` is not an image reference.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None or len(match["name"]) > _LONGEST_NAME:
        raise InvalidReferenceError(
            f"{brief(text)} is not an image reference; write name:tag, for example python:3.13-slim."
        )
    registry, repository = _split(match["name"])
    if not is_host(registry):
        raise InvalidReferenceError(f"{brief(text)} is not an image reference: {brief(registry)} is not a host.")
    tag = match["tag"] or (None if match["digest"] else "latest")
    return Reference(registry, repository, tag, match["digest"])


def with_digest(text: str, digest: str) -> str:
    """Return the reference `text` as it was written, with `digest` after its tag in place of any other digest.

    A missing tag is written out (`:latest`), so that the digest can be refreshed later.
    """
    image = written(text)
    return f"{image.name}:{image.tag or 'latest'}@{digest}"


def _split(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not (re.search(r"[.:A-Z]", first) or first == "localhost"):
        first, rest = DOCKER_HUB, name
    if first == f"index.{DOCKER_HUB}":
        first = DOCKER_HUB
    if first == DOCKER_HUB and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest
