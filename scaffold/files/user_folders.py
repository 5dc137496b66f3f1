"""Where the user keeps what scaffold remembers: the cache, a file of settings, and what is not finished.

All lie where the system wants them: by the XDG variables on Linux.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

_DIRECTORIES = PlatformDirs("kube-scaffold", appauthor=False)


def cache() -> Path:
    """Return the folder of what can be made again; everything in it may be deleted at any time."""
    return Path(_DIRECTORIES.user_cache_dir)


def settings_file() -> Path:
    """Return the path of the user's settings, a TOML file that need not exist."""
    return Path(_DIRECTORIES.user_config_dir) / "config.toml"


def state() -> Path:
    """Return the folder of what is not finished: an interrupted `scaffold new`."""
    return Path(_DIRECTORIES.user_state_dir)
