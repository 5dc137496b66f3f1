"""The command line around `new`: help, questions, schema, completion, colours, start-up."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pexpect
import pytest
import yaml

from scaffold import errors
from scaffold.__main__ import run
from scaffold.cli import COMMANDS, EXIT_CODES
from scaffold.engine.schema import describe, json_schema
from scaffold.releases import installed
from tests.support.commands import SCAFFOLD, scaffold
from workshop import goldens


def test_version_names_what_runs_with_the_commits_after_a_release(tmp_path: Path) -> None:
    here = installed().resolve("HEAD").name.removeprefix("v")
    assert scaffold("--version", cwd=tmp_path).stdout == f"scaffold, version {here}\n"
    released = installed().latest
    assert released is not None
    assert re.fullmatch(rf"{re.escape(str(released.version))}(-[1-9][0-9]*-g[0-9a-f]+)?", here)


def test_on_windows_a_sentence_says_where_it_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scaffold.__main__.os.name", "nt")
    code = run(["new", "--defaults"])
    monkeypatch.undo()
    assert code == errors.DestinationError.exit_code
    told = capsys.readouterr().err
    assert "scaffold runs on Linux, macOS and WSL 2, not on Windows itself" in told
    assert len(told.splitlines()) == 1


def test_start_up_imports_nothing_heavy() -> None:
    code = "import sys; from scaffold.__main__ import run; run(['--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=goldens.ROOT)
    assert not {"copier", "jinja2", "yaml", "questionary", "rich", "httpx"} & set(loaded.stdout.split())


def test_interrupted_while_it_starts(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")  # ^C in the middle of the first import
    done = scaffold("--version", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{goldens.ROOT}")
    assert (done.returncode, done.stderr) == (130, "\nInterrupted: nothing was written.\n")


def test_a_file_s_early_end_is_no_interruption(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def cut_short(*_: object) -> None:
        raise EOFError

    monkeypatch.setattr("scaffold.releases.home.Home.template", cut_short)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(["questions"]) == errors.INTERNAL
    assert "EOFError" in next(tmp_path.glob("scaffold-*.log")).read_text()


def test_the_help_says_what_each_command_does_in_a_whole_sentence(tmp_path: Path) -> None:
    commands = scaffold("--help", cwd=tmp_path, COLUMNS="80").stdout.split("Commands:\n")[1].split("\n\n")[0]
    told = {line.split()[0]: line for line in commands.splitlines()}
    assert list(told) == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in told.values()), commands


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_examples(command: str, tmp_path: Path) -> None:
    done = scaffold(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"scaffold {command}" in done.stdout.split("Examples:")[1]


def test_an_unknown_command_is_refused_with_the_nearest(tmp_path: Path) -> None:
    done = scaffold("nwe", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no command nwe. Did you mean new?" in done.stderr


def test_wrong_usage_is_told_to_machines_too(tmp_path: Path) -> None:
    done = scaffold("new", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["exit_code"]) == (2, 2)
    assert "add --defaults" in json.loads(done.stdout)["error"]


def test_the_experiments_of_a_stage_are_listed(tmp_path: Path) -> None:
    listed = json.loads(scaffold("prove", "--list", "--only", "cluster", "--json", cwd=tmp_path).stdout)
    assert {each["stage"] for each in listed} == {"cluster"}
    assert {"P03", "P08", "P10"} <= {each["pattern"] for each in listed}


def test_every_class_of_error_has_its_documented_exit_code() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type) and each is not errors.ScaffoldError]
    codes = [*(each.exit_code for each in classes), errors.CONFLICTS]
    assert len(set(codes)) == len(codes) >= 5
    for code in [*codes, errors.INTERNAL, errors.INTERRUPTED]:
        assert f"\n  {code} " in EXIT_CODES


def test_questions_tell_everything(tmp_path: Path) -> None:
    template = goldens.engine()[0]
    listed = json.loads(scaffold("questions", "--json", "--vcs-ref", "HEAD", cwd=tmp_path).stdout)
    assert [each["name"] for each in listed] == [question.name for question in template.asked]
    for each in listed:
        assert each["help"], each
        assert each["example"] is not None or each.get("choices"), each
    shown = scaffold("questions", "--vcs-ref", "HEAD", cwd=tmp_path).stdout
    assert all(each["name"] in shown for each in listed)


_SECRETS = [{"name": "database-password"}]
_OWN = {"code": "own"}
NEEDED = {
    "hosts": {"expose": "gateway"},
    "gitops_secret": {"deploy": "flux"},
    "external_store": {"secrets": _SECRETS, "secret_store": "external-secrets"},
    "probe_command": {**_OWN, "probe_kind": "exec"},
    "csi_parameters": {"secrets": _SECRETS, "secret_store": "csi"},
}
"""Answers that an example of a question needs beside it."""


def test_every_example_answer_is_right() -> None:
    _, questionnaire, _ = goldens.engine()
    questions = {question.name: question for question in goldens.engine()[0].asked}
    for each in describe(goldens.engine()[0]):
        if each["example"] is not None:
            beside = _OWN if "own" in questions[each["name"]].when else {}
            questionnaire.resolve({**beside, **NEEDED.get(each["name"], {}), each["name"]: each["example"]})


@pytest.mark.parametrize("name", goldens.NAMES)
def test_the_schema_accepts_the_examples(name: str) -> None:
    schema = json_schema(goldens.engine()[0])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((goldens.ROOT / "examples" / f"{name}.yml").read_text()), schema)
    jsonschema.validate(yaml.safe_load((goldens.EXAMPLES / name / ".copier-answers.yml").read_text()), schema)


@pytest.mark.parametrize("wrong", [{"nmae": "x"}, {"ports": 8080}, {"language": "perl"}, {"jobs": [{"command": "a"}]}])
def test_the_schema_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema(goldens.engine()[0]))


ASK_SHELL = {
    "bash": """source ./script; COMP_WORDS=(scaffold new --data language=); COMP_CWORD=3; _scaffold_completion scaffold
printf '%s\\n' "${COMPREPLY[@]}" """,
    "fish": "source ./script; complete -C 'scaffold new --data language='",
    # Completion in zsh lives in its line editor alone: here it is only loaded.
    "zsh": "autoload -U compinit; compinit -u -D; source ./script; print language=$+functions[_scaffold_completion]",
}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("new --data startup_s", "startup_seconds="),
        ("new --vcs-ref 0.1", "0.1.0"),
        ("update --to 0.1", "0.1.0"),
        ("update --ask jo", "jobs"),
        ("update --add dep", "dependencies."),
        ("update --remove jobs.", "jobs.digest"),
        ("update --remove memory_l", "memory_limit"),
        ("check --explain P08-probe-p", "P08-probe-port"),
        ("check --profile ess", "essential"),
        ("prove --only P02-z", "P02-zombies"),
        ("docs how-to/add-a-j", "how-to/add-a-job"),
        ("docs P08-probe-p", "P08-probe-port"),
    ],
)
def test_completion_knows_the_values(words: str, offered: str, tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("jobs: [{name: digest}]\nmemory_limit: 1Gi\n")
    done = scaffold(
        "",
        cwd=tmp_path,
        _SCAFFOLD_COMPLETE="bash_complete",
        COMP_WORDS=f"scaffold {words}",
        COMP_CWORD=str(len(words.split())),
    )
    assert done.stdout == f"plain,{offered}\n"


def with_scaffold(shell: str, folder: Path) -> dict[str, str]:
    """Put the command and a shell's completion script into a folder; return the variables of such a shell."""
    script = scaffold("completion", shell, cwd=folder).stdout
    assert "_SCAFFOLD_COMPLETE" in script
    (folder / "script").write_text(script)
    (folder / "scaffold").write_text(f'#!/bin/sh\nexec {" ".join(SCAFFOLD)} "$@"\n')
    (folder / "scaffold").chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(goldens.ROOT), "HOME": str(folder)}


def in_shell(shell: str, command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = with_scaffold(shell, folder)
    return subprocess.run([shell, "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", ASK_SHELL)
def test_completion_in_a_real_shell(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed; workshop/install-system installs it")
    done = in_shell(shell, ASK_SHELL[shell], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = {line.split()[0].removeprefix("language=") for line in done.stdout.splitlines()}
    choices = next(question for question in goldens.engine()[0].asked if question.name == "language").choices
    assert found == ({"1"} if shell == "zsh" else set(choices.values()))


def test_fish_shows_a_help_text_with_commas_whole(tmp_path: Path) -> None:
    if not shutil.which("fish"):
        pytest.skip("fish is not installed; workshop/install-system installs it")
    done = in_shell("fish", "source ./script; complete -C 'scaffold new --answ'", tmp_path)
    assert "Take answers from a YAML file, - for stdin" in done.stdout


@pytest.mark.parametrize(
    ("typed", "completed", "more", "refusal"),
    [
        ("new --data nam", "e=", "9x --dry-run --defaults", "a DNS label of at most 63"),
        ("update --add dep", "endencies.", "mail", "is not a git repository"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_no_blank_comes_before_what_follows(
    shell: str, typed: str, completed: str, more: str, refusal: str, tmp_path: Path
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed; workshop/install-system installs it")
    env = with_scaffold(shell, tmp_path)
    start = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    child = pexpect.spawn(shell, start, cwd=str(tmp_path), env=env, encoding="utf-8", timeout=60, dimensions=(40, 200))
    try:
        child.sendline("PS1='ready> '; autoload -U compinit && compinit -u -D" if shell == "zsh" else "PS1='ready> '")
        child.expect_exact("ready> ")
        child.sendline("source ./script")
        child.expect_exact("ready> ")
        child.send(f"scaffold {typed}")
        child.expect_exact(typed.split()[-1])  # zsh takes a Tab that comes with other keys as it is
        child.send("\t")
        child.expect_exact(completed)
        child.sendline(more)
        child.expect_exact(refusal)
    finally:
        child.close(force=True)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1", "FORCE_COLOR": "", "TERM": "xterm"}])
def test_no_color(environment: dict[str, str], tmp_path: Path) -> None:
    command = " ".join([*SCAFFOLD, "new", "out", "--defaults", "--dry-run"])
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(goldens.ROOT), **environment}
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"], cwd=tmp_path, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert b"README.md" in done.stdout
    assert b"\x1b[3" not in done.stdout
    assert b"\x1b[9" not in done.stdout


def test_quiet_says_nothing(tmp_path: Path) -> None:
    done = scaffold("new", "out", "--defaults", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
