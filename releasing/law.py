"""The law of a release: every example of the previous one updates to exactly what the new version gives afresh.

`scaffold update` does it for all, plain `copier update` for a few: both must come out there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from scaffold import git
from scaffold.errors import ScaffoldError, TemplateError
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases import History, Revision
from scaffold.releases.editions import Editions, Rendered, blob_id
from scaffold.releases.home import Home, project_url
from scaffold.update.crossing import Crossing
from scaffold.update.run import Request, update

BY_COPIER = 3
"""How many examples plain Copier updates, too; its tests show that both tools agree, and it takes seconds for each."""


def check_updates(root: Path, old: str, new: str) -> int:
    """Update every example of the release `old` to `new`, both recorded in `root`; return how many there are.

    Raises:
        TemplateError: for the first one that does not come out as the new version gives it.
    """
    history = History(root)
    home = Home(project_url(), history)
    editions = home.editions
    before, after = history.resolve(old), history.resolve(new)
    examples = _examples(root, before)
    judged = list(examples)[:: max(1, len(examples) // BY_COPIER)]
    with tempfile.TemporaryDirectory(prefix="scaffold-law-") as name:
        folder = Path(name)
        source = _copier_template(folder / "template", history, before, after)
        for example, answered in examples.items():
            given = editions.questionnaire(before).resolve(answered)
            service = _start(folder / example, editions.rendered(before, given, project_url(), "sha1"))
            twin = shutil.copytree(service, folder / f"{example}-copier") if example in judged else None
            crossing = update(service, Request(home, new)).plan.crossing
            forgotten = [each.name for each in crossing.answer_changes if each.why != "follows"]
            if forgotten:
                raise TemplateError(f"{example}: the update answers {forgotten[0]} otherwise than the service did.")
            fresh = editions.rendered(after, crossing.new_answers, project_url(), "sha1")
            _compare(f"{example}, updated by scaffold", service, fresh)
            if twin:
                _copier_update(twin, source, after)
                _compare(f"{example}, updated by Copier", twin, _as_copier(editions, crossing))
    return len(examples)


def _as_copier(editions: Editions, crossing: Crossing) -> Rendered:
    """Return the service with the answers that Copier takes: those of before, also where a default has changed."""
    asked = {question.name for question in editions.template(crossing.new).asked}
    earlier = crossing.service.remembered.answers
    answers = editions.resolve(crossing.new, {key: earlier[key] for key in earlier.keys() & asked}, earlier)
    answers = replace(answers, given=crossing.new_answers.given)
    return editions.rendered(crossing.new, answers, project_url(), "sha1")


def _examples(root: Path, release: Revision) -> dict[str, Any]:
    """Return the answers of each example as the release had it."""
    repository = root / ".git"
    names = git.read(repository, "ls-tree", "--name-only", release.commit, "examples/").decode().split()
    paths = [name for name in names if name.endswith(".yml")]
    return {Path(path).stem: yaml.safe_load(git.read(repository, "show", f"{release.commit}:{path}")) for path in paths}


def _start(folder: Path, rendered: Rendered) -> Path:
    folder.mkdir()
    modes = {path: blob.mode == "100755" for path, blob in rendered.blobs.items()}
    write_files(folder, [RenderedFile(path, rendered.contents[path], modes[path]) for path in modes])
    git.commit_all(folder, "as the old version gave it")
    return folder


def _copier_template(source: Path, history: History, *versions: Revision) -> Path:
    """Make a repository of the versions' template files alone: Copier checks all out thrice for one update."""
    source.mkdir()
    for version in versions:
        for old in source.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(history.template_at(version.commit).root, source, dirs_exist_ok=True)
        git.commit_all(source, version.name)
        git.run(source, "tag", version.name)
    return source


def _copier_update(folder: Path, source: Path, version: Revision) -> None:
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{source}.insteadOf",
        "GIT_CONFIG_VALUE_0": project_url(),
        "COPIER_CACHE_DIR": str(source.with_suffix(".cache")),
    }
    command = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults", "--vcs-ref", version.name]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TemplateError(f"{folder.name} can't be updated: {done.stderr.strip()[-2000:]}")


def _compare(what: str, folder: Path, fresh: Rendered) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts]
    updated = {path.relative_to(folder).as_posix(): _blob(path) for path in paths}
    expected = {path: (blob.mode, blob.id) for path, blob in fresh.blobs.items()}
    wrong = sorted(path for path in {*updated, *expected} if updated.get(path) != expected.get(path))
    if wrong:
        listed = f"{', '.join(wrong[:8])}{' …' if len(wrong) > 8 else ''}"
        raise TemplateError(f"{what}, is not what the new version gives afresh: {listed}.")


def _blob(path: Path) -> tuple[str, str]:
    return "100755" if path.stat().st_mode & 0o100 else "100644", blob_id(path.read_bytes(), "sha1")


if __name__ == "__main__":
    try:
        print(check_updates(Path.cwd(), sys.argv[1], sys.argv[2]), "examples")
    except ScaffoldError as error:
        sys.exit(f"error: {error}")
