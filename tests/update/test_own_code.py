"""A service whose answer to `code` changes: its code belongs to its team from then on, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.answers import recorded_in
from workshop import goldens
from workshop.history import commit, git

pytestmark = pytest.mark.aside


def code_of(service: Path) -> dict[str, bytes]:
    """Return the files below the top's names that no service with own code gets from the template."""
    own = set(goldens.NAMES) - set(goldens.GENERATED)
    brought = {each.name for name in own for each in (goldens.EXAMPLES / name).iterdir()} | {"CONTRACT.md"}
    files = git(service, "ls-files").splitlines()
    return {path: (service / path).read_bytes() for path in files if path.split("/")[0] not in brought}


@pytest.mark.parametrize("example", ["defaults", "everything-go"])
def test_the_code_stays_with_the_team(example: str, start, update_to) -> None:
    service = start(example)
    (service / "Dockerfile").write_text((service / "Dockerfile").read_text() + "# ours\n")
    commit(service)
    before = code_of(service)
    assert {"Dockerfile", ".dockerignore"} < before.keys() and len(before) > 20
    outcome = update_to(service, "0.1.0", given={"code": "own"}, confirm=lambda _: False)
    assert outcome.applied, "nothing of the team goes, so nobody has to agree"
    assert code_of(service) == before
    assert not (service / "CONTRACT.md").exists(), "it promises what only generated code does"
    answers = recorded_in(service)
    assert "language" not in answers and "admin_port" not in answers
    assert (answers["code"], answers["probe_kind"]) == ("own", "http")
    commit(service)
    update_to(service, "0.1.0", given={"memory_limit": "1Gi"})
    assert code_of(service) == before
    assert "memory: 1Gi" in (service / "deploy/base/deployment.yaml").read_text()
