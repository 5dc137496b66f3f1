"""The injector sees every change, and does at a call what it says: else the other tests could not fail."""

from __future__ import annotations

import pytest

from tests.faults.injector import Call
from tests.faults.trial import COMMANDS, KILLED, Bench, Case

UPDATE, BASELINE = COMMANDS["update"], COMMANDS["check --write-baseline"]


def first(bench: Bench, name: str, file: str) -> Call:
    _, _, calls = bench.undisturbed(UPDATE)
    return next(call for call in calls if call.name == name and call.file.endswith(file))


def test_it_counts_the_calls_of_python_of_git_and_of_a_forked_process(bench: Bench) -> None:
    _, _, calls = bench.undisturbed(UPDATE)
    assert [call.number for call in calls] == list(range(1, len(calls) + 1))
    assert {call.program.rstrip("0123456789.") for call in calls} == {"python", "git"}
    assert first(bench, "rename", ".git/index.lock -> work/service/.git/index").program.startswith("python")  # forked
    assert first(bench, "unlink", "scripts/old.sh").number > first(bench, "mkdir", "scaffold-update/new").number
    assert all(call.file.startswith(("work/", "tmp/")) for call in calls)


def test_two_runs_make_the_same_calls(bench: Bench) -> None:
    _, _, calls = bench.undisturbed(UPDATE)
    bench.prepare(UPDATE)
    again = bench.run(UPDATE).calls
    assert [(call.program, call.name, call.room) for call in again] == [
        (call.program, call.name, call.room) for call in calls
    ]


@pytest.mark.parametrize(("kind", "removed"), [("kill-before", False), ("kill-after", True)])
def test_a_process_is_killed_before_or_after_its_call(kind: str, removed: bool, bench: Bench) -> None:
    """The forked process dies, and the one that waits for it goes on: so all are killed, to see what the call did."""
    call = first(bench, "unlink", "scripts/old.sh")
    bench.prepare(UPDATE)
    ended = bench.run(UPDATE, call.number, kind.replace("kill", "tree"))
    assert (ended.code, len(ended.calls)) == (KILLED, call.number)
    assert (bench.work / "service/scripts/old.sh").exists() is not removed
    bench.prepare(UPDATE)
    ended = bench.run(UPDATE, call.number, kind)
    assert ended.code == UPDATE.code
    assert len(ended.calls) > call.number


@pytest.mark.parametrize(
    ("kind", "words"), [("once-EIO", "Input/output error"), ("room-ENOSPC", "No space left on device")]
)
def test_a_call_that_fails_is_not_carried_out(kind: str, words: str, bench: Bench) -> None:
    bench.prepare(BASELINE)
    before = (bench.work / "service/known.json").read_bytes()
    ended = bench.run(BASELINE, 1, kind)
    assert words in ended.output
    assert (bench.work / "service/known.json").read_bytes() == before


def test_a_full_disk_lets_files_be_removed(bench: Bench) -> None:
    call = first(bench, "unlink", "scripts/old.sh")
    bench.prepare(UPDATE)
    ended = bench.run(UPDATE, call.number, "room-ENOSPC")
    assert len(ended.calls) > call.number
    assert bench.cases(UPDATE, "once-ENOSPC") == [
        Case(UPDATE, "once-ENOSPC", each) for each in bench.undisturbed(UPDATE)[2] if each.room
    ]
