"""Suites that run services, containers, sidecars and a cluster: they watch a clock, so they run after all that is heavy."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.keeping import is_kept
from workshop.machine import turn

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell starts background jobs so, and services inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent
SUITES = ("experiments", "conformance", "containers", "prove", "cluster")
"""The folders here, in the order in which they run; each is a mark of its tests."""

WAITING = ("containers", "prove", "cluster")
"""Those that mostly wait, so that two run at once: one of these has the cluster, of which there is one."""

TURN = pytest.StashKey[ExitStack]()


def is_again(item: pytest.Item) -> bool:
    """Tell whether it failed before and is run again: pytest-rerunfailures counts, where it reruns at all."""
    return getattr(item, "execution_count", 1) > 1


def has_the_machine(item: pytest.Item) -> bool:
    """Tell whether nothing else that watches a clock may run meanwhile: it is `alone`, or is run again."""
    return item.get_closest_marker("alone") is not None or is_again(item)


def waits(item: pytest.Item) -> bool:
    """Tell whether it only waits for what is tried beforehand, in turns of its own, and may wait for all of them."""
    return "attempts" in getattr(item, "fixturenames", ())


def suite_of(item: pytest.Item) -> str:
    """Return the suite that a test belongs to, or nothing for one that lies elsewhere."""
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if suite := suite_of(item):
            item.add_marker(pytest.mark.clock)
            item.add_marker(suite)
            # Their fixtures build and start things, with limits of their own; on a fresh machine that takes long.
            # A test that needs longer than most says so: its own mark is the closest, and counts.
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(1200 if waits(item) else 300, func_only=True))
            if suite in WAITING and not item.get_closest_marker("xdist_group"):
                # The rest of prove stays together, too: its experiments load the machine, and count what runs on it.
                group = "cluster" if "kubernetes" in item.fixturenames else suite
                item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: SUITES.index(suite) + 1 if (suite := suite_of(item)) else 0)


@pytest.hookimpl(tryfirst=True)  # before any fixture
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test that loads the machine (`alone`), or is run again, have it for itself while other clocks wait.

    A test that waits for one of the `attempts` takes no turn: the attempt, which runs beforehand, has its own. Neither
    does one whose verdict is kept.
    """
    if is_kept(item):
        return
    alone = has_the_machine(item)
    item.stash[TURN] = ExitStack()
    if alone or not waits(item):
        item.stash[TURN].enter_context(turn(alone))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    try:
        yield
    finally:
        if TURN in item.stash:
            item.stash[TURN].close()
