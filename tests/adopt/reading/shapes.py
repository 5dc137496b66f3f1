"""`tests/adopt/shapes/NAME/` is a repository, and NAME.yml beside it what it is, and what is read of its services."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from scaffold.adopt.proposal import Build, Place, Proposal, Proposed
from workshop.goldens import ROOT
from workshop.history import git

SHAPES = ROOT / "tests/adopt/shapes"
NAMES = sorted(path.stem for path in SHAPES.glob("*.yml"))
NEEDS_HELM = frozenset({"chart"})


def expected() -> list[tuple[str, str]]:
    """Return each shape with each of the folders of its services."""
    return [(name, prefix) for name in NAMES for prefix in read(name)]


def read(name: str) -> dict[str, Any]:
    """Return what is expected of a shape, by the folder of the service: "" for the top."""
    return yaml.safe_load((SHAPES / f"{name}.yml").read_text())["services"]


def make(folder: Path, name: str) -> Path:
    """Make a work tree of git from a shape, in a folder of the shape's name."""
    top = folder / "made" / name
    shutil.copytree(SHAPES / name, top)
    git(top, "init", "--quiet")
    return top


def as_data(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as the files of expectations have it: what is sure and what is empty is left out."""
    return {
        "answers": {each.name: _answer(each) for each in proposal.answers},
        "builds": [_build(each) for each in proposal.builds],
        "unread": list(proposal.unread),
    }


def _answer(each: Proposed) -> dict[str, Any]:
    data = {"value": each.value, "why": each.why, "at": list(map(_place, each.places))}
    return data if each.sure else {**data, "sure": False}


def _place(place: Place) -> str:
    return f"{place.path}:{place.line}" if place.line else place.path


def _build(build: Build) -> dict[str, Any]:
    roots = [each.root for each in build.objects]
    return {
        "environment": build.environment,
        "objects": [f"{root.text('kind')}/{root.text('metadata', 'name')}" for root in roots],
        "files": sorted(build.files),
    }
