"""Which variables and settings of git hold for the git that we start.

Variables that a surrounding git gives to its hooks, or that change what git's answers look like, are left out. A git
that only looks gets options besides, with which it runs nothing that a repository names, and contacts no other host.
"""

from __future__ import annotations

import os
from pathlib import Path

from scaffold.programs.environments import users_environment

LOOKING = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.sshCommand=false"),
    *("-c", "core.alternateRefsCommand=false"),
    *("-c", "core.gitProxy=false"),
    *("-c", "credential.helper="),
    *("-c", "protocol.allow=never"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    "--no-pager",
)
"""Options of a git that only looks: it runs nothing that the repository's settings name, and contacts no other host."""

WITHOUT_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
"""Options of a git that changes the user's own repository step by step: a hook would see it half changed."""

_LOOKING = {
    "GIT_ALLOW_PROTOCOL": "none",  # stronger than protocol.NAME.allow, which is stronger than protocol.allow
    "GIT_NO_LAZY_FETCH": "1",  # git 2.44 and newer; before, the line above stops the fetch
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
}


def clean_environment(**more: str | Path) -> dict[str, str]:
    """Return the system's variables for a git of ours: without those of a surrounding git, messages in English.

    Settings that the user gives by GIT_CONFIG_COUNT and similar variables stay. `more` is added.
    """
    kept = users_environment()
    if characters := kept.pop("LC_ALL", ""):
        kept["LC_CTYPE"] = characters
    kept.pop("LANGUAGE", None)
    fixed = {"GIT_OPTIONAL_LOCKS": "0", "LC_MESSAGES": "C"}
    return {**kept, **fixed, **{key: str(value) for key, value in more.items()}}


def looking_environment(**more: str | Path) -> dict[str, str]:
    """Return the variables of a git that only looks; it is given LOOKING, too."""
    return clean_environment(**{**_LOOKING, **more})


def identity(seconds: int = 0) -> dict[str, str]:
    """Return the variables by which git calls the author scaffold, at that time in seconds since 1970."""
    values = {"NAME": "scaffold", "EMAIL": "scaffold@localhost", "DATE": f"@{seconds} +0000"}
    return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in values.items()}


def without_settings(environment: dict[str, str]) -> dict[str, str]:
    """Return these variables so that git reads no settings but those of the repository that it works on."""
    kept = {key: value for key, value in environment.items() if not key.startswith("GIT_CONFIG_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
