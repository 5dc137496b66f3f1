"""Where scaffold ends: whatever the command line, the streams and the machine are, one sentence and an exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scaffold import __main__ as boundary
from scaffold.cli import COMMANDS, EXIT_CODES, cli
from scaffold.errors import INTERNAL
from tests.support.commands import SCAFFOLD
from workshop import goldens

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: nginx}]}\n"
CODES = {
    int(line.split()[0])
    for line in EXIT_CODES.splitlines()
    if line[:3] == "  " + line[2:3] and line.split()[0].isdigit()
}
FINDS = ("check", "status", "pin")

WORDS = [
    "", "-", "--", "-x", "--nope", "---", "\udcff\udc80", "a\nerror: b", "\x1b]0;owned\x07", "\u202ecba", "x" * 5000, "[" * 3000,
    "{" * 300, "*", "~", "=", "a=", "=b", "name=[", "nmae=1", "language=" + "{a: " * 500, "9" * 5000, "-1", "1e999", "nan", "[bold]x[/]",
    "../nope", "://", "file:///nope", "%0A::add-mask::x", "a b", "é", "::stop-commands::x", "name=\udcff", "jobs=*a", "jobs=2020-99-99",
    "image=!!python/name:os.system", "/nope/\udcff/" + "y/" * 300,
]  # fmt: skip
READ_ONLY = ["/dev/null", "/proc/self/mem"]
"""Values for what is only read."""


@pytest.mark.parametrize("words", [[], ["template"]])
def test_a_command_without_its_name_prints_its_help(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert boundary.run(words) == 2
    shown = "".join(capfd.readouterr())
    assert shown.startswith(f"Usage: {' '.join(['scaffold', *words])} [OPTIONS] COMMAND") and "\\n" not in shown
    assert shown.count("Usage:") == 1 and "\nCommands:\n" in shown


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with a manifest; no program is on the PATH but git, and nothing is on standard input."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "pod.yaml").write_text(POD)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(
        next(Path(each, "git") for each in os.get_exec_path() if Path(each, "git").exists())
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(work)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    return work


def vectors(command: str) -> Iterator[list[str]]:
    """Yield command lines: every argument with every word, every option with some, and mixtures of all."""
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    dice = random.Random(command)
    cheap = {"new": ["--dry-run", "--json"], "prove": ["--list", "--json"]}.get(command, [])
    options = [each for each in found.params if isinstance(each, click.Option) and each.name != "help"]
    for word in WORDS:
        yield [command, *cheap, word]
    yield from ([command, *cheap, "--json", "--", word, word] for word in dice.sample(WORDS, 5))
    for option in options:
        name = option.opts[0]
        if option.is_flag:
            yield [command, *cheap, f"{name}=x"]
            continue
        words = [*dice.sample(WORDS, 6), *(READ_ONLY if name in ("--answers", "--baseline") else [])]
        yield from ([command, *cheap, *(["--defaults"] if command == "new" else []), name, word] for word in words)
    names = [each.opts[0] for each in options if each.opts[0] not in ("--write-baseline", "--html", "--junit")]
    for _ in range(20):
        words = [dice.choice([*names, *dice.sample(WORDS, len(names) + 1)]) for _ in range(dice.randint(1, 5))]
        yield [command, *cheap, *words]


@pytest.mark.parametrize("command", COMMANDS)
def test_any_command_line_ends_in_a_sentence(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for vector in vectors(command):
        code = boundary.run(vector)
        out, err = capsys.readouterr()
        where = (vector, code, err[-600:])
        assert code in CODES - {INTERNAL}, where
        assert code != 1 or command in FINDS, where
        assert all(char.isprintable() or char in "\n\t" for char in out + err), where
        told = [line for line in err.splitlines() if line.startswith(("error: ", "Error: "))]
        # A sentence for each folder, and one where nothing could be checked.
        several = command in ("status", "update") or (command, code) == ("check", 1)
        assert len(told) == (code not in (0, 1, 8)) or several, where
        assert len(err) < 6000, where


def test_every_exit_code_is_known() -> None:
    assert {0, 1, 2, 3, 4, 12, 70, 130} <= CODES


def started(folder: Path, *arguments: str, shell: str = "{}", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a shell, which closes or redirects streams."""
    command = shell.format(" ".join([*SCAFFOLD, *arguments]))
    env = {**os.environ, "PYTHONPATH": str(goldens.ROOT), **environment}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "shell", "code", "sentence"),
    [
        ("check", "{} >/dev/full", 4, b"No space left on device"),
        ("check --format sarif", "{} >/dev/full", 4, b"No space left on device"),
        ("--help", "{} >/dev/full", 4, b"No space left on device"),
        ("questions --json", "{} >&-", 4, b"Bad file descriptor"),
        ("check", "{} >&- 2>&-", 4, b""),
        ("check nope", "{} 2>/dev/full", 2, b""),
        ("check -q -", "{} <&-", 1, b"error: nothing was checked"),
        ("new x", "{} <&-", 2, b"Error: there is no terminal for questions"),
        ("--version", "mkdir x && cd x && rmdir ../x && {}", 4, b"error: the working folder does not exist any more"),
        ("completion bash", "mkdir x && cd x && rmdir ../x && {}", 4, b"error: the working folder does not exist any more"),
        ("questions --json", "set -o pipefail; {} | true", 0, b""),
    ],
)  # fmt: skip
def test_closed_ends(arguments: str, shell: str, code: int, sentence: bytes, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = started(tmp_path, arguments, shell=shell)
    assert (done.returncode, done.stderr.count(b"\n")) == (
        code,
        done.stderr.startswith(b"Usage") * 3 + bool(sentence),
    ), done
    assert sentence in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"COLUMNS": "0"},
        {"COLUMNS": "9" * 30},
        {"COLUMNS": "-5", "TERM": "dumb"},
        {"HOME": "", "XDG_CACHE_HOME": "", "USER": ""},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
    ],
    ids=lambda each: ",".join(each),
)  # fmt: skip
def test_odd_environments(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "é.yaml").write_text(POD)
    done = started(tmp_path, "check", **environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"7 warnings in 1 file." in done.stdout
    assert len(done.stdout) < 5000
    told = json.loads(started(tmp_path, "check", "--json", **environment).stdout.decode())
    assert told["findings"][0]["path"].endswith(".yaml")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RecursionError("x"), "nested too deeply"),
        (MemoryError(), "not enough memory"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x\ny"), "x\\ny: File name too long."),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"), "TMPDIR"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_what_the_machine_refuses(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", fail)
    assert boundary.run(["check", "--json"]) == 4
    out, err = capfd.readouterr()
    assert json.loads(out)["exit_code"] == 4
    assert err.startswith("error: ")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("room", [True, False])
def test_a_bug_of_ours_is_logged_for_the_user_alone(
    room: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        secret = "s3cr3t"  # values are not part of a traceback
        raise AssertionError(len(secret))

    monkeypatch.setattr(cli, "main", fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path if room else tmp_path / "nope"))
    assert boundary.run(["check"]) == INTERNAL
    err = capsys.readouterr().err
    logs = list(tmp_path.iterdir())
    text = logs[0].read_text() if room else err
    assert "AssertionError: 6" in text
    assert "fail" in text
    if room:
        assert stat.S_IMODE(logs[0].stat().st_mode) == 0o600
        assert str(logs[0]) in err
    else:
        assert "report it with the traceback above" in err


WAITS = """
import signal, sys, time
from scaffold import __main__ as boundary
from scaffold.cli import cli
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
def main(*_, **__):
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        print("cleaning", flush=True)
        time.sleep(0.2)
        print("clean", flush=True)
cli.main = main
boundary.main()
"""


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([signal.SIGTERM], 143),
        ([signal.SIGHUP], 129),
        ([signal.SIGINT, signal.SIGINT], 130),
        ([signal.SIGTERM, signal.SIGINT, signal.SIGTERM], 143),
    ],
)
def test_a_second_signal_does_not_stop_what_cleans_up(numbers: list[signal.Signals], code: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(goldens.ROOT)}, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(numbers[0])
    assert process.stdout.readline() == "cleaning\n"
    for number in numbers[1:]:
        process.send_signal(number)
        time.sleep(0.01)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, "clean\n", "\nInterrupted: nothing was written.\n")
