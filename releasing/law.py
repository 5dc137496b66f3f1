"""The law of a release: every example of the previous one updates to exactly what the new version gives afresh.

Plain Copier updates, as the judge; the engine of this project is held to the same by its own tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from scaffold import git, releases
from scaffold.answers import Questionnaire
from scaffold.errors import ScaffoldError, TemplateError
from scaffold.jinja import Renderer
from scaffold.origin import project_url
from scaffold.render import Origin, RenderedFile, render
from scaffold.template import Template
from scaffold.write import write_files

Files = Mapping[str, tuple[bytes, bool]]
"""Path to bytes and whether it is executable."""


@dataclass(frozen=True)
class Engine:
    """What renders one version."""

    template: Template
    renderer: Renderer
    origin: Origin

    def files(self, answers: Mapping[str, Any]) -> list[RenderedFile]:
        """Return a service's files for the answers."""
        resolved = Questionnaire(self.template, self.renderer).resolve(answers)
        return render(self.template, self.renderer, resolved, self.origin)


def check_updates(root: Path, old: str, new: str) -> int:
    """Update every example of the release `old` to `new`, both recorded in `root`; return how many there are.

    Raises:
        TemplateError: for the first one that does not come out as the new version gives it.
    """
    before, after = _engine(root, old), _engine(root, new)
    examples = _examples(root, old)
    with tempfile.TemporaryDirectory(prefix="scaffold-law-") as folder:
        source = Path(folder) / "template"
        source.mkdir()
        for engine in (before, after):
            _commit_version(source, engine)
        check = partial(_check, before, after, source)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda name: check(Path(folder) / name, examples[name]), examples))
    return len(examples)


def _engine(root: Path, version: str) -> Engine:
    template = releases.template_at(version, root)
    origin = Origin(project_url(), releases.resolve(version, root).name)
    return Engine(template, Renderer(template.root, template.settings), origin)


def _commit_version(source: Path, engine: Engine) -> None:
    """Commit and tag a version's files alone: Copier checks the whole template out thrice for one update."""
    for old in source.iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(engine.template.root, source, dirs_exist_ok=True)
    git.commit_all(source, str(engine.origin.version))
    git.run(source, "tag", str(engine.origin.version))


def _examples(root: Path, version: str) -> dict[str, Any]:
    """Return the answers of each example as the release had it."""
    commit = releases.resolve(version, root).commit
    names = git.read(root / ".git", "ls-tree", "--name-only", commit, "examples/").decode().split()
    paths = [name for name in names if name.endswith(".yml")]
    return {Path(path).stem: yaml.safe_load(git.read(root / ".git", "show", f"{commit}:{path}")) for path in paths}


def _check(before: Engine, after: Engine, source: Path, folder: Path, answers: Mapping[str, Any]) -> None:
    folder.mkdir()
    write_files(folder, before.files(answers))
    git.commit_all(folder, "as the old version gave it")
    _copier_update(folder, source, after.origin)
    updated = _files(folder)
    kept = yaml.safe_load(updated[after.template.answers_file][0])
    asked = {key: value for key, value in kept.items() if not key.startswith("_")}
    fresh = {file.path: (file.content, file.executable) for file in after.files(asked)}
    _compare(folder.name, updated, fresh)


def _copier_update(folder: Path, source: Path, origin: Origin) -> None:
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{source}.insteadOf",
        "GIT_CONFIG_VALUE_0": origin.source,
        "COPIER_CACHE_DIR": str(folder.with_suffix(".cache")),
    }
    command = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults", "--vcs-ref", str(origin.version)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TemplateError(f"{folder.name} can't be updated: {done.stderr.strip()[-2000:]}")


def _files(folder: Path) -> Files:
    paths = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts]
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100)) for path in paths
    }


def _compare(name: str, updated: Files, fresh: Files) -> None:
    wrong = sorted(path for path in {*updated, *fresh} if updated.get(path) != fresh.get(path))
    if wrong:
        raise TemplateError(
            f"{name}, updated, is not what the new version gives afresh: {', '.join(wrong[:8])}"
            f"{' …' if len(wrong) > 8 else ''}."
        )


if __name__ == "__main__":
    try:
        print(check_updates(Path.cwd(), sys.argv[1], sys.argv[2]), "examples")
    except ScaffoldError as error:
        sys.exit(f"error: {error}")
