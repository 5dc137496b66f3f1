"""A wrong option is exit code 2 in every command, and each option is tried here: one that is new needs its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scaffold.__main__ import run
from scaffold.cli import cli

# The wrong values of options that take a text; those with choices, ranges and flags are tried by their type.
WRONG = {
    "new --data": "no-equals-sign",
    "update --data": "no-equals-sign",
    "update --branch": "a..b",
    "questions --template": "ext::sh",
    "check --select": "P99",
    "check --ignore": "P99",
    "check --baseline": "no-such-file.json",
    "check --new-only": "no-such-revision",
    "check --policy": "no-such-file.yml",
    "check --explain": "P99",
    "pin --plain-http": "http://a/b",
    "prove --only": "P99",
    "template backstage --owner": "a b",
    "template backstage --action": "copier",
    "prove --image": "a b",
    "prove --build-arg": "=x",
    "prove --env": "no-equals-sign",
    "prove --load-image": "a b",
    "prove --stub-image": "a b",
}
TEMPLATE = ("build", "override", "remove", "restore", "files", "diff", "status", "pull", "release", "test", "backstage")
# What an option names can be right as an option, and wrong where it leads: that has a code of its own.
LEADS_ELSEWHERE = {
    "new --answers": ("no-such-file.yml", 3),
    "update --answers": ("no-such-file.yml", 3),
    "update --add": ("no-such-list.db", 3),
    "update --remove": ("dependencies.no-such-record", 3),
    "update --ask": ("replicas", 2),  # there is no terminal
    "new --template": ("ext::sh", 2),
    "update --template": ("ext::sh", 2),
    "update --onto": ("ext::sh", 2),
    "status --template": ("ext::sh", 2),
    "new --vcs-ref": ("no-such-version", 11),
    "questions --vcs-ref": ("no-such-version", 11),
    "update --to": ("no-such-version", 11),
    "template new --base": ("ext::sh", 2),
    "template new --vcs-ref": ("no-such-version", 11),
    **{f"template {name} --folder": ("no-such-folder", 12) for name in TEMPLATE},
    "template pull --to": ("no-such-version", 12),  # there is no template here
    "template test --golden": ("no-such-golden", 12),
    "check --write-baseline": ("no-such-folder/baseline.json", 4),
    "prove --junit": ("a-file/report.xml", 4),
    "prove --html": ("a-file/report.html", 4),
}
# Any text is a right one, or only the cluster knows.
ANYTHING = {
    "template new --name",
    "template new --url",
    "check --exclude",
    "prove --context",
    "prove --overlay",
    "prove --chart",
    "prove --values",
    "prove --load-command",
}


def options_of(kind: type[click.ParamType] | tuple[type[click.ParamType], ...]) -> Iterator[str]:
    for name, command in commands():
        for each in command.params:
            if isinstance(each, click.Option) and isinstance(each.type, kind):
                yield f"{name} {max(each.opts, key=len)}"


def commands(group: click.Group = cli, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its name: `template` has commands of its own."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def code_of(option: str, *value: str) -> int:
    *names, flag = option.split()
    return run([*names, *(f"{flag}={each}" for each in value)])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder that is no service, with one file in it."""
    (tmp_path / "a-file").touch()
    monkeypatch.chdir(tmp_path)


def test_every_option_is_tried() -> None:
    texts = set(options_of((click.types.StringParamType, click.Path)))
    assert texts == {*WRONG, *LEADS_ELSEWHERE, *ANYTHING}


@pytest.mark.parametrize("option", WRONG)
def test_a_wrong_text_is_2(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(option, WRONG[option]) == 2
    assert WRONG[option].lower() in capsys.readouterr().err.lower()


@pytest.mark.parametrize("option", [*options_of((click.Choice, click.IntRange))])
def test_a_value_that_is_none_of_them_is_2(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(option, "no-such-value") == 2
    assert option.split()[-1] in capsys.readouterr().err


@pytest.mark.parametrize("option", [*options_of(click.types.BoolParamType)])
def test_a_flag_takes_no_value(option: str) -> None:
    assert code_of(option, "yes") == 2


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_an_unknown_option_is_2(name: str) -> None:
    assert run([*name.split(), "--no-such-option"]) == 2


@pytest.mark.parametrize("name", ["update", "status", "check", "pin", "prove"])
def test_a_folder_that_is_not_there_is_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "no-such-folder"]) == 2
    assert "no-such-folder" in capsys.readouterr().err


@pytest.mark.parametrize("option", [each for each in LEADS_ELSEWHERE if not each.startswith("prove")])
def test_what_an_option_leads_to_has_its_own_code(option: str, tmp_path: Path) -> None:
    assert run(["new", "service", "--defaults", "--quiet"]) == 0
    value, code = LEADS_ELSEWHERE[option]
    *names, flag = option.split()
    words = {
        "new": ["other", "--defaults"],
        "template new": ["other", "--url", "https://git.example.org/template.git"],
        **{
            f"template {name}": ["x"] if name in ("override", "remove", "restore", "diff", "release") else []
            for name in TEMPLATE
        },
        "questions": [],
    }.get(" ".join(names), ["service"])
    assert run([*names, *words, f"{flag}={value}"]) == code
