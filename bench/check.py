"""What `scaffold check` costs, against libyaml alone and against the tools and libraries that it needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from bench.measure import PYTHON, ROOT, medians, processor_seconds, seconds
from scaffold.check.rules import all_rules
from scaffold.check.run import check

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
    """Compare a check of 2,000 manifests, reading included, with composing the same files by libyaml alone."""
    many = folder / "manifests"
    files = _manifests(many, 2000)
    rules = list(all_rules().values())

    def ours(_: int) -> float:
        began = processor_seconds()
        check([many], rules)
        return processor_seconds() - began

    def libyaml(_: int) -> float:
        began = processor_seconds()
        for file in files:
            for _node in yaml.compose_all(file.read_bytes(), Loader=yaml.CSafeLoader):
                pass
        return processor_seconds() - began

    mine, theirs = medians(7, ours, libyaml)
    return "check of 2,000 manifests / libyaml alone", mine / theirs, 1.5


def one_service(folder: Path) -> tuple[str, float, float]:
    """Compare a check of one service with what it needs: two overlays built, and three libraries loaded."""
    scaffold = str(Path(PYTHON).parent / "scaffold")
    service = ROOT / "examples/frontend"
    overlays = [str(each) for each in sorted((service / "deploy/overlays").iterdir())]
    program = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]

    def needed(_: int) -> float:
        built = sum(seconds([*program, overlay]) for overlay in overlays)
        return built + seconds([PYTHON, "-c", "import click, rich.console, yaml"])

    mine, theirs = medians(9, lambda _: seconds([scaffold, "check", str(service)]), needed)
    return "check of one service / its builds and libraries", mine / theirs, 2.5


MEASURES = (check_against_libyaml, one_service)
