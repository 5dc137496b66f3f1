"""As which user a container runs: what its pod sets, otherwise its image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container
from scaffold.kubernetes.references import written
from scaffold.syntax.dockerfile import Dockerfile, Instruction

_ROOT_BY_DEFAULT = frozenset(
    [
        "alpine",
        "almalinux",
        "amazoncorretto",
        "amazonlinux",
        "bun",
        "busybox",
        "caddy",
        "centos",
        "clojure",
        "dart",
        "debian",
        "eclipse-temurin",
        "elixir",
        "erlang",
        "fedora",
        "gcc",
        "golang",
        "gradle",
        "haskell",
        "httpd",
        "julia",
        "maven",
        "nginx",
        "node",
        "openjdk",
        "oraclelinux",
        "perl",
        "php",
        "pypy",
        "python",
        "rockylinux",
        "ruby",
        "rust",
        "scratch",
        "swift",
        "tomcat",
        "ubuntu",
    ]
)
"""Official images (https://hub.docker.com/_/NAME) that set no USER."""
_CHANGES_USER = ("gosu", "su-exec", "setpriv", "s6-", "runuser")
"""Programs by which a start as root goes on as another user."""


@dataclass(frozen=True)
class ImageUser:
    """The user of an image: where that stands, the name, and whether it is that of the base image."""

    at: Instruction
    name: str
    from_base: bool = False

    @property
    def is_root(self) -> bool:
        """Return whether that is root."""
        return self.name in ("root", "0")

    @property
    def is_number(self) -> bool:
        """Return whether the kubelet can verify that it is not root: it looks at no names."""
        return self.name.isdecimal()


def user_of(dockerfile: Dockerfile) -> ImageUser | None:
    """Return the user of the image that a Dockerfile makes; None where that is not sure."""
    if not dockerfile.final:
        return None
    if user := dockerfile.effective("USER"):
        name = user.value.partition(":")[0].strip("\"'")
        return None if "$" in name else ImageUser(user, name)
    base = dockerfile.final[-1]
    image = written(base.image)
    official = "/" not in base.image.removeprefix("docker.io/").removeprefix("library/")
    if official and image.last in _ROOT_BY_DEFAULT:
        return ImageUser(base.base, "root", from_base=True)
    return None


def starts_as_another(dockerfile: Dockerfile) -> bool:
    """Return whether the image may change its user when it starts."""
    texts = [f"{each.value}{each.body}" for stage in dockerfile.final for each in stage.instructions]
    return any(program in text for program in _CHANGES_USER for text in texts)


def image_user(container: Container, scope: Scope) -> ImageUser | None:
    """Return the user of a container's image, where the pod sets none and the repository makes the image."""
    if container.setting("runAsUser"):
        return None
    dockerfile = scope.repository.images.dockerfile_of(container)
    return user_of(dockerfile) if dockerfile else None


def is_refused(containers: Iterable[Container], scope: Scope) -> bool:
    """Return whether the kubelet would not start a container, as it must not be root and its runAsUser is 0."""
    for each in containers:
        non_root, user = each.setting("runAsNonRoot"), each.setting("runAsUser")
        if non_root and non_root.is_true() and user and user.number() == 0 and not each.workload.is_windows:
            return True
    return False
