"""What a platform's own template costs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.division import KINDS
from bench.measure import PYTHON, medians, released_answers, seconds

URL = "https://git.example.org/platform/template.git"
BASES = ("0.2.0", "0.3.0")
OVERRIDES = ("README.md.jinja", "Makefile.jinja", "CODEOWNERS.jinja", "compose.yaml.jinja")
ADDED = 6


def new_of_a_platform(folder: Path) -> tuple[str, float, float]:
    """Compare `new` of a platform's template that is in the cache with `new` of the one that scaffold carries."""
    _platform(folder)

    def theirs(index: int) -> float:
        return seconds([*_SCAFFOLD, "new", f"theirs{index}", "--defaults", "--template", "acme"], folder)

    def ours(index: int) -> float:
        return seconds([*_SCAFFOLD, "new", f"own{index}", "--defaults", "--vcs-ref", BASES[-1]], folder)

    mine, bare = medians(7, theirs, ours)
    return "scaffold new --template / scaffold new", mine / bare, 1.2


def build_of_a_platform(folder: Path) -> tuple[str, float, float]:
    """Compare a build of thirteen files of an overlay with `new`: it renders nothing, so it is not slower."""
    platform = _platform(folder)

    def build(index: int) -> float:
        (platform / "platform/files/own-0.md").write_text(f"{index}\n")
        return seconds([*_SCAFFOLD, "template", "build"], platform)

    def new(index: int) -> float:
        return seconds([*_SCAFFOLD, "new", f"made{index}", "--defaults", "--vcs-ref", BASES[-1]], folder)

    mine, bare = medians(7, build, new)
    return "scaffold template build / scaffold new", mine / bare, 1.5


def update_of_a_platform(folder: Path) -> tuple[str, float, float]:
    """Compare `scaffold update` with `copier update` of a service of a platform's template, to its next release."""
    platform = _platform(folder)
    service = folder / "shop"
    seconds([*_SCAFFOLD, "new", str(service), "--defaults", "--template", f"{platform}@1.0.0"], folder)

    def updated(*command: str) -> float:
        passed = seconds([PYTHON, "-m", *command], service)
        for words in (["reset", "--quiet", "--hard"], ["clean", "-fdq"]):
            subprocess.run(["git", *words], cwd=service, check=True)
        return passed

    mine, theirs = medians(
        5,
        lambda _: updated("scaffold", "update"),
        lambda _: updated("copier", "update", "--defaults", "--quiet"),
    )
    return "scaffold update / copier update, of a platform", mine / theirs, 0.2


def laws_of_a_platform(folder: Path) -> tuple[str, float, float]:
    """Return the seconds of `scaffold template test` of six goldens in five languages, plain Copier's part included."""
    platform = _platform(folder)
    for kind in KINDS:
        (platform / f"platform/goldens/{kind}.yml").write_text(released_answers(BASES[-1], kind))
    for golden in (platform / "platform/goldens").glob("shop*"):
        shutil.rmtree(golden) if golden.is_dir() else golden.unlink()
    seconds([*_SCAFFOLD, "template", "test", "--accept", "--no-copier"], platform)
    [passed] = medians(1, lambda _: seconds([*_SCAFFOLD, "template", "test"], platform))
    return "scaffold template test of six goldens, seconds", passed, 60


_SCAFFOLD = (PYTHON, "-m", "scaffold")


def _platform(folder: Path) -> Path:
    """Make a platform's template with two releases, on two releases of the base, and thirteen files of its own."""
    platform = folder / "acme"
    if platform.exists():
        return platform
    seconds([*_SCAFFOLD, "template", "new", "acme", "--url", URL, "--vcs-ref", BASES[0]], folder)
    seconds([*_SCAFFOLD, "template", "override", *OVERRIDES], platform)
    for number in range(ADDED):
        (platform / f"platform/files/own-{number}.md").write_text("Ours\n")
    for version in ("1.0.0", "1.1.0"):
        seconds([*_SCAFFOLD, "template", "build"], platform)
        for words in (["add", "--all"], ["commit", "--quiet", "--message", version], ["tag", version]):
            subprocess.run(["git", *words], cwd=platform, check=True)
        if version == "1.0.0":
            seconds([*_SCAFFOLD, "template", "pull", "--to", BASES[-1]], platform)
    return platform


MEASURES = (new_of_a_platform, build_of_a_platform, update_of_a_platform, laws_of_a_platform)
