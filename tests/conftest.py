"""What holds for every suite, and fixtures that several share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.keeping import Keeping
from tests.support.verdicts import Store
from workshop import goldens, times
from workshop.aside import TEST_SECONDS
from workshop.machine import CACHE

settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("any machine")
BEFORE = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    fresh = os.environ.get("KUBE_SCAFFOLD_FRESH", "") not in ("", "0")
    config.pluginmanager.register(Keeping(Store(CACHE / "verdicts"), fresh), "keeping")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test that runs aside the time that it needs there; begin with those that take longest.

    They have the most patience, too: the others come when more is left of the cores.
    """
    for item in items:
        if item.get_closest_marker("aside"):
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))
    items.sort(key=lambda item: item.get_closest_marker("generated") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    item.stash[BEFORE] = times.cpu_seconds()
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Record the CPU seconds of each test with its fixtures: they depend less on what else runs than its duration."""
    yield
    item.user_properties.append((times.PROPERTY, f"{times.cpu_seconds() - item.stash[BEFORE]:.2f}"))


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
