"""Lets a test with the mark `kept` pass at once where it passed before with the same inputs.

The mark's argument `inputs` is a function. It gets the test's parameters, and returns its `Inputs`. A test that reads
another file of the repository itself keeps no verdict, and the summary names the file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.support import imports, verdicts
from tests.support.verdicts import Inputs, Store
from workshop.goldens import ROOT

KEPT, UNNAMED = "kept", "reads what its inputs do not name"
"""Names of a test's properties: that its verdict was kept, and a file for which it is not."""


class Reads:
    """The files of the repository that this process has opened: by tests, and by each module while it is imported."""

    def __init__(self, root: Path) -> None:
        self.root = f"{root}{os.sep}"
        self.paths: set[str] = set()
        self.of_module: dict[str, set[str]] = {}
        sys.addaudithook(self.saw)

    def saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        given = os.fsdecode(arguments[0])
        if not given.startswith(os.sep):
            if arguments[1] is None:
                return  # os.open, of a name within a folder that it has opened before
            try:
                given = f"{os.getcwd()}{os.sep}{given}"  # noqa: PTH109 - a test can set os.name, and a Path reads it
            except OSError:
                return  # there is no such folder any more, so nothing is opened
        path = os.path.normpath(given)
        parts = path.removeprefix(self.root).split(os.sep)  # noqa: PTH206 - as above
        if path.startswith(self.root) and IGNORED.isdisjoint(parts):
            if module := self.imported_now():
                self.of_module.setdefault(module, set()).add(path)
            else:
                self.paths.add(path)

    def imported_now(self) -> str | None:
        """Return the file of the module of the repository that is being imported, if one is."""
        frame: FrameType | None = sys._getframe(1)
        while frame and not (frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(self.root)):
            frame = frame.f_back
        return frame.f_code.co_filename if frame else None

    def of(self, modules: set[Path]) -> set[Path]:
        """Return the files and folders that were opened, or by these modules while they were imported."""
        at_import = set[str]().union(*(self.of_module.get(str(each), ()) for each in modules))
        return {path for each in self.paths | at_import if (path := Path(each)).exists()}


IGNORED = {"__pycache__", ".git", ".venv", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"}
"""Made from other files, or not by us."""


class Known:
    """What a test is known by: its key, and the files of which it is made or that it may read."""

    def __init__(self, key: str, files: set[Path]) -> None:
        self.key, self.files, self.passed = key, files, set[str]()
        self.spoilt = False


KNOWN = pytest.StashKey[Known]()


def is_kept(item: pytest.Item) -> bool:
    """Tell whether a test passes at once."""
    return any(name == KEPT for name, _ in item.user_properties)


class Keeping:
    """The plugin: looks verdicts up before the first test, and keeps new ones after the last."""

    def __init__(self, store: Store, fresh: bool, root: Path = ROOT) -> None:
        self.store, self.fresh, self.root = store, fresh, root
        self.reads = Reads(root)
        self.signatures: dict[Path, tuple[int, ...]] = {}
        self.digests: dict[Path, str] = {}
        self.made_of: dict[tuple[Path, tuple[str, ...], tuple[str, ...]], tuple[set[Path], set[Path]]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if mark := item.get_closest_marker("kept"):
                callspec = getattr(item, "callspec", None)
                with suppress(RuntimeError):  # of what is not to be had here: the test will fail by itself
                    self.know(item, mark.kwargs["inputs"](callspec.params if callspec else {}))

    def know(self, item: pytest.Item, inputs: Inputs) -> None:
        """Give a test its key; it is kept where the store has that."""
        mine, others = self.files_of(item.path, inputs)
        for path in (mine | others) - self.signatures.keys():
            self.signatures[path] = verdicts.signature(path)  # before its bytes are read
        digests = {path.relative_to(self.root).as_posix(): self.digest_of(path) for path in mine}
        name = "::".join(each.name for each in item.listchain()[1:])  # xdist writes its group into the id
        known = item.stash[KNOWN] = Known(verdicts.key_of(name, inputs, digests), mine | others)
        if not self.fresh and self.store.has(known.key):
            item.user_properties.append((KEPT, "yes"))

    def digest_of(self, path: Path) -> str:
        if path not in self.digests:
            self.digests[path] = verdicts.digest_of(path)
        return self.digests[path]

    def files_of(self, module: Path, inputs: Inputs) -> tuple[set[Path], set[Path]]:
        """Return the files that a test is made of, and those of which it only sees values."""
        named = module, inputs.files, inputs.by_value
        if named not in self.made_of:
            mine = imports.code_of(module, self.root) | verdicts.below((*verdicts.ALWAYS, *inputs.files), self.root)
            self.made_of[named] = mine, verdicts.below(inputs.by_value, self.root) - mine
        return self.made_of[named]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        known = item.stash.get(KNOWN, None)
        if known and is_kept(item):
            item.fixturenames = []  # no fixture is made for it
        elif known:
            self.reads.paths.clear()
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        return True if is_kept(pyfuncitem) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        report = yield
        if known := item.stash.get(KNOWN, None):
            if report.passed:
                known.passed.add(report.when)
            else:
                known.spoilt = True  # also where it is run again, and passes then
            if report.failed:
                self.store.forget(known.key)
            if report.when == "teardown" and not is_kept(item):
                self.compare(item, known, report)
        return report

    def compare(self, item: pytest.Item, known: Known, report: pytest.TestReport) -> None:
        """Keep no verdict of a test that read other files than it may."""
        named = known.files | {folder for path in known.files for folder in path.parents}
        for path in sorted(self.reads.of(known.files) - named):
            known.spoilt = True
            report.user_properties.append((UNNAMED, path.relative_to(self.root).as_posix()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        changed = {path for path, known in self.signatures.items() if not same(path, known)}
        for item in session.items if hasattr(session, "items") else []:
            known = item.stash.get(KNOWN, None)
            whole = known and known.passed == {"setup", "call", "teardown"} and not known.spoilt
            if whole and not is_kept(item) and not known.files & changed:
                self.store.keep(known.key)
        if not hasattr(session.config, "workerinput"):
            self.store.tidy()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        ended = [each for each in terminalreporter.getreports("") if each.when == "teardown"]
        kept = [each for each in ended if (KEPT, "yes") in map(tuple, each.user_properties)]
        if kept:
            terminalreporter.write_line(
                f"{len(kept)} of these tests passed before with the same inputs; KUBE_SCAFFOLD_FRESH=1 runs them"
            )
        for each in ended:
            for name, path in each.user_properties:
                if name == UNNAMED:
                    terminalreporter.write_line(f"no verdict is kept of {each.nodeid}: it reads {path}")


def same(path: Path, known: tuple[int, ...]) -> bool:
    """Tell whether a file is as it was when its bytes were digested."""
    try:
        return verdicts.signature(path) == known
    except OSError:
        return False
