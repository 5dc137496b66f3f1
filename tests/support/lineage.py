"""Versions of the template to update between: the template as it is, and changed copies of it, in a checkout of their own.

The checkout is what `scaffold` runs from (`PYTHONPATH` names it) and what plain Copier reads, by git's `url.….insteadOf`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffold.engine.answers import Answers
from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases import History, Revision
from scaffold.releases.editions import Editions, Rendered
from scaffold.releases.home import Home, project_url
from tests.support import goldens
from tests.support.versions import git

SKELETON = "templates/service/skeleton"
QUESTIONS = "templates/service/questions"
VERSIONS = ("0.1.0", "0.2.0", "0.3.0")
__all__ = ["Lineage", "answers_of", "commit", "edit", "git", "make_lineage", "start", "tree_of", "write"]


@dataclass(frozen=True)
class Lineage:
    """A checkout with three releases."""

    root: Path

    @cached_property
    def history(self) -> History:
        return History(self.root)

    @property
    def home(self) -> Home:
        return Home(project_url(), self.history)

    def revision(self, version: str) -> Revision:
        return self.history.resolve(version)

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes `scaffold` run from this checkout, and git read the template's URL from it."""
        return {
            "PYTHONPATH": str(self.root),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.root}.insteadOf",
            "GIT_CONFIG_VALUE_0": project_url(),
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.com",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.com",
        }

    def scaffold(
        self, *arguments: str, cwd: Path, prefix: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `scaffold`; `prefix` is a command that runs others."""
        return subprocess.run(
            [*prefix, sys.executable, "-m", "scaffold", *arguments],
            cwd=cwd,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=180,
        )

    def copier(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        cache = {"XDG_CACHE_HOME": str(self.root.parent / "copier-cache")}
        return subprocess.run(
            [sys.executable, "-m", "copier", *arguments],
            cwd=cwd,
            env={**os.environ, **self.environment, **cache},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=180,
        )


def make_lineage(folder: Path) -> Lineage:
    root = folder / "checkout"
    root.mkdir()
    for name in ("copier.yml", "templates"):
        subprocess.run(["cp", "-r", goldens.ROOT / name, root], check=True)
    (root / "scaffold").symlink_to(goldens.ROOT / "scaffold")
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / ".git/info/exclude").write_text("/scaffold\n/releases.yml\n")
    records = []
    for version, change in zip(VERSIONS, (lambda _: None, second, third), strict=True):
        change(root)
        git(root, "add", "--all", "--force", "copier.yml", "templates")
        git(root, "commit", "--quiet", "--message", version)
        git(root, "tag", f"v{version}")
        records.append(f"- version: {version}\n  commit: {git(root, 'rev-parse', 'HEAD')}\n  date: 2026-01-01\n")
    (root / "releases.yml").write_text("".join(records))
    return Lineage(root)


def edit(file: Path, pattern: str, replacement: str) -> None:
    text = file.read_text()
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1, f"{file.name} has no {pattern}"
    file.write_text(changed)


def second(root: Path) -> None:
    """A number changes, a file comes, one is renamed, a question comes, one gets another name."""
    skeleton, questions = root / SKELETON, root / QUESTIONS
    edit(skeleton / "deploy/base/deployment.yaml.jinja", r"revisionHistoryLimit: \d+", "revisionHistoryLimit: 10")
    edit(skeleton / "deploy/base/kustomization.yaml.jinja", r"\A", "# Read the overlays first.\n")
    edit(skeleton / ".editorconfig.jinja", r"^charset = .*$", "charset = utf-8\nmax_line_length = 100")
    (skeleton / "deploy/base/logging.env.jinja").write_text("LOG_LEVEL={{ log_level }}\n")
    (skeleton / "scripts").mkdir()
    (skeleton / "scripts/check.sh").write_text("#!/bin/sh\nexec make check\n")
    (skeleton / "scripts/check.sh").chmod(0o755)
    (skeleton / "logo.bin").write_bytes(bytes(range(256)) * 4)
    (skeleton / ".yamllint.yaml").rename(skeleton / ".yamllint.yml")
    edit(questions / "identity.yml", r"^owner:$", "team:")
    edit(
        questions / "identity.yml",
        r"  default: example-org/platform",
        "  default: \"{{ owner | default('example-org/platform') }}\"",
    )
    edit(questions / "identity.yml", r'pattern\("owner", owner,', 'pattern("team", team,')
    edit(
        questions / "identity.yml",
        r"^repository:$",
        "owner: {type: str, when: false, default: '{{ team }}'}\n\nrepository:",
    )
    log_level = (
        "log_level: {type: str, help: How much is logged, default: info, example: debug, choices: [info, debug]}\n"
    )
    with (questions / "identity.yml").open("a") as file:
        file.write("\n" + log_level)
    with (root / "templates/service/changes.yml").open("a") as file:
        file.write(CHANGES)


def third(root: Path) -> None:
    """What the second brought changes again or goes."""
    skeleton, questions = root / SKELETON, root / QUESTIONS
    edit(skeleton / "deploy/base/deployment.yaml.jinja", r"minReadySeconds: ", "minReadySeconds:  ")
    edit(skeleton / ".editorconfig.jinja", r"max_line_length = 100", "max_line_length = 120")
    (skeleton / "deploy/base/logging.env.jinja").unlink()
    (skeleton / "scripts/check.sh").chmod(0o644)
    (skeleton / "logo.bin").write_bytes(bytes(range(256)) * 5)
    edit(questions / "identity.yml", r"^log_level: .*\n", "")


CHANGES = """\
- id: longer-history
  version: 0.2.0
  pattern: P08
  title: Ten old versions are kept
  why: A rollback may have to go further back than five rollouts.
  check: Nothing, unless your quota counts ReplicaSets.
- id: log-level
  version: 0.2.0
  pattern: P05
  files: [deploy/base/logging.env]
  title: The log level is a question
  why: Debug logs cost money.
  check: deploy/base/logging.env says info.
"""


def answers_of(editions: Editions, revision: Revision, example: str) -> Answers:
    raw = read_answers(goldens.ROOT / "examples" / f"{example}.yml")
    questionnaire = editions.questionnaire(revision, raw)
    known = {question.name for question in questionnaire.template.asked}
    return questionnaire.resolve({key: value for key, value in raw.items() if key in known})


def write(folder: Path, rendered: Rendered) -> None:
    files = [
        RenderedFile(path, rendered.contents[path], blob.mode == "100755") for path, blob in rendered.blobs.items()
    ]
    write_files(folder, files)


def commit(folder: Path, message: str = "edits") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD^{tree}")


def start(folder: Path, rendered: Rendered) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main", "--template=")
    (folder / ".git/info").mkdir()
    write(folder, rendered)
    commit(folder, "generated")
    git(folder, "gc", "--quiet")  # few files, so quickly copied
    return folder


def tree_of(folder: Path) -> str:
    """Return the id of what the work tree holds, as `git add --all` sees it, without touching the index."""
    index = folder / ".git" / "tree-of-index"
    shutil.copy(folder / ".git/index", index)
    environment = {**os.environ, "GIT_INDEX_FILE": str(index)}
    subprocess.run(["git", "-C", str(folder), "add", "--all"], env=environment, check=True, capture_output=True)
    done = subprocess.run(
        ["git", "-C", str(folder), "write-tree"], env=environment, check=True, capture_output=True, text=True
    )
    index.unlink()
    return done.stdout.strip()


Change = Callable[[Path], None]
