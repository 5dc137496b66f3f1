"""A verdict is kept for the very same inputs only, and never when a test failed, or read what its inputs do not name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import verdicts
from tests.support.imports import code_of
from tests.support.verdicts import MOST, SECONDS, Inputs, Store, below, digest_of, key_of
from workshop.goldens import ROOT

FILES = {
    "pyproject.toml": '[tool.pytest.ini_options]\nmarkers = ["kept"]\naddopts = "--import-mode=importlib"\n',
    "requirements/test.txt": "pytest==1\n",
    "conftest.py": """
import os
from pathlib import Path
from tests.support.keeping import Keeping
from tests.support.verdicts import Store

ROOT = Path(__file__).parent

def pytest_configure(config):
    fresh = bool(os.environ.get("KUBE_SCAFFOLD_FRESH"))
    config.pluginmanager.register(Keeping(Store(ROOT / "verdicts"), fresh, ROOT))
""",
    "bench/__init__.py": "",
    "bench/helper.py": "from pathlib import Path\nROOT = Path(__file__).parents[1]\n",
    "bench/reading.py": "from bench.helper import ROOT\nOTHER = (ROOT / 'other/a').read_text()\n",
    "bench/conftest.py": "",
    "bench/data.txt": "data",
    "releasing/__init__.py": "",
    "releasing/place.py": "",
    "releasing/data.txt": "data",
    "given/a": "a",
    "other/a": "a",
    "other/told": "told",
    "bench/test_it.py": """
import pytest
from tests.support.verdicts import Inputs
from bench.helper import ROOT
from releasing import place

pytestmark = pytest.mark.kept(inputs=lambda given: Inputs(("given",), by_value=("other/told",)))

@pytest.fixture
def ran(request):
    with (ROOT.parent / "ran.log").open("a") as log:
        log.write(request.node.name + "\\n")

@pytest.mark.parametrize("number", [1, 2])
def test_passes(ran, number):
    assert (ROOT / "given/a").read_text() and (ROOT / "other/told").read_text()

def test_fails(ran):
    assert False

def test_fails_at_its_end(ran, request):
    request.addfinalizer(lambda: 1 / 0)

def test_is_skipped(ran):
    pytest.skip("no such tool")

def test_reads_what_is_not_named(ran):
    assert (ROOT / "other/a").read_text()

def test_fails_once(ran):
    assert (ROOT.parent / "ran.log").read_text().count("test_fails_once") == 2
""",
    "bench/test_of_a_helper.py": """
from bench import reading
import pytest
from tests.support.verdicts import Inputs

@pytest.mark.kept(inputs=lambda given: Inputs())
def test_a_helper_reads_what_is_not_named():
    assert reading.OTHER
""",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def run(root: Path, *words: str, **env: str) -> tuple[str, list[str]]:
    """Run all tests of the small repository; return what pytest printed, and which tests really ran."""
    (root.parent / "ran.log").write_text("")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *words, "bench"]
    given = {"PYTHONPATH": f"{root}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1", **env}
    done = subprocess.run(command, cwd=root, env=os.environ | given, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, (root.parent / "ran.log").read_text().split()


PASSING = ["test_passes[1]", "test_passes[2]"]


def test_only_what_passed_at_once_and_read_what_it_may_is_kept(repository: Path) -> None:
    out, ran = run(repository, "--reruns=1")
    assert set(PASSING) < set(ran) and ran.count("test_fails_once") == 2
    assert "no verdict is kept of bench/test_it.py::test_reads_what_is_not_named: it reads other/a" in out
    assert "test_a_helper_reads_what_is_not_named: it reads other/a" in out
    assert re.search(r"\b1 failed, .* 1 skipped, 1 error, 3 rerun", out), out
    assert len(list((repository / "verdicts").iterdir())) == 2

    out, again = run(repository)
    assert set(ran) - set(again) == set(PASSING)
    assert "\n2 of these tests passed before with the same inputs; KUBE_SCAFFOLD_FRESH=1 runs them" in out
    assert "test_fails_at_its_end" in again


def test_a_fresh_run_runs_all_and_forgets_what_fails_now(repository: Path) -> None:
    run(repository, "-k", "test_passes")
    (repository / "other/told").write_text("")  # no input by itself, so that the same ones give another verdict
    assert run(repository, "-k", "test_passes")[1] == []
    out, ran = run(repository, "-k", "test_passes", KUBE_SCAFFOLD_FRESH="1")
    assert "2 failed" in out and ran == PASSING
    assert run(repository, "-k", "test_passes")[1] == PASSING


def test_what_changes_while_the_tests_run_is_not_kept(repository: Path) -> None:
    path = repository / "bench/test_it.py"
    path.write_text(path.read_text().replace("    pytest.skip", '    (ROOT / "given/b").touch()\n    pytest.skip'))
    (repository / "given/b").touch()
    assert set(PASSING) <= set(run(repository)[1])
    assert not list(repository.glob("verdicts/*"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "the test": lambda root: (root / "bench/test_it.py").open("a").write("\n"),
    "a conftest": lambda root: (root / "bench/conftest.py").write_text("\n"),
    "what it imports": lambda root: (root / "bench/helper.py").open("a").write("\n"),
    "data beside it": lambda root: (root / "bench/data.txt").write_text("date"),
    "data beside what it imports": lambda root: (root / "releasing/data.txt").write_text("date"),
    "a file that is named": lambda root: (root / "given/a").write_text("b"),
    "a new file in a folder that is named": lambda root: (root / "given/b").touch(),
    "a file that can be run": lambda root: (root / "given/a").chmod(0o755),
    "the lock": lambda root: (root / "requirements/test.txt").write_text("pytest==2\n"),
}


def key(root: Path, **changed: object) -> str:
    files = code_of(root / "bench/test_it.py", root) | below((*verdicts.ALWAYS, "given"), root)
    digests = {path.relative_to(root).as_posix(): digest_of(path) for path in files}
    inputs = Inputs(programs=("git --version",), values=changed.pop("values", 1))
    return key_of(str(changed.pop("test", "test_it")), inputs, digests, {"GOFLAGS": "-x", **changed})


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_file_gives_another_key(repository: Path, change: str) -> None:
    before = key(repository)
    assert key(repository) == before
    CHANGES[change](repository)
    assert key(repository) != before


def test_another_test_value_variable_or_program_gives_another_key(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {key(repository), key(repository, test="other"), key(repository, values=2), key(repository, GOFLAGS="-v")}
    assert key(repository, KUBE_SCAFFOLD_FRESH="1", KUBE_SCAFFOLD_REQUIRE="all") in keys
    monkeypatch.setattr(verdicts, "version_of", lambda command: [command, "git version 99"])
    assert len(keys | {key(repository)}) == 5


def test_a_version_is_of_the_program_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts.version_of.cache_clear()
    (tmp_path / "git").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = verdicts.version_of("git --version")
    verdicts.version_of.cache_clear()
    assert found[1] == str(tmp_path / "git") and found[-1] == "mine\n"


def test_what_imports_by_name_may_be_any_module_of_its_package(repository: Path) -> None:
    module = repository / "bench/test_it.py"
    assert repository / "bench/reading.py" not in code_of(module, repository)
    (repository / "bench/helper.py").write_text("import pkgutil\n")
    assert repository / "bench/reading.py" in code_of(module, repository)


def test_verdicts_expire_and_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, now = Store(tmp_path / "verdicts"), time.time()
    ages = {"new": 0, "old": SECONDS - 100, "too-old": SECONDS + 100, "of-tomorrow": -SECONDS}
    for name, age in ages.items():
        store.keep(name)
        os.utime(store.folder / name, (now - age, now - age))
    assert [name for name in ages if store.has(name)] == ["new", "old"]
    store.tidy()
    assert {path.name for path in store.folder.iterdir()} == {"new", "old"}
    assert MOST > 1000
    monkeypatch.setattr(verdicts, "MOST", 1)
    store.tidy()
    assert [path.name for path in store.folder.iterdir()] == ["new"]
