"""Adopting writes all or nothing: on a branch, as a commit, and back again; afterwards the service is one like others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from scaffold.adopt.effects import Effects
from scaffold.adopt.plan import AdoptPlan
from scaffold.adopt.proposal import Proposal
from scaffold.adopt.run import Adopted, Request, adopt
from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.errors import ScaffoldError, ServiceError
from scaffold.update import run as updates
from scaffold.update.thrown_away import THROWN_AWAY
from tests.adopt.conftest import FILES, MANIFESTS, OBJECTS, proposal
from workshop.history import commit, edit, git, tree_of

DEPLOYMENT = "deploy/base/deployment.yaml"


@pytest.fixture
def adopted(lineage) -> Callable[..., Adopted]:
    def run(top: Path, read: Proposal | None = None, **wanted: object) -> Adopted:
        found = proposal() if read is None else read
        request = Request(**{"home": lineage.home, "to": "0.1.0", **wanted})  # type: ignore[arg-type]
        return adopt(top / found.prefix, request, lambda _top, _prefix: found)

    return run


def state(top: Path) -> tuple[str, ...]:
    return (*(git(top, *words) for words in (("status", "--porcelain"), ("rev-parse", "HEAD"))), tree_of(top))


def test_it_is_staged_and_taken_back(make, adopted) -> None:
    top = make()
    before = state(top)
    done = adopted(top)
    assert done.applied and done.commit is None
    assert not (top / MANIFESTS).exists() and (top / DEPLOYMENT).is_file()
    assert git(top, "write-tree") == tree_of(top) == done.plan.new_tree.tree
    edit(top / DEPLOYMENT, "replicas: 2", "replicas: 9")
    updates.take_back(top)
    assert state(top) == before and (top / MANIFESTS).read_text() == OBJECTS
    assert "replicas: 9" in git(top, "show", f"{THROWN_AWAY}:{DEPLOYMENT}")
    assert git(top, "log", "-1", "--format=%s", THROWN_AWAY) == "scaffold adopt --abort: v0.1.0"


def test_update_abort_names_what_it_takes_back(make, adopted, lineage) -> None:
    top = make()
    adopted(top)
    done = lineage.scaffold("update", "--abort", cwd=top)
    assert done.returncode == 0 and "Adoption undone: " in done.stderr
    assert not (top / ANSWERS).exists()


def test_on_a_branch_as_a_commit(make, adopted) -> None:
    top = make()
    done = adopted(top, branch="adopt-orders", commit=True)
    assert git(top, "rev-parse", "HEAD") == done.commit and git(top, "status", "--porcelain") == ""
    assert git(top, "branch", "--show-current") == "adopt-orders"
    assert "scaffold adopt: moving to adopt-orders" in git(top, "reflog")
    message = git(top, "log", "-1", "--format=%B")
    assert message.startswith("Adopt orders with template v0.1.0\n\nThe template's files replace:\n- k8s/all.yaml\n")
    assert "\n- image_user: 10101" in message
    assert git(top, "log", "-1", "--format=%s", "main") == "as it was"
    with pytest.raises(ServiceError, match=r"adoption by v0\.1\.0 is already committed; undo it with git revert"):
        updates.take_back(top)


def test_afterwards_it_is_updated_and_the_team_s_files_stay(make, adopted, lineage) -> None:
    top = make()
    adopted(top, commit=True)
    updates.update(top, updates.Request(lineage.home, "0.2.0", commit=True))
    assert yaml.safe_load((top / ANSWERS).read_text())["_commit"] == "v0.2.0"
    assert "revisionHistoryLimit: 10" in (top / DEPLOYMENT).read_text()
    assert all((top / path).read_text() == FILES[path] for path in ("Makefile", "Dockerfile", "app.rb"))
    assert (top / ".gitignore").read_text().startswith(FILES[".gitignore"])


def test_in_a_folder_of_a_monorepo(make, adopted) -> None:
    files = {f"/services/orders/{path}": text for path, text in FILES.items()}
    top = make({**files, "/CODEOWNERS": "* @example-org/all\n", "/other/open": "b\n"})
    (top / "other/open").write_text("an edit that is not committed\n")
    before = state(top)
    done = adopted(top, proposal("services/orders/"))
    assert (top / "services/orders" / DEPLOYMENT).is_file() and "# begin" in (top / "CODEOWNERS").read_text()
    assert done.effects.objects["production"], "objects are built in the folder"
    updates.take_back(top / "services/orders")
    assert state(top) == before


def test_a_dry_run_writes_nothing(make, adopted, lineage) -> None:
    top = make()
    before = state(top), sorted(top.rglob("*"))
    seen: list[tuple[AdoptPlan, Effects]] = []
    request = Request(lineage.home, to="0.1.0", dry_run=True)
    done = adopt(top, request, lambda _top, _prefix: proposal(), lambda *each: seen.append(each))
    assert not done.applied and seen == [(done.plan, done.effects)]
    assert before == (state(top), sorted(top.rglob("*")))


def uncommitted(top: Path) -> None:
    (top / MANIFESTS).write_text(OBJECTS + "# later\n")


def in_the_way(top: Path) -> None:
    (top / "RUNBOOK.md").write_text("not in git\n")


def merging(top: Path) -> None:
    (top / ".git/MERGE_HEAD").write_text(git(top, "rev-parse", "HEAD"))


def a_service(top: Path) -> None:
    (top / ANSWERS).write_text("_commit: v1\n")
    commit(top)


def a_branch(top: Path) -> None:
    git(top, "branch", "taken")


def no_repository(top: Path) -> None:
    shutil.rmtree(top / ".git")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (uncommitted, "1 file is changed and not committed"),
        (in_the_way, "RUNBOOK.md is not in git, and would be overwritten; move or commit it"),
        (merging, "a merge is not finished"),
        (a_service, "the service has a template already"),
        (a_branch, "the branch taken already exists"),
        (no_repository, "is not a git repository"),
    ],
)
def test_refused(prepare: Callable[[Path], None], message: str, make, adopted) -> None:
    top = make()
    prepare(top)
    before = {path: path.read_bytes() for path in top.rglob("*") if path.is_file() and ".git/" not in str(path)}
    with pytest.raises(ScaffoldError, match=message):
        adopted(top, branch="taken")
    assert before == {path: path.read_bytes() for path in top.rglob("*") if path.is_file() and ".git/" not in str(path)}


def test_objects_outside_the_folder_must_be_committed(make, adopted) -> None:
    """Their files go, too, so an edit of them would be lost."""
    top = make({"services/orders/app.rb": "puts 1\n", MANIFESTS: OBJECTS})
    uncommitted(top)
    read = proposal("services/orders/")
    outside = Proposal(read.prefix, read.answers, proposal().builds)
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(k8s/all.yaml\)"):
        adopted(top, outside)
    git(top, "checkout", "-q", ".")
    assert adopted(top, outside).applied and not (top / MANIFESTS).exists()


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_object_that_must_be_deleted_is_refused(dry_run: bool, make, adopted) -> None:
    text = OBJECTS.replace("app.kubernetes.io/name: orders, app.kubernetes.io/component: serve", "app: orders")
    top = make({**FILES, MANIFESTS: text})
    before = state(top)
    expected = "Deployment orders in production would have to be deleted: a cluster never changes spec.selector.match"
    with pytest.raises(ServiceError, match=expected):
        adopted(top, proposal(text=text), dry_run=dry_run)
    assert state(top) == before
