"""The image of a service with its own code, a static site by nginx, passes the experiments that hold for any code."""

from __future__ import annotations

import shutil
from pathlib import Path

from scaffold.prove.select import experiments
from tests.real.prove.conftest import prove
from workshop.goldens import CODE, EXAMPLES
from workshop.standins import SIDECARS, provide

QUICK = {each.id for each in experiments() if each.stage == "container" and not each.alone} - {"P02-zombies"}
NEEDS_OURS = {"P09-jobs", "P12-configurations", "P12-wrong"}
"""What it has not: jobs, and settings that are ours."""


def test_own_code_is_proved_by_its_answers(needs_containers: None, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLES / "own-site", tmp_path / "site"))
    shutil.copytree(EXAMPLES / CODE / "own-site", folder, dirs_exist_ok=True)
    only = [f"--only={each}" for each in sorted(QUICK | {"P08-drain"})]
    run = prove(folder, f"--build-arg=BASE={provide(SIDECARS['nginx'])}", *only, "--json", timeout=280)
    assert run.ids("pass") == QUICK - NEEDS_OURS - {"P08-drain"}, run.told() or run.err
    assert run.code == 0
    assert run.ids("skip") == NEEDS_OURS | {"P08-drain"}
    assert "drains is no" in run.results["P08-drain"]["reason"], "SIGTERM ends its requests; preStop waits for them"
