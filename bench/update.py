"""What `scaffold update` costs."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.measure import PYTHON, medians, processor_seconds, seconds
from scaffold.engine.answers_file import NAME as FILE
from scaffold.git.environment import clean_environment
from scaffold.git.objects import Blob
from scaffold.git.repository import locate
from scaffold.releases import Revision
from scaffold.releases.editions import Editions, Rendered
from scaffold.releases.home import project_url
from scaffold.update.crossing import prepare, read_service
from scaffold.update.plan import plan
from scaffold.update.scratch import Commit, Scratch
from tests.update.edits import edit_at_random
from workshop import history as lines
from workshop.history import Lineage, git, make_lineage

OLD, NEW = "0.1.0", "0.2.0"
EXAMPLES = ("defaults", "everything-go", "everything-python", "frontend", "frontend-java", "mail", "weather")


def update_against_copier(folder: Path) -> tuple[str, float, float]:
    """Compare `scaffold update` with `copier update` of the same service, each a process of its own."""
    (folder / "one").mkdir()
    lineage = make_lineage(folder / "one")
    editions = Editions(lineage.history)
    pristine = lines.start(folder / "pristine", _rendered(editions, lineage.revision(OLD), "frontend", "frontend"))
    edit_at_random(pristine, random.Random(1))
    lines.commit(pristine)

    def timed(*command: str) -> float:
        service = Path(shutil.copytree(pristine, folder / "service", symlinks=True))
        environment = {**os.environ, **lineage.environment, "XDG_CACHE_HOME": str(folder / "cache")}
        used = seconds([PYTHON, "-m", *command], service, environment)
        shutil.rmtree(service)
        return used

    mine, theirs = medians(
        5,
        lambda _: timed("scaffold", "update", "--to", NEW),
        lambda _: timed("copier", "update", "--defaults", "--quiet", "--vcs-ref", f"v{NEW}"),
    )
    return "scaffold update / copier update", mine / theirs, 0.2


def hundred_against_git(folder: Path) -> tuple[str, float, float]:
    """Compare a hundred updates in one process with what git takes for their merges, commits and refs alone.

    The services have seven sets of answers and edits of their own; each is a bare repository, as a fleet is updated.
    """
    return (
        "100 updates / git's own part of them",
        _hundred(folder, lambda number: f"service-{number % len(EXAMPLES)}"),
        4.5,
    )


def hundred_names_against_git(folder: Path) -> tuple[str, float, float]:
    """Compare the same where each service has a name, so answers, of its own: nothing is rendered twice."""
    return (
        "100 updates of 100 names / git's own part",
        _hundred(folder / "names", lambda number: f"service-{number}"),
        16,
    )


def _hundred(folder: Path, name_of: Callable[[int], str]) -> float:
    folder.mkdir(exist_ok=True)
    (folder / "hundred").mkdir()
    lineage = make_lineage(folder / "hundred")
    editions = Editions(lineage.history)
    services = [
        _service(folder / f"service-{number}", name_of(number), number, example, lineage, editions)
        for number, example in zip(range(100), itertools.cycle(EXAMPLES))
    ]
    began = processor_seconds()
    trees = _update_all(services, Editions(lineage.history), lineage)
    mine = processor_seconds() - began
    began = processor_seconds()
    for service, tree in zip(services, trees, strict=True):
        done = _git(service, "merge-tree", "--write-tree", "main", "theirs", check=False)
        assert done.split("\n")[0] == tree, service  # they did the same work
        made = _git(service, "commit-tree", tree, "-p", "HEAD", "-m", "update")
        _git(service, "update-ref", "refs/heads/update-by-git", made)
    return mine / (processor_seconds() - began)


def _update_all(services: Sequence[Path], editions: Editions, lineage: Lineage) -> list[str]:
    versions = lineage.revision(OLD), lineage.revision(NEW)
    trees = []
    for folder in services:
        repository, prefix = locate(folder)
        service = read_service(repository, "HEAD", prefix)
        made = plan(editions, prepare(editions, service, *versions))
        commit = repository.git("commit-tree", made.tree, "-p", "HEAD", "-m", "update").decode().strip()
        repository.git("update-ref", "refs/heads/update", commit)
        trees.append(made.tree)
        repository.close()
    return trees


def _service(folder: Path, name: str, seed: int, example: str, lineage: Lineage, editions: Editions) -> Path:
    """Make a bare repository with the template's two versions of a service, and the edited service as main.

    The newer version has the answers that an update gives it: those that were given, and defaults that follow.
    """
    old = _rendered(editions, lineage.revision(OLD), example, name)
    chance = random.Random(seed)
    edited = dict(old.contents)
    for path in chance.sample(sorted(set(edited) - {FILE}), k=5):
        edited[path] += b"edited\n"
    edited |= {f"own-{number}.txt": chance.randbytes(1000) for number in range(10)}
    blobs = {path: Blob("100644", "") for path in edited} | dict(old.blobs)
    git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    (folder / "work").mkdir()  # where a scratch repository's git runs
    scratch = Scratch(folder, clean_environment(GIT_DIR=folder))
    base = Commit("refs/heads/base", None, old.blobs, old.contents)
    scratch.import_([base, Commit("refs/heads/main", None, blobs, edited)])
    new = _updated(editions, folder, lineage)
    scratch.import_([base, Commit("refs/heads/theirs", None, new.blobs, new.contents)])
    return folder


def _rendered(editions: Editions, revision: Revision, example: str, name: str) -> Rendered:
    found = lines.answers_of(editions, revision, example)
    answers = {**{each: found.asked[each] for each in found.given}, "name": name}
    return editions.rendered(revision, editions.resolve(revision, answers), project_url(), "sha1")


def _updated(editions: Editions, folder: Path, lineage: Lineage) -> Rendered:
    """Return the newer version of the service that is the main branch of a repository."""
    repository, prefix = locate(folder)
    service = read_service(repository, "HEAD", prefix)
    new = lineage.revision(NEW)
    answers = prepare(editions, service, lineage.revision(OLD), new).new_answers
    repository.close()
    return editions.rendered(new, answers, project_url(), "sha1")


def _git(folder: Path, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=check)
    return done.stdout.strip()


MEASURES = (update_against_copier, hundred_against_git, hundred_names_against_git)
