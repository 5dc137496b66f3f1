"""What docs/how-to/release.md shows is what happens: its commands run on a golden, with stand-ins for the programs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.release import OF_TAGS, PROGRAMS, Service, environment, service
from workshop import goldens

PAGE = (goldens.ROOT / "docs/how-to/release.md").read_text()
SHOWN = [each.partition("\n") for each in re.findall(r"```console\n\$ (make release .*?)```", PAGE, re.DOTALL)]
THERE = '[ "$1" != digest ] || echo sha256:0'


def make(made: Service, words: str) -> str:
    shutil.copy(goldens.EXAMPLES / OF_TAGS / "Makefile", made.folder)
    made.git("add", "Makefile")
    made.git("commit", "--quiet", "--message", "Add a Makefile")
    done = subprocess.run(
        [*words.split(), "CONTAINER=buildah"],
        cwd=made.folder, env=environment(made.programs), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    lines = [each for each in done.stdout.splitlines(keepends=True) if not each.startswith("make")]
    return re.sub(r"sha256:[0-9a-f]{64}", "DIGEST", "".join(lines))


def test_a_release(tmp_path: Path) -> None:
    command, _, printed = SHOWN[0]
    assert make(service(tmp_path), command) == printed


def test_a_second_release(tmp_path: Path) -> None:
    command, _, printed = SHOWN[1]
    assert make(service(tmp_path, crane=THERE), command) == printed


def test_an_exception_that_ended(tmp_path: Path) -> None:
    (allowed,) = re.findall(r"```yaml\n(ignore:.*?)```", PAGE, re.DOTALL)
    command, _, printed = SHOWN[2]
    made = service(tmp_path, date="echo 2027-02-01")
    made.commit("deploy/release/allowed.yaml", allowed)
    assert make(made, command) == printed
    (entry,) = yaml.safe_load(allowed)["ignore"]
    assert entry == {"vulnerability": "CVE-2026-1234"}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)`|^\$ make ([a-z-]+)$", PAGE, re.MULTILINE))))
def test_its_targets_are_there(target: tuple[str, str]) -> None:
    name = "".join(target)
    assert f"\n{name}: " in (goldens.EXAMPLES / OF_TAGS / "Makefile").read_text() or name == "deploy-"


def test_its_programs_are_those_of_the_script() -> None:
    known = set(PROGRAMS) - {"buildah", "gh"}
    stages = re.findall(
        r" AS (\w+)$", (goldens.EXAMPLES / OF_TAGS / "deploy/release/Dockerfile").read_text(), re.MULTILINE
    )
    assert set(stages) == known and all(f"{each} " in PAGE for each in known)
