"""A service goes from kustomize to Helm, or to both: edits stay, or move with their files, or are named as conflicts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workshop.history import commit, edit, git

CONFIG = "deploy/base/config.env"
OVERLAY = "deploy/overlays/production/kustomization.yaml"
OWN = "deploy/overlays/production/own.yaml"
CHART = "deploy/chart"


@pytest.fixture
def edited(start) -> Path:
    """Give a service whose team changed numbers, a version and the Makefile, and added settings and a file."""
    service: Path = start("mail")
    edit(service / CONFIG, r"^LOG_LEVEL=info$", "LOG_LEVEL=warn")
    edit(service / CONFIG, r"\Z", "OWN_PAGE=50\n")
    edit(service / "deploy/base/network-policy.yaml", r"cidr: 169\.254\.20\.10/32", "cidr: 169.254.25.10/32")
    edit(service / OVERLAY, r"newTag: .*", 'newTag: "1.2.3"')
    edit(service / "Makefile", r"\Z", "\nown_seed:\n\techo seed\n")
    (service / OWN).write_text("a: 1\n")
    commit(service)
    return service


def values(service: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((service / CHART / "values.yaml").read_text())
    return found


def test_both_adds_a_chart_and_changes_nothing_of_the_team(edited: Path, update_to) -> None:
    before = {path: (edited / path).read_text() for path in (CONFIG, OVERLAY, OWN)}
    outcome = update_to(edited, given={"manifests": "both", "startup_seconds": 77})
    assert outcome.applied and outcome.plan.conflicts == ()
    assert {path: (edited / path).read_text() for path in before} == before
    assert "\nown_seed:\n" in (edited / "Makefile").read_text()
    assert "169.254.25.10/32" in (edited / "deploy/base/network-policy.yaml").read_text()
    assert values(edited)["startupSeconds"] == 77
    assert "failureThreshold: 47" in (edited / "deploy/base/deployment.yaml").read_text(), "the same answer"
    assert "revisionHistoryLimit: 10" in (edited / CHART / "templates/deployment.yaml").read_text(), "the new version"


def test_to_helm_edits_move_with_their_files_or_are_conflicts(edited: Path, update_to) -> None:
    outcome = update_to(edited, given={"manifests": "helm"})
    assert [(each.path, each.kind) for each in outcome.plan.conflicts] == [(OVERLAY, "modify/delete")]
    assert 'newTag: "1.2.3"' in (edited / OVERLAY).read_text(), "somebody moves it into the values"
    assert (edited / OWN).read_text() == "a: 1\n"
    lines = (edited / CHART / "config.env").read_text().splitlines()
    assert {"LOG_LEVEL=warn", "OWN_PAGE=50"} <= set(lines) and not (edited / CONFIG).exists()
    assert "169.254.25.10/32" in (edited / CHART / "templates/network-policy.yaml").read_text()
    assert "\nown_seed:\n" in (edited / "Makefile").read_text()
    assert not (edited / "deploy/overlays/dev").exists(), "nobody edited it"


def test_from_both_to_helm_edits_of_the_base_are_conflicts(edited: Path, update_to) -> None:
    update_to(edited, given={"manifests": "both"})
    commit(edited)
    outcome = update_to(edited, given={"manifests": "helm"})
    left = {CONFIG, OVERLAY, "deploy/base/network-policy.yaml"}
    assert {each.path for each in outcome.plan.conflicts} == left, "the chart has its own copies, so nothing moves"
    assert all((edited / path).exists() for path in (*left, OWN))
    assert "UD" in git(edited, "status", "--porcelain")
