"""What `scaffold check` costs, against libyaml alone and against the start of the interpreter."""

from __future__ import annotations

import time
from pathlib import Path

import yaml

from bench.measure import PYTHON, ROOT, medians, seconds
from scaffold.check.engine import check
from scaffold.check.rules import all_rules

_KINDS = ("deployment", "service", "job-migrate", "network-policy", "pod-disruption-budget")


def _manifests(folder: Path, count: int) -> list[Path]:
    """Write plain manifests: those of a golden, again and again under other names."""
    base = ROOT / "examples/everything-go/deploy/base"
    texts = [(base / f"{kind}.yaml").read_text() for kind in _KINDS]
    files = []
    for number in range(count):
        file = folder / f"service-{number // len(texts)}" / f"{_KINDS[number % len(texts)]}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[number % len(texts)].replace("everything-go", f"service-{number // len(texts)}"))
        files.append(file)
    return files


def check_against_libyaml(folder: Path) -> tuple[str, float, float]:
    """Compare a check of 1,000 manifests, reading included, with composing the same files by libyaml alone."""
    many = folder / "manifests"
    files = _manifests(many, 1000)
    rules = list(all_rules().values())

    def ours(_: int) -> float:
        began = time.process_time()  # not the clock, which other processes of a busy machine move
        check([many], rules)
        return time.process_time() - began

    def libyaml(_: int) -> float:
        began = time.process_time()
        for file in files:
            for _node in yaml.compose_all(file.read_bytes(), Loader=yaml.CSafeLoader):
                pass
        return time.process_time() - began

    mine, theirs = medians(7, ours, libyaml)
    return "check of 1,000 manifests / libyaml alone", mine / theirs, 1.5


def first_finding(folder: Path) -> tuple[str, float, float]:
    """Compare a check of one service, overlays built, with the 0.3 s over the start of Python that it may take."""
    scaffold = str(Path(PYTHON).parent / "scaffold")
    service = str(ROOT / "examples/frontend")
    mine, bare = medians(9, lambda _: seconds([scaffold, "check", service]), lambda _: seconds([PYTHON, "-c", "pass"]))
    return "check of one service: seconds over start / 0.3", (mine - bare) / 0.3, 1.0


MEASURES = (check_against_libyaml, first_finding)
