"""Answers that were edited by hand in the answers file, and are applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.errors import ServiceError
from tests.support.answers import recorded_in
from tests.update.edits import ANSWERS, without_record
from workshop.history import commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"


def edit_by_hand(service: Path) -> None:
    edit(
        service / ANSWERS,
        r"^dependencies: \[\]$",
        "dependencies: [{name: db, url: 'postgres:5432', kind: critical, timeout: 2}]",
    )
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 4")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_what_was_edited_by_hand_is_carried_out(old: bool, beside: bool, start, update_to) -> None:
    service = without_record(start("defaults")) if old else start("defaults")
    edit_by_hand(service)
    if beside and not old:  # only the digest tells of it then
        (service / "README.md").write_text((service / "README.md").read_text() + "\nOurs.\n")
    commit(service, "by hand")
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == ("dependencies", "replicas") and not outcome.unresolved
    why = {each.name: each.why for each in outcome.report.answers}
    assert why == {
        "replicas": "edited", "dependencies": "edited", "max_replicas": "follows", "latency_objective": "follows",
    }  # fmt: skip
    assert "replicas: 4" in (service / DEPLOYMENT).read_text()
    assert "postgres" in (service / "deploy/base/network-policy.yaml").read_text()
    assert {"dependencies", "replicas"} <= set(recorded_in(service)["answered"])
    commit(service)
    again = update_to(service, "0.1.0")
    assert again.report.edited == () and not again.applied


def test_a_record_that_was_added_by_hand_needs_its_name_only(start, update_to) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^dependencies: \[\]$", "dependencies: [{name: pay}]")
    commit(service)
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == ("dependencies",)
    pay = {"name": "pay", "url": "http://pay", "kind": "critical", "timeout": 1}
    assert recorded_in(service)["dependencies"] == [pay]
    assert "PAY_URL=http://pay\n" in (service / "deploy/base/config.env").read_text()
    commit(service)
    assert update_to(service, "0.1.0").report.edited == (), "what was filled in is no edit"


def test_an_edit_and_a_new_version_come_together(start, update_to) -> None:
    service = start("defaults")
    edit_by_hand(service)
    commit(service)
    outcome = update_to(service, "0.2.0")
    assert outcome.report.edited == ("dependencies", "replicas") and not outcome.unresolved
    text = (service / DEPLOYMENT).read_text()
    assert "replicas: 4" in text and "revisionHistoryLimit: 10" in text


def test_an_answer_of_an_older_service_that_changes_nothing_else_was_not_edited(start, update_to) -> None:
    service = without_record(start("defaults"))
    edit(service / ANSWERS, r"^limit_per: client$", "limit_per: all")
    commit(service)
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == () and recorded_in(service)["limit_per"] == "all"


def test_an_edit_without_the_history_that_tells_is_refused(start, update_to) -> None:
    service = start("defaults")
    edit_by_hand(service)
    git(service, "commit", "--quiet", "--all", "--amend", "--message", "one commit")
    with pytest.raises(ServiceError, match="edited by hand, and no commit here has the answers that made the service"):
        update_to(service, "0.1.0")
    assert git(service, "status", "--porcelain") == ""


def test_what_people_see(start, lineage) -> None:
    service = start("defaults")
    edit_by_hand(service)
    commit(service)
    done = lineage.scaffold("update", "--to", "0.1.0", cwd=service)
    assert done.returncode == 0, done.stderr
    assert "2 answers were edited by hand: dependencies, replicas; this update applies them.\n" in done.stderr
    assert "  dependencies: +db (edited by hand)\n" in done.stderr
    assert "  max_replicas: 2 -> 4 (follows its default)\n" in done.stderr
