"""What the commands work on: a template of a few files with two versions, services made of it, manifests, images."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffold.releases.home import project_url
from tests.faults.injector import Ended, Injector
from tests.support.registry import Request, Response, digest_of, serving
from workshop import goldens

NAME = "service"
_SETTINGS = """\
_subdirectory: templates/service/skeleton
_templates_suffix: .jinja
_answers_file: .copier-answers.yml
---
name: {type: str, help: Name of the service, default: service, example: service}
"""
_ANSWERS = "{{ _copier_answers | to_nice_yaml(indent=2) -}}\n"
_FIRST = {
    "{{ _copier_conf.answers_file }}.jinja": _ANSWERS,
    "README.md.jinja": "# {{ name }}\n\nMade by a template.\n\nThe end.\n",
    "deploy/base/limits.yaml": "cpu: 1\nmemory: 2\n",
    "scripts/old.sh": "#!/bin/sh\n",
}
_SECOND = {
    "README.md.jinja": "# {{ name }}\n\nMade by a better template.\n\nThe end.\n",
    "deploy/base/limits.yaml": "cpu: 4\nmemory: 2\n",
    "deploy/overlays/dev/limits.yaml": "cpu: 1\n",
    "scripts/old.sh": None,
}
_JOB = """\
apiVersion: batch/v1
kind: {kind}
metadata:
  name: {name}
spec:
{indent}  template:
{indent}    spec:
{indent}      restartPolicy: Never
{indent}      containers:
{indent}        - name: main
{indent}          image: registry.example.com/job:1
"""
_CHANGE = """\
- {id: acme-one, version: unreleased, pattern: none, title: A title, why: A reason., check: Nothing., files: [own.txt]}
"""
_MANIFESTS = {
    "deploy/import.yaml": _JOB.format(kind="Job", name="import", indent=""),
    "deploy/export.yaml": _JOB.format(kind="Job", name="export", indent=""),
    "Dockerfile": "FROM registry.example.com/base:1\nUSER 1000\nCMD serve --port 80\n",
}
MANIFEST = b'{"schemaVersion":2}'
_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Worlds:
    """The template's checkout, and a folder for each world: `work` is what its commands work in."""

    top: Path

    @cached_property
    def injector(self) -> Injector:
        """Return what runs commands."""
        return Injector(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables of a command: scaffold's code with the small template, and the same commit ids always."""
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        who = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        when = {f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
        return {
            **kept, **who, **when,
            "PYTHONPATH": str(self.top / "template"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.top / "home"),
            "XDG_CACHE_HOME": str(self.top / "cache"),
            "GIT_TEMPLATE_DIR": str(self.top / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip

    def work(self, name: str) -> Path:
        return self.top / "worlds" / name / "work"

    def scaffold(self, *arguments: str, cwd: Path) -> Ended:
        """Run `scaffold` undisturbed."""
        return self.injector.run(arguments, 0, "look", folder=cwd.parent, cwd=cwd, env=self.environment)

    def git(self, *arguments: str, cwd: Path) -> str:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout


@contextmanager
def worlds(top: Path) -> Iterator[Worlds]:
    """Make all worlds in a folder; a registry on loopback answers while the block runs."""
    made = Worlds(top)
    (top / "home").mkdir(parents=True)
    _make_template(made)
    with serving(_registry) as server:
        for name, make in _MAKERS.items():
            made.work(name).mkdir(parents=True)
            make(made, made.work(name))
        _make_service(made, made.work("pin"), {
            "Dockerfile": f"FROM {server.host}/base:1\n",
            "deploy/import.yaml": _MANIFESTS["deploy/import.yaml"].replace("registry.example.com", server.host),
            "compose.yaml": f"services:\n  one:\n    image: {server.host}/one:1\n",
        })  # fmt: skip
        try:
            yield made
        finally:
            made.injector.close()


def _registry(request: Request) -> Response:
    headers = {"Content-Type": _MEDIA_TYPE, "Docker-Content-Digest": digest_of(MANIFEST)}
    return Response(200, MANIFEST, headers if "/manifests/" in request.path else {})


def _make_template(made: Worlds) -> None:
    root = made.top / "template"
    skeleton = root / "templates/service/skeleton"
    _write(
        root,
        {
            "copier.yml": _SETTINGS,
            "templates/service/changes.yml": "# none\n",
            ".gitignore": "/scaffold\n/releases.yml\n",
        },
    )
    made.git("init", "--quiet", "--initial-branch=main", cwd=root)
    (root / "scaffold").symlink_to(goldens.ROOT / "scaffold")
    records = []
    for version, files in (("0.1.0", _FIRST), ("0.2.0", _SECOND)):
        _write(skeleton, files)
        made.git("add", "--all", cwd=root)
        made.git("commit", "--quiet", "--message", version, cwd=root)
        commit = made.git("rev-parse", "HEAD", cwd=root).strip()
        records.append(f"- version: {version}\n  commit: {commit}\n  date: 2026-01-01\n")
    (root / "releases.yml").write_text("".join(records))


def _write(folder: Path, files: Mapping[str, str | None]) -> None:
    for path, content in files.items():
        if content is None:
            (folder / path).unlink()
            continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
        (folder / path).chmod(0o755 if path.endswith(".sh") else 0o644)


def _make_service(made: Worlds, work: Path, files: Mapping[str, str]) -> None:
    """Make a repository with these files, and what a user has beside them: a branch, ignored and untracked files."""
    service = work / NAME
    service.mkdir(parents=True, exist_ok=True)
    _write(service, {**files, "ours/kept.txt": "ours\n", ".gitignore": "*.env\n"})
    if not (service / ".git").exists():
        made.git("init", "--quiet", "--initial-branch=main", cwd=service)
    made.git("add", "--all", cwd=service)
    made.git("commit", "--quiet", "--message", "ours", cwd=service)
    made.git("branch", "feature", cwd=service)
    made.git("gc", "--quiet", cwd=service)
    _write(service, {"secret.env": "PASSWORD=1\n", "untracked.txt": "not yet added\n"})


def _generated(made: Worlds, work: Path) -> None:
    done = made.scaffold("new", NAME, "--defaults", "--vcs-ref", "0.1.0", "--template", project_url(), cwd=work)
    assert done.code == 0, done.output
    mine = {
        "README.md": "# service\n\nMade by a template.\n\nThe end, and more.\n",
        "deploy/base/limits.yaml": "cpu: 2\nmemory: 2\n",
    }
    _make_service(made, work, mine)


def _updated(made: Worlds, work: Path) -> None:
    _generated(made, work)
    done = made.scaffold("update", NAME, cwd=work)
    assert done.code == 8, done.output


def _occupied(made: Worlds, work: Path) -> None:
    _make_service(made, work, {"README.md": "# Mine\n", "scripts/own.sh": "#!/bin/sh\nexec true\n"})


def _checked(made: Worlds, work: Path) -> None:
    _make_service(made, work, {**_MANIFESTS, "known.json": '{"version": 1, "findings": []}\n'})


def _platform(made: Worlds, work: Path) -> None:
    """Make a platform's template on 0.1.0 of the template: an override, a file of its own, a default, a change."""
    platform = work / NAME
    commit = made.git("rev-parse", "HEAD^", cwd=made.top / "template").strip()
    _write(platform, {
        "scaffold-template.yml": f"name: acme\nurl: https://a.example\nbase: {{version: 0.1.0, commit: {commit}}}\n",
        "platform/files/own.txt": "own\n",
        "platform/questions.yml": "name: {default: shop}\n",
        "platform/changes.yml": _CHANGE,
    })  # fmt: skip
    for arguments in (("override", "README.md.jinja"), ("build",)):
        done = made.scaffold("template", *arguments, "-C", NAME, cwd=work)
        assert done.code == 0, done.output
    _write(platform, {"platform/files/README.md.jinja": _FIRST["README.md.jinja"] + "\nOurs.\n"})
    done = made.scaffold("template", "build", "-C", NAME, cwd=work)
    assert done.code == 0, done.output
    _make_service(made, work, {})
    (platform / "untracked.txt").unlink()


def _platform_to_build(made: Worlds, work: Path) -> None:
    _platform(made, work)
    _write(work / NAME, {
        "platform/remove.yml": "[scripts/old.sh]\n",
        "platform/questions.yml": "name: {default: store}\n",
        "platform/files/deep/own.sh": "#!/bin/sh\n",
    })  # fmt: skip


def _division(made: Worlds, work: Path) -> None:
    """Make a division's template on 1.0.0 of a platform's, which has 1.1.0 by now; both override the same file."""
    platform = made.top / "acme"
    _platform(made, platform)
    acme = platform / NAME
    made.git("tag", "1.0.0", cwd=acme)
    commit = made.git("rev-parse", "HEAD", cwd=acme).strip()
    done = made.scaffold("template", "pull", "-C", NAME, cwd=platform)
    assert done.code == 0, done.output
    made.git("add", "--all", cwd=acme)
    made.git("commit", "--quiet", "--message", "1.1.0", cwd=acme)
    made.git("tag", "1.1.0", cwd=acme)
    _write(work / NAME, {
        "scaffold-template.yml": (
            f"name: pay\nurl: https://p.example\nbase: {{version: 1.0.0, commit: {commit}, url: {acme}}}\n"
        ),
        "platform/files/pay.txt": "pay\n",
        "platform/changes.yml": _CHANGE.replace("acme-one", "pay-one"),
    })  # fmt: skip
    for arguments in (("override", "README.md.jinja"), ("build",)):
        done = made.scaffold("template", *arguments, "-C", NAME, cwd=work)
        assert done.code == 0, done.output
    readme = work / NAME / "platform/files/README.md.jinja"
    readme.write_text(readme.read_text() + "\nOf pay.\n")
    for arguments in (
        ("build",),
        ("pull", "--dry-run"),
    ):  # the second asks the platform's repository for the first time
        done = made.scaffold("template", *arguments, "-C", NAME, cwd=work)
        assert done.code == 0, done.output
    _make_service(made, work, {})
    (work / NAME / "untracked.txt").unlink()


def _division_to_build(made: Worlds, work: Path) -> None:
    shutil.copytree(made.work("division") / NAME, work / NAME, symlinks=True)
    _write(work / NAME, {"platform/remove.yml": "[scripts/old.sh]\n", "platform/files/deep/own.sh": "#!/bin/sh\n"})


def _warm(made: Worlds, work: Path) -> None:
    """Leave the folder empty, and the cache full."""
    done = made.scaffold("new", NAME, "--defaults", "--dry-run", cwd=work)
    assert done.code == 0, done.output


_MAKERS: Mapping[str, Callable[[Worlds, Path], None]] = {
    "empty": _warm,
    "occupied": _occupied,
    "generated": _generated,
    "updated": _updated,
    "checked": _checked,
    "platform": _platform,
    "platform to build": _platform_to_build,
    "division": _division,
    "division to build": _division_to_build,
}


def copied(source: Path, target: Path) -> Path:
    """Copy a world's folder, with times and links."""
    return Path(shutil.copytree(source, target, symlinks=True))
