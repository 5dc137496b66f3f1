"""Services in folders of one repository: what they have at its top is updated, and nothing else there changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scaffold.errors import AnswerError, ServiceError
from scaffold.update.run import take_back
from tests.support.answers import recorded_in
from workshop import goldens
from workshop.history import Lineage, commit, edit, git

pytestmark = pytest.mark.aside

HOOKS, OWNERS, WORKFLOW = ".pre-commit-config.yaml", "CODEOWNERS", ".github/workflows/mail.yml"
Repository = Callable[..., Path]


def new(lineage: Lineage, repository: Path, service: str, *more: str) -> None:
    options = ("--defaults", "--vcs-ref", "0.1.0", "--quiet", *more)
    done = lineage.scaffold("new", f"services/{service}", *options, cwd=repository)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def repository(lineage: Lineage, tmp_path: Path) -> Repository:
    """Make a repository with the two services of the golden at the first version, and files that were there before."""

    def make(ci: str = "github", files: Mapping[str, str] | None = None, **more: str) -> Path:
        top = tmp_path / "shop"
        top.mkdir()
        git(top, "init", "--quiet", "--initial-branch=main")
        for path, text in (files or {}).items():
            (top / path).write_text(text)
        for name, language in goldens.SERVICES.items():
            data = {"language": language, "ci": ci, **more}
            new(lineage, top, name, *(word for pair in data.items() for word in ("--data", "=".join(pair))))
        commit(top, "two services")
        return top

    return make


def at_top(repository: Path) -> dict[str, bytes]:
    found = goldens.files_of(repository)
    return {path: content for path, (content, _) in found.items() if not path.startswith("services/")}


@pytest.mark.parametrize("ci", goldens.CI_SYSTEMS)
def test_two_services_have_one_top(ci: str, repository: Repository) -> None:
    top = repository(ci)
    golden = {path: content for path, (content, _) in goldens.files_of(goldens.TOPS / ci).items()}
    assert at_top(top) == golden
    for name in goldens.SERVICES:
        inside = {path.name for path in (top / "services" / name).iterdir()}
        assert not inside & {".github", "top-of-repository", OWNERS, HOOKS, "renovate.json"}
        assert (".gitlab-ci.yml" in inside) == (ci == "gitlab")


def test_both_are_updated_and_the_team_s_lines_stay(repository: Repository, lineage: Lineage) -> None:
    top = repository(files={OWNERS: "/docs/ @example-org/writers", HOOKS: "repos:\n"})
    edit(top / OWNERS, r"\Z", "# Ours at the end\n* @example-org/all\n")
    edit(top / HOOKS, r"\Z", "  - {repo: local, hooks: [{id: ours, name: ours, entry: 'true', language: system}]}\n")
    edit(top / HOOKS, r"types: \[yaml\]", "types: [yaml]  # and ours")
    edit(top / WORKFLOW, r"run: make test", "run: make test  # and ours")
    commit(top)
    done = lineage.scaffold(
        "update", "services/mail", "services/orders", "--to", "0.2.0", "--branch", "next", "--commit", cwd=top
    )
    assert done.returncode == 0, done.stderr
    assert git(top, "status", "--porcelain") == ""
    first = git(top, "diff", "--name-only", "main", "next~1", "--", ".", ":!services/mail").splitlines()
    assert first == [WORKFLOW, HOOKS, "renovate.json"]
    mail, hooks = (top / WORKFLOW).read_text(), (top / HOOKS).read_text()
    assert "working-directory: ./services/mail\n" in mail and "run: make test  # and ours\n" in mail
    assert "working-directory: ./services/orders\n" in (top / ".github/workflows/orders.yml").read_text()
    assert "name: lint of services/mail\n" in hooks and "name: lint of services/orders\n" in hooks
    assert "types: [yaml]  # and ours\n" in hooks and "{id: ours" in hooks
    assert (top / OWNERS).read_text().startswith("/docs/ @example-org/writers\n# begin services/mail: ")
    assert (top / OWNERS).read_text().endswith("# end services/orders\n# Ours at the end\n* @example-org/all\n")
    assert (top / "renovate.json").read_text().count('"timezone": "UTC"') == 1
    again = lineage.scaffold("update", "services/mail", "services/orders", "--to", "0.2.0", cwd=top)
    assert [line.partition(": ")[2] for line in again.stdout.splitlines()] == ["v0.2.0, no changes"] * 2
    told = lineage.scaffold("status", "services/mail", "services/orders", "--json", cwd=top).stdout
    assert [each["state"] for each in json.loads(told)] == ["", ""]


def test_what_the_team_removed_stays_removed(repository: Repository, update_to) -> None:
    top = repository()
    edit(top / HOOKS, r"(?s)  # begin services/mail.*# end services/mail\n", "")
    for path in (OWNERS, WORKFLOW, "renovate.json"):
        (top / path).unlink()
    commit(top)
    update_to(top / "services/mail", given={"team": "example-org/else"})
    assert sorted(at_top(top)) == [".github/workflows/orders.yml", HOOKS]
    assert "services/mail" not in (top / HOOKS).read_text()
    assert git(top, "diff", "--name-only", "HEAD", "--", ".", ":!services/mail") == ""


def test_a_dry_run_shows_it_and_abort_takes_it_back(repository: Repository, lineage: Lineage, update_to) -> None:
    top = repository()
    before = goldens.files_of(top)
    done = lineage.scaffold("update", "services/mail", "--to", "0.2.0", "--dry-run", cwd=top)
    assert done.returncode == 0 and WORKFLOW in done.stdout and HOOKS in done.stdout
    assert goldens.files_of(top) == before
    update_to(top / "services/mail")
    assert at_top(top)[WORKFLOW] != before[WORKFLOW][0]
    assert lineage.scaffold("update", "services/mail", "--abort", cwd=top).returncode == 0
    assert goldens.files_of(top) == before and git(top, "status", "--porcelain") == ""


def test_edits_that_are_not_committed_are_not_lost(repository: Repository, update_to) -> None:
    top = repository()
    edit(top / OWNERS, r"\Z", "* @example-org/all\n")
    update_to(top / "services/mail")
    assert (top / OWNERS).read_text().endswith("* @example-org/all\n"), "the update has no business there"
    git(top, "reset", "--quiet", "--hard")
    edit(top / HOOKS, r"\Z", "# ours\n")
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(.pre-commit-config.yaml\)"):
        update_to(top / "services/mail")
    assert git(top, "status", "--porcelain") == f"M {HOOKS}"
    update_to(top / "services/orders", "0.1.0", given={"owner": "example-org/post"})
    edit(top / OWNERS, r"\Z", "* @example-org/all\n")
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(CODEOWNERS\)"):
        update_to(top / "services/mail", "0.1.0", given={"owner": "example-org/post"})


def test_several_are_updated_and_not_committed(repository: Repository, lineage: Lineage) -> None:
    top = repository()
    services = ("services/mail", "services/orders")
    committed = lineage.scaffold("update", *services, "--to", "0.2.0", "--branch", "done", "--commit", cwd=top)
    assert committed.returncode == 0, committed.stderr
    git(top, "switch", "--quiet", "main")
    done = lineage.scaffold("update", *services, "--to", "0.2.0", cwd=top)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rpartition(", ")[2] for line in done.stdout.splitlines()] == ["not committed"] * 2
    assert git(top, "write-tree") == git(top, "rev-parse", "done^{tree}"), "as if each had been committed"
    assert git(top, "diff") == "", "all is staged"


def test_an_update_begins_with_what_is_staged_at_the_top_and_abort_returns_to_it(
    repository: Repository, update_to
) -> None:
    top = repository()
    edit(top / OWNERS, r"\Z", "* @example-org/all\n")
    (top / "renovate.json").unlink()
    git(top, "add", "--all")
    update_to(top / "services/mail", "0.1.0", given={"owner": "example-org/post"})
    between, index = goldens.files_of(top), git(top, "write-tree")
    assert between[OWNERS][0].endswith(b"* @example-org/all\n") and "renovate.json" not in between
    update_to(top / "services/orders", "0.1.0", given={"owner": "example-org/web"})
    owners = (top / OWNERS).read_text()
    assert "/services/mail/ @example-org/post\n" in owners and "/services/orders/ @example-org/web\n" in owners
    with pytest.raises(ServiceError, match=r"the last change here is of services/orders, not of services/mail;"):
        take_back(top / "services/mail")
    take_back(top / "services/orders")
    assert goldens.files_of(top) == between and git(top, "write-tree") == index
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(CODEOWNERS\)"):
        update_to(top / "services/orders", "0.1.0", given={"owner": "example-org/web"}, commit=True)


def test_a_conflict_at_the_top_is_resolved_before_the_next_update(repository: Repository, update_to) -> None:
    top = repository()
    edit(top / HOOKS, r"name: make lint in services/mail", "name: our lint")
    commit(top)
    update_to(top / "services/mail")
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(.pre-commit-config.yaml\)"):
        update_to(top / "services/orders")


def test_a_link_at_the_top_is_left_alone(repository: Repository, update_to) -> None:
    top = repository()
    (top / "docs").mkdir()
    (top / HOOKS).rename(top / "docs/hooks.yaml")
    (top / HOOKS).symlink_to("docs/hooks.yaml")
    commit(top)
    before = at_top(top)
    assert update_to(top / "services/mail").plan.conflicts == ()
    assert (top / HOOKS).is_symlink() and at_top(top)[HOOKS] == before[HOOKS]


def test_both_sides_of_one_line_are_a_conflict(repository: Repository, update_to) -> None:
    top = repository()
    edit(top / HOOKS, r"name: make lint in services/mail", "name: our lint")
    commit(top)
    outcome = update_to(top / "services/mail")
    assert [each.path for each in outcome.plan.conflicts] == [HOOKS]
    text = (top / HOOKS).read_text()
    assert "name: our lint\n" in text and "name: lint of services/mail\n" in text


def test_answers_reach_the_top(repository: Repository, update_to) -> None:
    top = repository()
    update_to(top / "services/mail", "0.1.0", given={"owner": "example-org/post", "name": "letters"})
    owners = (top / OWNERS).read_text()
    assert "/services/mail/ @example-org/post\n" in owners and "/services/orders/ @example-org/platform\n" in owners
    assert sorted(path.name for path in (top / ".github/workflows").iterdir()) == ["letters.yml", "orders.yml"]


def test_a_moved_service_takes_its_lines_along(repository: Repository, update_to) -> None:
    top = repository()
    (top / "apps").mkdir()
    git(top, "mv", "services/mail", "apps/post")
    commit(top)
    update_to(top / "apps/post", "0.1.0")
    assert recorded_in(top / "apps/post")["folder"] == "apps/post"
    for path in (OWNERS, HOOKS, WORKFLOW):
        text = (top / path).read_text()
        assert "services/mail" not in text and "apps/post" in text
    commit(top)
    with pytest.raises(AnswerError, match=r"folder must be the service's own, not x\. Example: folder=apps/post"):
        update_to(top / "apps/post", "0.1.0", given={"folder": "x"})


def test_a_service_that_was_made_without_it_gets_it(lineage: Lineage, tmp_path: Path, update_to) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    new(lineage, tmp_path, "mail", "--data", "folder=")
    service = tmp_path / "services/mail"
    workflow = service / ".github/workflows/ci.yml"
    edit(workflow, "run: make test", "run: make test  # and ours")
    (tmp_path / HOOKS).write_text("repos: []\ndefault_stages: [pre-push]\n")
    commit(tmp_path)
    outcome = update_to(service, "0.1.0", given={"folder": "services/mail"})
    assert outcome.plan.conflicts == ()
    assert "run: make test  # and ours\n" in (tmp_path / WORKFLOW).read_text() and not workflow.exists()
    assert (tmp_path / OWNERS).exists() and not (service / OWNERS).exists()
    assert list(outcome.report.by_hand) == [HOOKS] and "services" not in (tmp_path / HOOKS).read_text()


def test_plain_copier_updates_it_too(repository: Repository, lineage: Lineage) -> None:
    top = repository()
    before = at_top(top)
    done = lineage.copier(
        "update",
        "--defaults",
        "--vcs-ref",
        "v0.2.0",
        "--answers-file",
        ".copier-answers.yml",
        cwd=top / "services/mail",
    )
    assert done.returncode == 0, done.stderr
    assert "_commit: v0.2.0\n" in (top / "services/mail/.copier-answers.yml").read_text()
    assert at_top(top) == before
