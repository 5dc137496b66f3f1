"""What adopting would do to a repository's files: each of the team's stays, unless only the old objects needed it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from scaffold.adopt.plan import AdoptPlan, plan
from scaffold.adopt.proposal import Proposal
from scaffold.adopt.united import united
from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.errors import AnswerError, ScaffoldError, ServiceError
from scaffold.git.repository import locate
from scaffold.releases.home import project_url
from tests.adopt.conftest import FILES, MANIFESTS, proposal
from workshop.history import git

DEPLOYMENT = "deploy/base/deployment.yaml"


@pytest.fixture
def planned(lineage, editions):
    def run(top: Path, read: Proposal, **given: object) -> AdoptPlan:
        with closing(locate(top)[0]) as repository:
            return plan(editions, repository, read, lineage.revision("0.1.0"), project_url(), given=given)

    return run


def files_in(top: Path, made: AdoptPlan) -> dict[str, str]:
    paths = git(top, "ls-tree", "-r", "--name-only", made.new_tree.tree).splitlines()
    return {path: git(top, "show", f"{made.new_tree.tree}:{path}") for path in paths}


def test_theirs_stays_and_ours_comes(make, planned) -> None:
    top = make()
    before = git(top, "status", "--porcelain"), git(top, "rev-parse", "HEAD")
    made = planned(top, proposal())
    files = files_in(top, made)
    assert made.removed == {MANIFESTS} and MANIFESTS not in files
    assert made.kept == ("Makefile",), "of two Makefiles, the team's stays"
    assert files["Makefile"] == FILES["Makefile"].strip() and files["app.rb"] == "puts 1"
    assert "replicas: 2" in files[DEPLOYMENT] and DEPLOYMENT in made.written
    assert files[".gitignore"].splitlines() == ["/log/", ".env", "# Output of `make`", "/build/"]
    assert {line.path for line in made.lines} == made.written.keys() | made.removed
    assert before == (git(top, "status", "--porcelain"), git(top, "rev-parse", "HEAD")), "it only looks"


def test_what_was_read_counts_as_given(make, planned) -> None:
    """An answer that is the default by chance must not follow the default of a later version."""
    top = make()
    answers = yaml.safe_load(files_in(top, planned(top, proposal(replicas=2)))[ANSWERS])
    assert {"name", "code", "replicas"} <= set(answers["answered"])
    assert (answers["_commit"], answers["_src_path"]) == ("v0.1.0", project_url())


def test_a_given_answer_replaces_a_proposed_one(make, planned) -> None:
    made = planned(make(), proposal(replicas=4), replicas=3)
    assert made.answers.asked["replicas"] == 3


def test_an_answer_without_a_question_is_named(make, planned) -> None:
    made = planned(make(), proposal(log_level="debug"))  # a question of a later version
    assert made.unasked == ("log_level",)


def test_a_file_of_the_old_objects_gives_way_at_the_same_path(make, planned) -> None:
    top = make({**FILES, DEPLOYMENT: "kind: Deployment\n", "deploy/notes.txt": "ours\n"})
    read = proposal()
    builds = (replace(read.builds[0], files=frozenset({DEPLOYMENT, "not/in/git.yaml"})),)
    made = planned(top, replace(read, builds=builds))
    files = files_in(top, made)
    assert "replicas: 2" in files[DEPLOYMENT] and not made.removed
    assert files["deploy/notes.txt"] == "ours" and MANIFESTS in files


def test_in_a_folder_of_a_monorepo(make, planned) -> None:
    shared = {"/CODEOWNERS": "* @example-org/all\n", "/.github/workflows/ci.yml": "on: push\n", "/other/a": "b\n"}
    top = make({**FILES, **shared}, "services/orders/")
    made = planned(top, proposal("services/orders/"))
    files = files_in(top, made)
    assert files["CODEOWNERS"].startswith("* @example-org/all\n# begin ")
    assert files[".github/workflows/ci.yml"] == "on: push" and files["other/a"] == "b"
    assert ".github/workflows/orders.yml" in made.written
    assert yaml.safe_load(files[f"services/orders/{ANSWERS}"])["folder"] == "services/orders"
    assert made.removed == {f"services/orders/{MANIFESTS}"} and "/build/" in files["services/orders/.gitignore"]


REFUSED = {
    "a service already": ({ANSWERS: "_commit: v1\n"}, {}, ServiceError, "has a template already.*scaffold update"),
    "a file where a folder must be": ({"deploy": "x\n"}, {}, ServiceError, "deploy is a file.*folder there"),
    "a folder where a file must be": ({"RUNBOOK.md/a": "x\n"}, {}, ServiceError, "RUNBOOK.md is a folder.*file there"),
    "a wrong answer": (
        {},
        {"replicas": 0},
        AnswerError,
        r"v0.1.0: .*It was read from k8s/all.yaml:3\. Change it with --data replicas=VALUE",
    ),
    "another folder": ({}, {}, AnswerError, "folder must be the service's own, not .*folder=services/orders"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, make, planned) -> None:
    files, answers, error, message = REFUSED[case]
    prefix = "services/orders/" if case == "another folder" else ""
    top = make({**FILES, **files}, prefix)
    with pytest.raises(error, match=message):
        planned(top, proposal(prefix, **answers), **({"folder": "elsewhere"} if prefix else {}))


def test_a_repository_without_a_commit(tmp_path: Path, planned) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(ScaffoldError, match="no commit yet"):
        planned(tmp_path, proposal())


@pytest.mark.parametrize(
    ("theirs", "both"),
    [
        (b"a\r\nb", b"a\r\nb\r\n# new\r\nc\r\n"),
        (b"b\nc\n", b"b\nc\n# old\na\n"),
        (b"c\n a \nb\n", b"c\n a \nb\n"),
        (b"", b"# old\na\nb\n# new\nc\n"),
    ],
)
def test_united(theirs: bytes, both: bytes) -> None:
    assert united(theirs, b"# old\na\n\nb\n# new\nc\n") == both
