"""What holds for every suite, and fixtures that several share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import goldens
from tests.support.machine import turn

HERE = Path(__file__).parent

settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("any machine")

# The suites that watch a clock, by folder, in the order in which they run: `clock` is their mark. All others may run
# side by side on a busy machine.
CLOCK = ("experiments", "conformance", "containers", "prove", "cluster")
# Those of them that mostly wait, so that two run at once: one of these has the cluster, of which there is one.
WAITING = ("containers", "prove", "cluster")


def suite_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


def is_again(item: pytest.Item) -> bool:
    """Tell whether it failed before and is run again: pytest-rerunfailures counts, where it reruns at all."""
    return getattr(item, "execution_count", 1) > 1


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if suite_of(item) in CLOCK:
            item.add_marker(pytest.mark.clock)
            item.add_marker(suite_of(item))
            # Their fixtures build and start things, with limits of their own; on a fresh machine that takes long.
            # A test that needs longer than most says so: its own mark is the closest, and counts.
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(300, func_only=True))
        if suite_of(item) in WAITING and not item.get_closest_marker("xdist_group"):
            # The rest of prove stays together, too: its experiments load the machine, and count what runs on it.
            item.add_marker(pytest.mark.xdist_group("cluster" if "kubernetes" in item.fixturenames else suite_of(item)))
    items.sort(key=lambda item: CLOCK.index(suite_of(item)) + 1 if suite_of(item) in CLOCK else 0)


TURN = pytest.StashKey[ExitStack]()


@pytest.hookimpl(tryfirst=True)  # before any fixture
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test that loads the machine (`alone`), or is run again, have it for itself while other clocks wait."""
    if suite_of(item) in CLOCK:
        alone = item.get_closest_marker("alone") is not None or is_again(item)
        item.stash[TURN] = ExitStack()
        item.stash[TURN].enter_context(turn(alone))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    try:
        yield
    finally:
        if TURN in item.stash:
            item.stash[TURN].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Where KUBE_SCAFFOLD_REQUIRE=all, a test that is skipped fails: CI is to show all that there is."""
    report = yield
    wanted = os.environ.get("KUBE_SCAFFOLD_REQUIRE") == "all" and not item.get_closest_marker("optional")
    if report.skipped and wanted and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but all must run where KUBE_SCAFFOLD_REQUIRE=all: {report.longrepr[2]}"
    return report


@pytest.fixture(scope="session")
def template_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commit and tag the template as it is in the work tree, so that Copier sees a release of it."""
    folder = tmp_path_factory.mktemp("template")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(folder)]
    subprocess.run(["cp", "-r", goldens.ROOT / "copier.yml", goldens.ROOT / "templates", folder], check=True)
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all", "--force"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "release"], check=True)
    subprocess.run([*git, "tag", goldens.ORIGIN.version or ""], check=True)
    return folder
