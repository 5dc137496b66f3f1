"""What the start of `scaffold` and `scaffold new` cost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from bench.measure import PYTHON, ROOT, least, medians, seconds


def new_against_copier(folder: Path) -> tuple[str, float, float]:
    """Compare `scaffold new --defaults` with `copier copy` of the same committed template, git commit included."""
    template = folder / "template"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(template)], check=True)

    def ours(index: int) -> float:
        return seconds(
            [PYTHON, "-m", "scaffold", "new", f"ours{index}", "--defaults", "--vcs-ref", "HEAD", "--data", "name=a"],
            folder,
        )

    def copiers(index: int) -> float:
        options = ["--quiet", "--defaults", "--vcs-ref", "HEAD", "--data", "name=a"]
        return seconds([PYTHON, "-m", "copier", "copy", *options, str(template), f"theirs{index}"], folder)

    mine, theirs = medians(7, ours, copiers)
    return "scaffold new --defaults / copier copy", mine / theirs, 0.6


def start_against_python(_: Path) -> tuple[str, float, float]:
    """Compare the start of the command with the start of Python."""
    scaffold = str(Path(PYTHON).parent / "scaffold")
    mine, bare = medians(
        15, lambda _: seconds([scaffold, "completion", "bash"]), lambda _: seconds([PYTHON, "-c", "pass"])
    )
    return "scaffold completion bash / python -c pass", mine / bare, 12


def growth_with_jobs(folder: Path) -> tuple[str, float, float]:
    """Compare the cost of each further job between 50 and 100 with that between 1 and 50: 1 is linear."""

    def with_jobs(count: int) -> Callable[[int], float]:
        jobs = [{"name": f"job-{n}", "command": f"job-{n}", "deadline": 60, "retries": 1} for n in range(count)]
        answers = folder / f"jobs{count}.yml"
        answers.write_text(yaml.safe_dump({"name": "a", "jobs": jobs}))
        command = [PYTHON, "-m", "scaffold", "new", "x", "--answers", str(answers), "--dry-run", "--quiet"]
        return lambda _: seconds(command, folder)

    one, half, full = least(15, with_jobs(1), with_jobs(50), with_jobs(100))
    return "cost of a job, 50 to 100 / 1 to 50", ((full - half) / 50) / ((half - one) / 49), 1.5


MEASURES = (start_against_python, new_against_copier, growth_with_jobs)
