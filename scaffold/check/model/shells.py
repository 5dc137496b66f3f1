"""Which shell is /bin/sh in an image, as far as its name or its base image's name says."""

from __future__ import annotations

import re

from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container
from scaffold.kubernetes.references import written
from scaffold.syntax.dockerfile import Dockerfile

_ASH = re.compile(r"(?:^|[._-])(?:alpine|busybox)(?:$|[\d._-])")
_BASH = re.compile(
    r"(?:^|[._-])(?:fedora|centos|rockylinux|almalinux|amazonlinux|amazoncorretto|oracle(?:linux)?|ol|ubi|el|al|azurelinux|mariner"
    r"|rhel|opensuse|archlinux)(?:$|[\d._-])"
)
_DASH = re.compile(
    r"(?:^|[._-])(?:debian|ubuntu|buildpack-deps|buster|bullseye|bookworm|trixie|focal|jammy|noble|slim)(?:$|[\d._-])"
)
_ON_DEBIAN = frozenset(
    [
        "cassandra",
        "docker.io/envoyproxy/envoy",
        "eclipse-temurin",
        "envoyproxy/envoy",
        "gcc",
        "golang",
        "haproxy",
        "httpd",
        "mcr.microsoft.com/dotnet/aspnet",
        "mcr.microsoft.com/dotnet/runtime",
        "mongo",
        "nginx",
        "node",
        "perl",
        "php",
        "postgres",
        "python",
        "redis",
        "ruby",
        "rust",
        "tomcat",
    ]
)
"""Images that are made from Debian or Ubuntu, where their tag says nothing else."""


def shell_of_image(image: str) -> str:
    """Return `ash` (BusyBox), `bash` or `dash`, or nothing where the name does not say."""
    named = written(image)
    name = named.name.removeprefix("docker.io/library/").removeprefix("library/").lower()
    texts = (name.rpartition("/")[2], named.tag.lower())
    for shell, words in (("ash", _ASH), ("bash", _BASH), ("dash", _DASH)):
        if any(map(words.search, texts)):
            return shell
    return "dash" if name in _ON_DEBIAN and "$" not in named.tag else ""


def shell_in(dockerfile: Dockerfile) -> str:
    """Return what /bin/sh is in the image that a Dockerfile makes."""
    return shell_of_image(dockerfile.final[-1].image) if dockerfile.final else ""


def shell_of(container: Container, scope: Scope) -> str:
    """Return what /bin/sh is in a container."""
    if dockerfile := scope.repository.images.dockerfile_of(container):
        return shell_in(dockerfile)
    return shell_of_image((container.image.text() if container.image else None) or "")
