"""The turns that tests take on the machine: beside each other, or alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest

from workshop.machine import turn


@contextmanager
def asked(pool: ThreadPoolExecutor, alone: bool, folder: Path) -> Iterator[Event]:
    """Ask for a turn in a thread, which sets the event when it has it, and gives it back at the end of the block."""
    has, over = Event(), Event()

    def hold() -> None:
        with turn(alone, folder):
            has.set()
            over.wait(60)

    thread = pool.submit(hold)
    try:
        yield has
    finally:
        over.set()
        thread.result(10)


def waits(has: Event) -> bool:
    return not has.wait(0.2)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as made:
        yield made


def test_two_run_beside_each_other(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    with asked(pool, False, tmp_path) as first, asked(pool, False, tmp_path) as second:
        assert first.wait(10)
        assert second.wait(10)


@pytest.mark.parametrize("other", [True, False])
def test_nobody_runs_beside_one_that_is_alone(pool: ThreadPoolExecutor, tmp_path: Path, other: bool) -> None:
    with ExitStack() as later:
        with asked(pool, True, tmp_path) as first:
            assert first.wait(10)
            second = later.enter_context(asked(pool, other, tmp_path))
            assert waits(second)
        assert second.wait(10)


def test_who_waits_to_be_alone_comes_before_those_who_ask_later(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    with ExitStack() as until_last:
        with ExitStack() as until_alone:
            with asked(pool, False, tmp_path) as first:
                assert first.wait(10)
                alone = until_alone.enter_context(asked(pool, True, tmp_path))
                assert waits(alone)
                last = until_last.enter_context(asked(pool, False, tmp_path))
                assert waits(last)
            assert alone.wait(10)
            assert waits(last)
        assert last.wait(10)


def test_a_thread_goes_on_in_its_turn(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    with ExitStack() as later:
        with turn(True, tmp_path):
            with turn(False, tmp_path), turn(True, tmp_path):
                other = later.enter_context(asked(pool, False, tmp_path))
            assert waits(other)
        assert other.wait(10)


def test_a_turn_beside_others_does_not_become_one_alone(tmp_path: Path) -> None:
    with turn(False, tmp_path), pytest.raises(RuntimeError, match="can't become one alone"), turn(True, tmp_path):
        pass
