"""The turns that tests take on the machine: beside each other, or alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from workshop.machine import turn


@contextmanager
def asked(pool: ThreadPoolExecutor, alone: bool, folder: Path) -> Iterator[Future[ExitStack]]:
    """Ask for a turn in a thread; it is given back at the end of the block."""

    def take() -> ExitStack:
        held = ExitStack()
        held.enter_context(turn(alone, folder))
        return held

    future = pool.submit(take)
    try:
        yield future
    finally:
        future.result(10).close()


def waits(future: Future[ExitStack]) -> bool:
    try:
        future.result(0.2)
    except FutureTimeoutError:
        return True
    return False


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as made:
        yield made


def test_two_run_beside_each_other(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    with asked(pool, False, tmp_path) as first, asked(pool, False, tmp_path) as second:
        assert first.result(10)
        assert second.result(10)


@pytest.mark.parametrize("other", [True, False])
def test_nobody_runs_beside_one_that_is_alone(pool: ThreadPoolExecutor, tmp_path: Path, other: bool) -> None:
    with ExitStack() as later:
        with asked(pool, True, tmp_path) as first:
            assert first.result(10)
            second = later.enter_context(asked(pool, other, tmp_path))
            assert waits(second)
        assert second.result(10)


def test_who_waits_to_be_alone_comes_before_those_who_ask_later(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    with ExitStack() as until_last:
        with ExitStack() as until_alone:
            with asked(pool, False, tmp_path) as first:
                assert first.result(10)
                alone = until_alone.enter_context(asked(pool, True, tmp_path))
                assert waits(alone)
                last = until_last.enter_context(asked(pool, False, tmp_path))
                assert waits(last)
            assert alone.result(10)
            assert waits(last)
        assert last.result(10)
