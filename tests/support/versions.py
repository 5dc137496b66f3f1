"""A copy of the template with invented versions, as a git repository: what tests go back and forth between."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support import goldens

RECORD = "- version: {version}\n  commit: {commit}\n  date: 2026-01-02\n"
CHANGE = "- {{id: {id}, version: {version}, pattern: P08, title: T {id}, why: W, check: C}}\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", folder, *identity, *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


class Versions:
    """A template in `root` whose versions are made one after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        shutil.copy(goldens.ROOT / "copier.yml", root)
        shutil.copytree(goldens.ROOT / "templates", root / "templates")
        (root / "releases.yml").write_text("# invented\n")
        (root / "templates/service/changes.yml").write_text("# invented\n")
        git(root, "init", "--quiet", "--initial-branch=main")

    def write(self, path: str, text: str) -> None:
        """Write a file of the skeleton."""
        file = self.root / "templates/service/skeleton" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def append(self, path: str, text: str) -> None:
        with (self.root / path).open("a") as file:
            file.write(text)

    def commit(self, message: str = "change") -> str:
        git(self.root, "add", "--all", "--force")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.root, "rev-parse", "HEAD")

    def release(self, version: str, *changes: str) -> str:
        """Commit what is there with the changes' entries, then record that commit in a commit of its own, and tag it."""
        for change in changes:
            self.append("templates/service/changes.yml", CHANGE.format(id=change, version=version))
        commit = self.commit(f"Release {version}")
        self.append("releases.yml", RECORD.format(version=version, commit=commit))
        self.commit(f"Record {version}")
        git(self.root, "tag", f"v{version}", commit)
        return commit
