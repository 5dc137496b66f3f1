"""No repository makes `scaffold check` fail or hang, whatever its manifests, kustomizations and Dockerfiles look like.

Many of them are checked at once, each in a folder of its own. Those at fault are found by halves, so that a failure
names them: `KUBE_SCAFFOLD_FUZZ_SEED=that pytest tests/fuzz/test_repositories.py` begins with that one.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import pytest

from scaffold.check.fix import plan
from scaffold.check.formats import render
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.fuzz.shapes import repositories, reshaped
from tests.fuzz.targets import TOLD
from tests.support.reports import is_whole

SEED = int(os.environ.get("KUBE_SCAFFOLD_FUZZ_SEED", "1"))
LONGER = float(os.environ.get("KUBE_SCAFFOLD_FUZZ_SECONDS", "0")) / 10  # a part of what all of tests/fuzz may take
AT_ONCE = 50
REPOSITORIES, BUILT = 5_000, 100
PARTS = 10
CPU_SECONDS = 20.0  # for what takes less than one
APART = b"apiVersion: example.com/v1\nkind: Example\nmetadata: {name: everywhere}\n"
"""What stands in several folders makes them environments, which are judged one by one."""
RULES = list(all_rules().values())


class HungError(AssertionError):
    """A check took longer than it may."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Stop what takes more than these seconds of this process's CPU; how busy the machine is does not count."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise HungError(f"more than {seconds} s of CPU")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def feed(seeds: Sequence[int], *, built: bool = False) -> int:
    """Check these repositories together, tell the findings in each format, and return how many there are."""
    with TemporaryDirectory() as folder:
        for seed in seeds:
            for name, data in reshaped(random.Random(f"repository {seed}"), built=built).items():
                file = Path(folder, str(seed), name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            Path(folder, str(seed), "apart.yaml").write_bytes(APART)
        with bounded(CPU_SECONDS):
            report = check([Path(folder)], RULES)
            is_whole(report)
            plan(report)
            assert all(render(name, report) for name in TOLD)
    return len(report.findings)


def at_fault(seeds: Sequence[int], *, built: bool = False) -> Sequence[int]:
    """Return the fewest of these repositories, as far as halves tell, that still can't be checked together."""
    while len(seeds) > 1:
        half = len(seeds) // 2
        failing = next((part for part in (seeds[:half], seeds[half:]) if _fails(part, built=built)), None)
        if failing is None:
            break
        seeds = failing
    return seeds


def _fails(seeds: Sequence[int], *, built: bool) -> bool:
    try:
        feed(seeds, built=built)
    except Exception:
        return True
    return False


def feed_many(first: int, count: int, seconds: float = 0, *, built: bool = False) -> tuple[int, int]:
    """Feed so many, and more until the time is over; return how many these were, and their findings."""
    found, seed, end = 0, first, time.monotonic() + seconds
    while seed < first + count or time.monotonic() < end:
        seeds = range(seed, seed + AT_ONCE)
        try:
            found += feed(seeds, built=built)
        except Exception as error:
            error.add_note(f"the seeds at fault: {[*at_fault(seeds, built=built)]}; KUBE_SCAFFOLD_FUZZ_SEED={seeds[0]}")
            raise
        seed += AT_ONCE
    return seed - first, found


@pytest.mark.parametrize("part", range(PARTS))
def test_repositories_of_any_shape(part: int) -> None:
    many = REPOSITORIES // PARTS
    count, found = feed_many(SEED + part * 1_000_000, many, LONGER / PARTS)
    print(f"{count} repositories with {found} findings from seed {SEED + part * 1_000_000}")
    assert count >= many
    assert found > count, "most of them are no manifests any more, and show nothing"


def test_kustomizations_of_any_shape() -> None:
    count, _ = feed_many(SEED, BUILT, LONGER, built=True)
    assert count >= BUILT


def test_the_same_seed_gives_the_same_repository() -> None:
    first, second, other = (reshaped(random.Random(f"repository {seed}")) for seed in (7, 7, 8))
    assert first == second != other
    assert len(repositories()[0]) > 300
    assert REPOSITORIES >= 5_000


def test_a_failure_names_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    culprit = 33

    def fail_for_one(seeds: Sequence[int], *, built: bool = False) -> int:
        assert culprit not in seeds
        return 0

    monkeypatch.setattr("tests.fuzz.test_repositories.feed", fail_for_one)
    with pytest.raises(AssertionError) as caught:
        feed_many(1, 100)
    assert caught.value.__notes__ == [f"the seeds at fault: [{culprit}]; KUBE_SCAFFOLD_FUZZ_SEED=1"]


def test_what_hangs_is_stopped() -> None:
    def hang() -> None:
        while True:
            pass

    with pytest.raises(HungError), bounded(0.1):
        hang()
