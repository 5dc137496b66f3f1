"""What holds of every update, whatever the service and its edits."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.git.objects import Blob
from scaffold.git.repository import locate
from scaffold.releases import History
from scaffold.releases.editions import Editions
from scaffold.releases.home import project_url
from scaffold.update.crossing import Service, prepare, read_service
from scaffold.update.plan import Plan, plan
from tests.support import goldens
from tests.support.lineage import Lineage, commit, start
from tests.update.edits import edit_at_random

EXAMPLES = st.sampled_from(goldens.NAMES)
SEEDS = st.integers(0, 2**32)
laws = settings(max_examples=12, suppress_health_check=list(HealthCheck))


def planned(editions: Editions, service: Service, old: str, new: str, lineage: Lineage) -> Plan:
    return plan(editions, prepare(editions, service, lineage.revision(old), lineage.revision(new)))


def service_in(folder: Path) -> Service:
    repository, prefix = locate(folder)
    return read_service(repository, "HEAD", prefix)


def tree(one: Plan) -> dict[str, Blob]:
    return one.crossing.service.repository.tree(one.tree)


@pytest.mark.parametrize("example", goldens.NAMES)
@pytest.mark.parametrize("new", ["0.2.0", "0.3.0"])
def test_an_unedited_service_becomes_the_fresh_render(example: str, new: str, lineage, editions, generated) -> None:
    service = service_in(generated(example))
    given = planned(editions, service, "0.1.0", new, lineage)
    fresh = editions.rendered(lineage.revision(new), given.crossing.new_answers, project_url(), "sha1")
    assert tree(given) == fresh.blobs
    assert not given.conflicts
    assert (
        fresh.blobs
        != editions.rendered(lineage.revision("0.1.0"), given.crossing.new_answers, project_url(), "sha1").blobs
    )


def test_a_renamed_question_keeps_its_answer(lineage, editions, generated) -> None:
    given = planned(editions, service_in(generated("frontend")), "0.1.0", "0.2.0", lineage)
    assert given.crossing.new_answers.asked["team"] == "example-org/web"
    assert "owner" not in given.crossing.new_answers.asked


@laws
@given(example=EXAMPLES, seed=SEEDS)
def test_without_a_change_of_the_template_nothing_changes(
    example: str, seed: int, lineage, editions, generated
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = edited(generated(example), Path(name), seed)
        service = service_in(folder)
        assert planned(editions, service, "0.1.0", "0.1.0", lineage).tree == service.tree


@laws
@given(example=EXAMPLES, seed=SEEDS)
def test_edits_outside_changed_files_survive_byte_for_byte(
    example: str, seed: int, lineage, editions, generated
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = edited(generated(example), Path(name), seed)
        service = service_in(folder)
        one = planned(editions, service, "0.1.0", "0.3.0", lineage)
        before, after = one.before.blobs, one.after.blobs
        ours, result = service.repository.tree(service.commit), tree(one)
        kept = {path for path in ours if before.get(path) == after.get(path)}
        assert len(kept) > 20
        assert {path: result.get(path) for path in kept} == {path: ours[path] for path in kept}


@laws
@given(example=EXAMPLES, seed=SEEDS)
def test_two_steps_are_one(example: str, seed: int, lineage, editions, generated) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = edited(generated(example), Path(name), seed)
        service = service_in(folder)
        at_once = planned(editions, service, "0.1.0", "0.3.0", lineage)
        first = planned(editions, service, "0.1.0", "0.2.0", lineage)
        if first.conflicts or at_once.conflicts:
            return
        somebody = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        made = service.repository.git(*somebody, "commit-tree", first.tree, "-m", "step").decode().strip()
        second = planned(editions, read_service(service.repository, made, ""), "0.2.0", "0.3.0", lineage)
        assert not second.conflicts
        assert second.tree == at_once.tree


def edited(generated: Path, folder: Path, seed: int) -> Path:
    copy = Path(shutil.copytree(generated, folder / "service", symlinks=True))
    edit_at_random(copy, random.Random(seed))
    commit(copy)
    return copy


def test_from_an_older_commit_of_this_repository(tmp_path: Path) -> None:
    """Two real versions: the template as this repository had it once, and as it is in the last commit."""
    old, new = history()
    here = History(goldens.ROOT)
    editions, versions = Editions(here), (here.resolve(old), here.resolve(new))
    answers = editions.questionnaire(versions[0]).resolve({"name": "payments", "language": "go"})
    service = service_in(start(tmp_path / "s", editions.rendered(versions[0], answers, project_url(), "sha1")))
    given = plan(editions, prepare(editions, service, *versions))
    fresh = editions.rendered(versions[1], given.crossing.new_answers, project_url(), "sha1")
    assert not given.conflicts and tree(given) == fresh.blobs
    assert fresh.blobs != given.before.blobs


def history() -> tuple[str, str]:
    """Return two commits whose templates differ, or skip where the history is not here (a shallow clone)."""
    commits = subprocess.run(
        ["git", "log", "--format=%H", "--max-count=12", "--", "templates"],
        cwd=goldens.ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if len(commits) < 8:
        pytest.skip("this clone is shallow, or no repository")
    return commits[7], commits[0]
