"""What other programs see of our environment, and which module starts which of them.

`scaffold.programs` starts them; nothing else does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

_KEPT = ("PATH", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "PATHEXT", "COMSPEC", "TEMP", "TMP")
"""The variables of a program that looks at somebody else's files; the last five are Windows'."""

_USERS_OWN = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_ATTR_NOSYSTEM",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DEFAULT_HASH",
        "GIT_DEFAULT_REF_FORMAT",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_NO_LAZY_FETCH",
        "GIT_PROTOCOL_FROM_USER",
        "GIT_PROXY_COMMAND",
        "GIT_TEMPLATE_DIR",
        "GIT_TERMINAL_PROMPT",
        "GIT_TEXTDOMAINDIR",
    }
)
_USERS_OWN_KINDS = (
    *("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_CURL_", "GIT_HTTP_", "GIT_LFS_"),
    *("GIT_SSH", "GIT_SSL_", "GIT_TRACE"),
)
"""What a user sets for every git: who he is, his settings, and how other hosts are reached. All other variables of git
name a repository, its index or its objects, or change how paths are read and differences are shown: a hook has them,
and no program of ours gets one."""


class Sees(Enum):
    """What a program sees of the environment."""

    USERS = "the user's own variables, without those of a surrounding git"
    BARE = "PATH, locale and an empty home: no settings, no credentials"


STARTED: Mapping[str, tuple[tuple[str, ...], Sees, str]] = {
    "scaffold.git.command": (("git",), Sees.USERS, "the user's git, whose settings and identity count"),
    "scaffold.git.objects": (("git",), Sees.USERS, "the same, where one git answers many questions"),
    "scaffold.check.built.enclosure": (
        ("helm", "kustomize", "kubectl"),
        Sees.BARE,
        "they build what others wrote",
    ),
    "scaffold.check.policy.judge": (("python",), Sees.BARE, "it evaluates expressions that others wrote"),
    "scaffold.pin.credentials": (("docker-credential-*",), Sees.USERS, "it reads the user's own keychain"),
    "scaffold.prove.runtime": (("docker", "podman"), Sees.USERS, "DOCKER_HOST, CONTAINER_HOST, XDG_RUNTIME_DIR"),
    "scaffold.prove.containers.files": (("docker", "podman"), Sees.USERS, "the same"),
    "scaffold.prove.cluster.kubectl": (("kubectl",), Sees.USERS, "KUBECONFIG, and what its log-in plugins need"),
    "scaffold.prove.subject.built": (("kustomize", "kubectl", "helm"), Sees.USERS, "the user builds what is his own"),
    "scaffold.prove.cluster.images": (("kind", "k3d", "minikube"), Sees.USERS, "their homes, DOCKER_HOST"),
    "scaffold.prove.load": (("vegeta", "docker", "podman", "kubectl"), Sees.USERS, "what carries it needs them"),
}
"""By module: the programs that it starts, what they see, and why."""


def users_environment() -> dict[str, str]:
    """Return the user's own variables, for a program that works for the user: without those of a surrounding git."""
    return {name: value for name, value in os.environ.items() if _is_users_own(name)}


def _is_users_own(name: str) -> bool:
    return not name.startswith("GIT_") or name in _USERS_OWN or name.startswith(_USERS_OWN_KINDS)


def bare_environment(home: Path, **more: str) -> dict[str, str]:
    """Return the variables of a program that looks at somebody else's files: no credentials, no settings of the user.

    `home` is an empty folder that takes the place of the user's own; XDG's folders lie below it.
    """
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    xdg = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), **xdg, **more}
