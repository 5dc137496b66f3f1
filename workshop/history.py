"""Versions of the template to update between: the template as it is, and changed copies of it, in a checkout.

`scaffold` runs from the checkout (`PYTHONPATH` names it), and plain Copier reads it, by git's `url.….insteadOf`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffold.engine.answers import Answers
from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases import History, Revision
from scaffold.releases.editions import Editions, Rendered
from scaffold.releases.home import Home, project_url
from workshop import goldens
from workshop.aside import COMMAND_SECONDS

RECORD = "- version: {version}\n  commit: {commit}\n  date: 2026-01-02\n"
CHANGE = "- {{id: {id}, version: {version}, pattern: P08, title: T {id}, why: W, check: C}}\n"


def git(folder: Path, *arguments: str) -> str:
    """Run git under an invented identity and return what it prints."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", folder, *identity, *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


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
        """Return the versions of the checkout."""
        return History(self.root)

    @cached_property
    def home(self) -> Home:
        """Return the checkout as the home of its template."""
        return Home(project_url(), self.history)

    def revision(self, version: str) -> Revision:
        """Return a version."""
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
            timeout=COMMAND_SECONDS,
        )

    def copier(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run plain Copier, with a cache of its own."""
        cache = {"XDG_CACHE_HOME": str(self.root.parent / "copier-cache")}
        return subprocess.run(
            [sys.executable, "-m", "copier", *arguments],
            cwd=cwd,
            env={**os.environ, **self.environment, **cache},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
        )


def make_lineage(folder: Path) -> Lineage:
    """Make a checkout with the versions 0.1.0, 0.2.0 and 0.3.0."""
    root = folder / "checkout"
    root.mkdir()
    for name in ("copier.yml", "templates"):
        subprocess.run(["cp", "-r", goldens.ROOT / name, root], check=True)
    (root / "scaffold").symlink_to(goldens.ROOT / "scaffold")
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / ".git/info/exclude").write_text("/scaffold\n/releases.yml\n")
    records = []
    for version, change in zip(VERSIONS, (first, second, third), strict=True):
        change(root)
        git(root, "add", "--all", "--force", "copier.yml", "templates")
        git(root, "commit", "--quiet", "--message", version)
        git(root, "tag", f"v{version}")
        records.append(f"- version: {version}\n  commit: {git(root, 'rev-parse', 'HEAD')}\n  date: 2026-01-01\n")
    (root / "releases.yml").write_text("".join(records))
    return Lineage(root)


def edit(file: Path, pattern: str, replacement: str) -> None:
    """Replace the first match of a pattern in a file, which must have one."""
    text = file.read_text()
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1, f"{file.name} has no {pattern}"
    file.write_text(changed)


BASE = "{{ kustomize }}/deploy/base"
DEPLOYMENT = "{{ parts }}/objects/deployment.jinja"
"""Paths of the skeleton."""


def first(root: Path) -> None:
    """Leave the template as it is."""


def second(root: Path) -> None:
    """A number changes, a file comes, one is renamed, a question comes, one gets another name."""
    skeleton, questions = root / SKELETON, root / QUESTIONS
    edit(skeleton / DEPLOYMENT, r"revisionHistoryLimit: \d+", "revisionHistoryLimit: 10")
    edit(skeleton / BASE / "kustomization.yaml.jinja", r"\A", "# Read the overlays first.\n")
    edit(skeleton / ".editorconfig.jinja", r"^charset = .*$", "charset = utf-8\nmax_line_length = 100")
    (skeleton / BASE / "logging.env.jinja").write_text("LOG_LEVEL={{ log_level }}\n")
    edit(skeleton / "{{ shared }}/.pre-commit-config.yaml.jinja", "name: make lint in", "name: lint of")
    edit(skeleton / "{{ shared }}/renovate.json.jinja", '"pre-commit": ', '"timezone": "UTC",\n  "pre-commit": ')
    workflow = skeleton / "{{ github }}/{{ at_top }}/.github/workflows/{{ workflow }}.yml.jinja"
    edit(workflow, "working-directory: ", "working-directory: ./")
    (skeleton / "scripts").mkdir()
    (skeleton / "scripts/check.sh").write_text("#!/bin/sh\nexec make check\n")
    (skeleton / "scripts/check.sh").chmod(0o755)
    (skeleton / "logo.bin").write_bytes(bytes(range(256)) * 4)
    (skeleton / ".yamllint.yaml.jinja").rename(skeleton / ".yamllint.yml.jinja")
    edit(questions / "identity.yml", r"^owner:$", "team:")
    edit(
        questions / "identity.yml",
        r"  default: example-org/platform",
        "  default: \"{{ owner | default('example-org/platform') }}\"",
    )
    edit(questions / "identity.yml", r'pattern\("owner", owner,', 'pattern("team", team,')
    edit(
        questions / "identity.yml",
        r"^kubernetes_namespace:$",
        "owner: {type: str, when: false, default: '{{ team }}'}\n\nkubernetes_namespace:",
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
    edit(skeleton / DEPLOYMENT, r"minReadySeconds: ", "minReadySeconds:  ")
    edit(skeleton / ".editorconfig.jinja", r"max_line_length = 100", "max_line_length = 120")
    (skeleton / BASE / "logging.env.jinja").unlink()
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
    """Return the answers of an example, as far as a version asks for them."""
    raw = read_answers(goldens.ROOT / "examples" / f"{example}.yml")
    questionnaire = editions.questionnaire(revision, raw)
    known = {question.name for question in questionnaire.template.asked}
    return questionnaire.resolve({key: value for key, value in raw.items() if key in known})


def write(folder: Path, rendered: Rendered) -> None:
    """Write what a version gives into a folder."""
    files = [
        RenderedFile(path, rendered.contents[path], blob.mode == "100755") for path, blob in rendered.blobs.items()
    ]
    write_files(folder, files)


def commit(folder: Path, message: str = "edits") -> str:
    """Commit all that is there and return the tree's id."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD^{tree}")


def start(folder: Path, rendered: Rendered) -> Path:
    """Make a repository with a service in its first commit."""
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
        """Write more at the end of a file."""
        with (self.root / path).open("a") as file:
            file.write(text)

    def commit(self, message: str = "change") -> str:
        """Commit all that is there and return the commit's id."""
        git(self.root, "add", "--all", "--force")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.root, "rev-parse", "HEAD")

    def release(self, version: str, *changes: str) -> str:
        """Commit what is there with the changes' entries, record that commit in one of its own, and tag it."""
        for change in changes:
            self.append("templates/service/changes.yml", CHANGE.format(id=change, version=version))
        commit = self.commit(f"Release {version}")
        self.append("releases.yml", RECORD.format(version=version, commit=commit))
        self.commit(f"Record {version}")
        git(self.root, "tag", f"v{version}", commit)
        return commit
