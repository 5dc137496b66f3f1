"""Every command at every call that changes a file: killed there, refused there, or left without a disk from there on.

What holds: the user's files are as before or as after, nothing is lost, the words are true, and the same command run
again gets done. `KUBE_SCAFFOLD_FAULTS=all` tries each call, a number so many for each test; README.md has the figures.
"""

from __future__ import annotations

import os

import pytest

from tests.faults.trial import COMMANDS, KINDS, Bench

PAIRS = [
    (name, kind)
    for name, command in COMMANDS.items()
    for kind in KINDS
    if not (kind.startswith("main") and (command.alone or command.cold))  # nothing else changes these files
    and kind in (command.sampled or KINDS)
]
WANTED = os.environ.get("KUBE_SCAFFOLD_FAULTS", "2")


@pytest.mark.timeout(0 if WANTED == "all" else 300)
@pytest.mark.parametrize(("command", "kind"), PAIRS)
def test_it_is_before_or_after_and_the_next_run_gets_done(command: str, kind: str, bench: Bench) -> None:
    given = COMMANDS[command]
    cases = bench.cases(given, kind) if WANTED == "all" else bench.sample(given, kind, int(WANTED))
    assert cases
    broken = [verdict for case in cases if (verdict := bench.try_(case)).broken]
    assert not broken, "\n\n".join("\n  ".join([str(each.case), *each.broken]) for each in broken)
