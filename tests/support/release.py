"""A golden with a release, in a git repository of its own, and programs that write down how they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from workshop import goldens

OF_TAGS = "everything-typescript"
OF_MAIN = "everything-go"
IMAGE = f"registry.example.com/example-org/{OF_TAGS}"
DIGEST = f"sha256:{'a' * 64}"
NOT_THERE = "MANIFEST_UNKNOWN: manifest unknown"

# Each writes its name and its words; crane knows no version, and a build leaves an OCI layout.
PROGRAMS = {
    "buildah": 'case "$*" in "manifest push "*) for last; do :; done; mkdir -p "${last#oci:}"\n'
    f'echo \'{{"manifests": [{{"digest": "{DIGEST}"}}]}}\' > "${{last#oci:}}/index.json" ;; esac',
    "crane": f'[ "$1" != digest ] || {{ echo "{NOT_THERE}" >&2; exit 1; }}',
    "syft": 'for each; do case "$each" in cyclonedx-json=*) echo "{}" > "${each#*=}" ;; esac; done',
    "grype": "",
    "cosign": "",
    "gh": "",
}


@dataclass
class Ended:
    """How a run of the script ended, and what it called, a line each."""

    code: int
    said: str
    calls: list[str] = field(default_factory=list)

    def calls_of(self, *programs: str) -> list[str]:
        return [each for each in self.calls if each.split()[0] in programs]


@dataclass
class Service:
    """A clone of a service's repository, its remote `origin`, and its programs."""

    folder: Path
    origin: Path
    programs: Path

    def git(self, *words: str) -> str:
        return git(self.folder, *words)

    def commit(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change {file}")
        self.git("push", "--quiet", "origin", "main")

    def run(self, *words: str, **variables: str) -> Ended:
        """Run the script with stand-ins for all programs but git and the shell's own."""
        log = self.programs / "log"
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["sh", "deploy/release/release.sh", *words],
            cwd=self.folder, env={**environment(self.programs), **variables},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        calls = log.read_text().splitlines() if log.exists() else []
        return Ended(done.returncode, done.stdout + done.stderr, calls)


def environment(programs: Path) -> dict[str, str]:
    """Return variables with which the script finds these programs first, and commits as nobody."""
    who = {f"GIT_{role}_{what}": "release" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(programs)}
    return {"PATH": f"{programs}:{os.environ['PATH']}", "CONTAINER": "buildah", **who, **quiet}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder; return what it printed."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def service(tmp_path: Path, name: str = OF_TAGS, **programs: str) -> Service:
    """Return a golden as the first commit of a repository; the given programs replace those of PROGRAMS."""
    origin, folder, found = tmp_path / "origin.git", tmp_path / "service", tmp_path / "programs"
    shutil.copytree(goldens.EXAMPLES / name / "deploy", folder / "deploy")
    shutil.copy(goldens.EXAMPLES / name / ".gitignore", folder)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    found.mkdir()
    for program, does in {**PROGRAMS, **programs}.items():
        (found / program).write_text(f'#!/bin/sh\necho "{program} $*" >> {found}/log\n{does}\n')
        (found / program).chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(origin, "config", "receive.advertisePushOptions", "true")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", str(origin))
    made = Service(folder, origin, found)
    made.commit("README.md", "# A service\n")
    return made
