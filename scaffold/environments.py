"""What other programs see of our environment, and which module starts which of them.

`scaffold.programs` starts them; nothing else does.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

_KEPT = ("PATH", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "PATHEXT", "COMSPEC", "TEMP", "TMP")
"""The variables of a program that looks at somebody else's files; the last five are Windows'."""

HOOK = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
"""The variables by which a hook's git names its repository (`git rev-parse --local-env-vars`), and those that change
how paths are read: no program of ours gets one. Settings that the user gives by GIT_CONFIG_COUNT stay."""


class Sees(Enum):
    """What a program sees of the environment."""

    USERS = "the user's own variables, without those of a surrounding git"
    BARE = "PATH, locale and an empty home: no settings, no credentials"


STARTED: Mapping[str, tuple[tuple[str, ...], Sees, str]] = {
    "scaffold.git.command": (("git",), Sees.USERS, "the user's git, whose settings and identity count"),
    "scaffold.git.objects": (("git",), Sees.USERS, "the same, where one git answers many questions"),
    "scaffold.check.workshop": (("helm", "kustomize", "kubectl"), Sees.BARE, "they build what nobody vouches for"),
    "scaffold.pin.credentials": (("docker-credential-*",), Sees.USERS, "it asks the user's own keychain"),
    "scaffold.prove.runtime": (("docker", "podman"), Sees.USERS, "DOCKER_HOST, CONTAINER_HOST, XDG_RUNTIME_DIR"),
    "scaffold.prove.containers.files": (("docker", "podman"), Sees.USERS, "the same"),
    "scaffold.prove.cluster.kubectl": (("kubectl",), Sees.USERS, "KUBECONFIG, and what its log-in plugins need"),
    "scaffold.prove.cluster.images": (("kind", "k3d", "minikube"), Sees.USERS, "their homes, DOCKER_HOST"),
    "scaffold.prove.load": (("vegeta", "docker", "podman", "kubectl"), Sees.USERS, "what carries it needs them"),
}
"""By module: the programs that it starts, what they see, and why."""


def users_environment() -> dict[str, str]:
    """Return the user's own variables, for a program that works for the user: without those of a surrounding git."""
    return {name: value for name, value in os.environ.items() if name not in HOOK}


def bare_environment(home: Path, **more: str) -> dict[str, str]:
    """Return the variables of a program that looks at somebody else's files: no credentials, no settings of the user.

    `home` is an empty folder that takes the place of the user's own; XDG's folders lie below it.
    """
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    xdg = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), **xdg, **more}


@contextmanager
def empty_home() -> Iterator[Path]:
    """Yield an empty folder for `bare_environment`, which is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="scaffold-home-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
