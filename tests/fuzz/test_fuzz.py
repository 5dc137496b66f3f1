"""No file makes a reader fail by anything but a sentence, tell much more than it was told, or work without bounds."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from scaffold.errors import ScaffoldError
from tests.fuzz.mutator import mutated
from tests.fuzz.targets import TARGETS

SECONDS = float(os.environ.get("KUBE_SCAFFOLD_FUZZ_SECONDS", "60")) / len(TARGETS)
SEED = int(os.environ.get("KUBE_SCAFFOLD_FUZZ_SEED", "1"))  # `./dev fuzz` draws one
MOST_TOLD = 20, 1_000_000  # for each byte, and besides: a thousand findings on lines of a few bytes are half of it
MOST_CALLS = 500, 500_000
LONGEST_SENTENCE = 4_000


class Calls:
    """Counts the calls of Python's functions, and stops what makes too many of them."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if self.left < 0:
            sys.settrace(None)
            raise AssertionError("works without bounds")


def feed(target: str, seed: int, folder: Path) -> None:
    """Let a target read one input."""
    data = mutated(random.Random(f"{target} {seed}"), TARGETS[target].seeds())
    calls = Calls(MOST_CALLS[0] * len(data) + MOST_CALLS[1])
    sys.settrace(calls)
    try:
        told = TARGETS[target].read(data, folder)
    except ScaffoldError as error:
        told = ""
        assert len(str(error)) < LONGEST_SENTENCE, "the sentence is too long"
        assert "\n" not in str(error), "the sentence has more than one line"
    finally:
        sys.settrace(None)
    assert len(told) <= MOST_TOLD[0] * len(data) + MOST_TOLD[1], f"{len(told)} characters of {len(data)} bytes"


@pytest.mark.parametrize("target", TARGETS)
def test_fuzz(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TARGETS[target].read(TARGETS[target].seeds()[0], tmp_path)  # imports what it needs
    end = time.monotonic() + SECONDS  # a budget of the search, which no input can miss
    seed = SEED
    while True:
        try:
            feed(target, seed, tmp_path)
        except BaseException as error:
            error.add_note(f"KUBE_SCAFFOLD_FUZZ_SEED={seed} KUBE_SCAFFOLD_FUZZ_SECONDS=1 pytest tests/fuzz -k {target}")
            raise
        seed += 1
        if time.monotonic() > end:
            break
    print(f"{target}: {seed - SEED} inputs from seed {SEED}")


def test_the_same_seed_gives_the_same_input() -> None:
    seeds = TARGETS["settings"].seeds()
    assert mutated(random.Random("x 7"), seeds) == mutated(random.Random("x 7"), seeds)
    assert len({mutated(random.Random(f"x {seed}"), seeds) for seed in range(50)}) > 40


def test_work_without_bounds_is_stopped() -> None:
    sys.settrace(Calls(1_000))
    try:
        with pytest.raises(AssertionError, match="without bounds"):
            list(map(lambda each: each, range(2_000)))  # noqa: C417 -- a call for each
    finally:
        sys.settrace(None)
