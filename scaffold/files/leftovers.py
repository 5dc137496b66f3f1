"""Names of files that are made beside others, and what killed runs have left of them.

A name holds the process and the machine that made it, so that the next run knows which ones nobody needs any more.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import zlib
from collections.abc import Iterable
from pathlib import Path

from scaffold.files.held import HeldFolder

_BESIDE = re.compile(r"\..*\.scaffold-(?P<pid>[1-9][0-9]{0,9})-(?P<host>[0-9a-f]{8})-[0-9a-f]{8}", re.DOTALL)
_LONGEST_NAME = 120


def name_beside(name: str) -> str:
    """Return a new hidden name for what is made beside the file `name`."""
    shown = name[:_LONGEST_NAME] if len(os.fsencode(name)) < 200 else "file"
    return f".{shown}.scaffold-{os.getpid()}-{this_host()}-{secrets.token_hex(4)}"


def this_host() -> str:
    """Return a word for this machine: a process id of another one, or of another container, shows nothing here."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def sweep_folders(folders: Iterable[Path]) -> None:
    """Remove what killed runs have left in these folders, as far as that is possible."""
    for folder in dict.fromkeys(folders):
        with contextlib.suppress(OSError), HeldFolder.open(folder, None) as held:
            sweep(held)


def sweep(folder: HeldFolder) -> None:
    """Remove what killed runs have left in a folder: hidden files named as ours by a process that has ended."""
    with contextlib.suppress(OSError):
        for name in folder.names():
            match = _BESIDE.fullmatch(name)
            if match and match["host"] == this_host() and folder.is_file(name) and _has_ended(int(match["pid"])):
                folder.remove(name)


def _has_ended(pid: int) -> bool:
    if os.name == "nt":  # asking would end it
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's, so it is there
        return False
    return False
