"""Programs: one module starts them, bounded and with a known environment, and no name reaches one as an option."""

from __future__ import annotations

import ast
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold import programs
from scaffold.programs import MIB, Bounds, MissingError, ProgramError, environments, operand, run, run_bounded, start
from scaffold.programs.environments import STARTED
from workshop.goldens import ROOT

MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts): ast.parse(file.read_text())
    for file in sorted((ROOT / "scaffold").rglob("*.py"))
}
STARTING = ("subprocess", "pty", "multiprocessing", "asyncio.subprocess", "concurrent.futures.process")
CALLS = (
    "__import__",
    *(f"os.{each}" for each in ("system", "popen", "exec", "spawn", "posix_spawn", "startfile", "fork")),
)
BOUNDS = Bounds(20, MIB, 512 * MIB)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"  # os.fork, programs.run
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.id


USED = {name: set(imported(tree)) for name, tree in MODULES.items()}


def that(names: set[str], *starts: str) -> set[str]:
    return {each for each in names if each.startswith(starts)}


def test_one_package_starts_programs() -> None:
    assert {name for name, used in USED.items() if that(used, *STARTING)} == {
        f"scaffold.programs.{each}" for each in ("outcome", "start", "bounded")
    }
    calls = {name: found for name, used in USED.items() if (found := that(used, *CALLS))}
    assert calls == {"scaffold.atomic.guard": {"os.fork"}}


def test_every_place_that_starts_a_program_is_listed() -> None:
    """A new one needs a line in `scaffold.programs.environments`: which program, and what that sees."""
    starters = ("run", "start", "run_bounded")
    ways = {f"{way}{name}" for way in ("programs.", "scaffold.programs.") for name in starters}
    starting = {name for name, used in USED.items() if used & ways}
    assert starting - {"scaffold.programs.__init__"} == set(STARTED)


# What `git rev-parse --local-env-vars` names, and what changes how paths are read; the user's settings stay.
HOOK = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


def test_a_hook_s_repository_reaches_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in HOOK:
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("DOCKER_HOST", "unix:///socket")
    show = [sys.executable, "-c", "import os; print(*(f'{k}={v}' for k, v in os.environ.items()), sep='\\n')"]
    with start(show, stdin=programs.NOTHING) as process:
        started = process.communicate()[0].decode()
    for shown in (run(show).text, started):
        assert "elsewhere" not in shown
        assert "DOCKER_HOST=unix:///socket" in shown
    bare = run_bounded(show, bounds=BOUNDS, environment=environments.bare_environment(tmp_path)).text
    assert "elsewhere" not in bare and "DOCKER_HOST" not in bare and f"HOME={tmp_path}" in bare


# --- run and start ----------------------------------------------------------------------------------------------------


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("way", ["run", "start", "bounded"])
def test_what_can_t_be_started_is_one_error(way: str, tmp_path: Path) -> None:
    def begin(*command: str, folder: Path | None = None) -> None:
        if way == "run":
            run(command, folder=folder)
        elif way == "start":
            start(command)
        else:
            run_bounded(command, bounds=BOUNDS, environment={}, folder=folder)

    with pytest.raises(MissingError, match="is not installed, or not on the PATH"):
        begin("no-such-program-anywhere")
    with pytest.raises(ProgramError, match=r"can't be started: .*null byte"):
        begin(sys.executable, "a\0b")
    (tmp_path / "text").write_text("no program")
    with pytest.raises(ProgramError, match="can't be started: Permission denied"):
        begin(str(tmp_path / "text"))
    if way != "start":
        with pytest.raises(ProgramError, match=r"can't be started in .*gone") as error:
            begin(sys.executable, folder=tmp_path / "gone")
        assert not isinstance(error.value, MissingError)


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ProgramError, match=r"did not end within 0\.3 s"):
        run(python("import time; time.sleep(60)"), seconds=0.3)


# --- bounds -----------------------------------------------------------------------------------------------------------


def bounded(code: str, bounds: Bounds = BOUNDS) -> programs.Done:
    return run_bounded(python(code), bounds=bounds, environment=programs.users_environment())


def test_how_a_bounded_program_ended() -> None:
    done = bounded("import sys; print('out'); print(sys.stdin.read(), 'err', file=sys.stderr); sys.exit(3)")
    assert (done.code, done.text, done.said) == (3, "out\n", " err\n")


def test_time_is_bounded() -> None:
    with pytest.raises(ProgramError, match=r"did not end within 0\.3 s"):
        bounded("import time; time.sleep(60)", Bounds(0.3))


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_is_bounded(stream: str) -> None:
    with pytest.raises(ProgramError, match="wrote more than 1 MiB"):
        bounded(f"import sys\nwhile True: sys.{stream}.write('x' * 65536)")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds another process's memory")
def test_memory_is_bounded() -> None:
    done = bounded("import time; time.sleep(0.2); x = bytearray(2**30); print(len(x))")
    assert done.code != 0
    assert "MemoryError" in done.said


@pytest.mark.parametrize("ends", ["while True: print('x' * 65536)", "pass"])
def test_what_a_program_started_is_ended_with_it(ends: str, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(told)!r}, "w").write(str(child.pid))
{ends}
"""
    try:
        bounded(code)
    except ProgramError as error:
        assert "wrote more" in str(error)
    pid = int(told.read_text())
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["-x", "--post-renderer=hook", "-", "--"])
def test_no_name_is_an_option(name: str) -> None:
    assert operand(Path(name)) == f".{os.sep}{name}"
    with pytest.raises(ProgramError, match="would read it as an option"):
        operand(name)


def test_words_that_are_names() -> None:
    assert operand("a-b") == "a-b"
    assert operand(Path("/-x")) == "/-x"
    with pytest.raises(ProgramError, match="NUL"):
        operand("a\0b")
