"""A program that leaves a mark when anybody runs it, and repositories that name it wherever git takes a program."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from workshop.history import git

HOOKS = (
    *("applypatch-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change", "post-merge"),
    *("pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "prepare-commit-msg", "reference-transaction"),
)


class Canary:
    """An executable file in a folder of its own; `sang` says who has run it since the last time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "canary"
        self.folder.mkdir()
        self._log = self.folder / "sang"
        self.program = self.folder / "program"
        self.program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{self._log}"\nexec cat\n')
        self.program.chmod(0o755)

    def sang(self) -> list[str]:
        """Return each call since the last time."""
        calls = self._log.read_text().splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return calls

    def hooks(self) -> Path:
        """Return a folder in which each hook of git is this program."""
        folder = self.folder / "hooks"
        if not folder.is_dir():
            folder.mkdir()
            for name in HOOKS:
                shutil.copy(self.program, folder / name)
        return folder


def poison(folder: Path, canary: Canary) -> None:
    """Let the settings of the repository in `folder`, its hooks and its attributes name the canary."""
    program = str(canary.program)
    settings = {
        "alias.ls-files": f"!{program}",
        "core.alternateRefsCommand": program,
        "core.askPass": program,
        "core.editor": program,
        "core.fsmonitor": program,
        "core.fsmonitorHookVersion": "1",
        "core.gitProxy": program,
        "core.hooksPath": str(canary.hooks()),
        "core.pager": program,
        "core.sshCommand": program,
        "credential.helper": f"!{program}",
        "diff.bird.command": program,
        "diff.bird.textconv": program,
        "diff.external": program,
        "filter.bird.clean": program,
        "filter.bird.process": program,
        "filter.bird.smudge": program,
        "filter.bird.required": "false",
        "gpg.program": program,
        "interactive.diffFilter": program,
        "merge.bird.driver": f"{program} %O %A %B",
        "merge.default": "bird",
        "merge.renormalize": "true",
        "pager.ls-files": program,
        "pager.status": program,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program} %S",
        "remote.origin.uploadpack": program,
        "uploadpack.packObjectsHook": program,
    }
    for name, value in settings.items():
        git(folder, "config", name, value)
    inside = Path(git(folder, "rev-parse", "--absolute-git-dir"))
    for name in HOOKS:
        shutil.copy(canary.program, inside / "hooks" / name) if (inside / "hooks").is_dir() else None
    (inside / "info").mkdir(exist_ok=True)
    (inside / "info/attributes").write_text("* filter=bird diff=bird merge=bird\n")


@cache
def settings_of_git() -> tuple[str, ...]:
    """Return every setting that this git knows, with `bird` for the middle part of a name."""
    listed = subprocess.run(["git", "help", "--config"], capture_output=True, text=True, check=True).stdout.split()
    names = [name.replace("*", "bird") for name in listed if "." in name and name.strip("-.").isascii()]
    return tuple("".join(part if not part.startswith("<") else "bird" for part in _parts(name)) for name in names)


def _parts(name: str) -> Iterable[str]:
    before, _, rest = name.partition("<")
    if not rest:
        yield name
        return
    yield before
    inside, _, after = rest.partition(">")
    yield f"<{inside}"
    yield from _parts(after)


def owned_by(folder: Path, user: int) -> None:
    """Give a folder and all in it to another user."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
