"""The questions that come before the summary: few keys, defaults as hints, a way back, records."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.prompt.conftest import Start
from tests.prompt.terminal import CTRL_C, CTRL_D, DOWN, ENTER, ESC, RIGHT, UP, Terminal, first_questions


def test_few_questions_are_asked() -> None:
    assert [question.name for question in first_questions()] == [
        "name", "owner", "language", "ports", "dependencies", "jobs",
    ]  # fmt: skip


def test_the_smallest_service_takes_eight_keys_after_its_name(terminal: Terminal) -> None:
    terminal.sees("Name of the service")
    terminal.types("orders")
    terminal.keys = 0
    terminal.accepts_defaults(after="name")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.keys <= 8
    assert terminal.answers()["name"] == "orders"


def test_a_folder_s_name_is_not_asked_again(start: Start) -> None:
    terminal = start("orders")
    terminal.accepts_defaults(after="name")
    assert "Name of the service" not in terminal.child.before
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.answers()["name"] == "orders"


def test_enter_takes_the_hint_and_shows_it_as_the_answer(terminal: Terminal) -> None:
    terminal.sees("Name of the service")
    terminal.sees("my-service")
    terminal.presses(ENTER)
    terminal.accepts_defaults(after="name")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.answers()["name"] == "my-service"


def test_a_wrong_answer_is_refused_while_typing_with_the_whole_sentence(start: Start) -> None:
    terminal = start(columns=60)
    terminal.sees("Name of the service")
    terminal.types("Payments", then="")
    terminal.sees("name must be a DNS label")
    terminal.sees("payments-api")  # on its last line
    terminal.types("\x15payments")
    terminal.accepts_defaults(after="name")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.answers()["name"] == "payments"


def test_escape_goes_back_and_keeps_what_was_typed_as_the_hint(terminal: Terminal) -> None:
    terminal.sees("Name of the service")
    terminal.types("orders")
    terminal.sees("Team that owns")
    terminal.types("example-org/web")
    terminal.sees("Language of the service")
    terminal.presses(ESC)
    terminal.sees("Team that owns")
    terminal.sees("example-org/web")
    terminal.presses(ESC)
    terminal.sees("Name of the service")
    terminal.sees("orders")
    terminal.types("billing")
    terminal.sees("Team that owns")
    terminal.sees("example-org/web")
    terminal.presses(ENTER)
    terminal.accepts_defaults(after="owner")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    answers = terminal.answers()
    assert (answers["name"], answers["owner"]) == ("billing", "example-org/web")
    assert answers["repository"] == "github.com/example-org/billing", "a default follows what it is made of"


def test_escape_before_the_first_question_asks_it_again(terminal: Terminal) -> None:
    terminal.sees("Name of the service")
    terminal.presses(ESC)
    terminal.sees("Name of the service")
    terminal.types("orders")
    terminal.sees("Team that owns")


def test_a_record_is_added_edited_and_removed(start: Start) -> None:
    terminal = start("orders")
    terminal.accepts_defaults(after="name", until="Services that this one calls")
    terminal.presses(DOWN, ENTER)  # Add
    terminal.sees("Name of the dependency")
    terminal.types("Not Right", then="")
    terminal.sees("must be a name of at most 30")
    terminal.types("\x15weather")
    terminal.sees("Its URL")
    terminal.sees("http://weather")
    terminal.presses(ENTER)
    terminal.sees("critical")
    terminal.presses(DOWN, ENTER)  # auxiliary
    terminal.sees("Time limit of a call")
    terminal.types("99", then="")
    terminal.sees("dependencies.weather.timeout must be at most 17 s")
    terminal.types("\x15[", then="")
    terminal.sees("find expected")  # "must be valid YAML"; only what differs from the sentence before is drawn
    terminal.types("\x150.5")
    terminal.sees("weather (url http://weather, kind auxiliary, timeout 0.5)")
    terminal.sees("Remove")
    terminal.presses(DOWN, ENTER)  # Add another
    for words in ("Name of the dependency", "Its URL", "critical", "Time limit"):
        terminal.sees(words)
        terminal.types("mail" if words.startswith("Name") else "")
    terminal.sees("mail (url http://mail, kind critical, timeout 1)")
    terminal.sees("Remove")
    terminal.presses(DOWN, DOWN, DOWN, ENTER)  # Remove
    terminal.sees("Remove which")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Services that this one calls")
    terminal.sees("Remove")
    terminal.presses(DOWN, DOWN, ENTER)  # Edit
    terminal.sees("Edit which")
    terminal.presses(ENTER)
    for words in ("Name of the dependency", "Its URL", "auxiliary"):
        terminal.sees(words)
        terminal.presses(ENTER)
    terminal.sees("Time limit of a call")
    terminal.types("0.25")
    terminal.sees("Services that this one calls")
    terminal.sees("Remove")
    terminal.presses(ENTER)  # Done
    terminal.accepts_defaults(after="dependencies")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    expected = {"name": "weather", "url": "http://weather", "kind": "auxiliary", "timeout": 0.25}
    assert terminal.answers()["dependencies"] == [expected]


def test_a_job_runs_the_command_of_its_name(start: Start) -> None:
    terminal = start("orders")
    terminal.accepts_defaults(after="name", until="Jobs that run from the same image")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Name of the job")
    terminal.types("reconcile")
    for words in ("Sub-command", "Time limit of the job", "Number of retries", "Cron line"):
        terminal.sees(words)
        terminal.presses(ENTER)
    terminal.accepts_defaults(after="dependencies")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    expected = {"name": "reconcile", "command": "reconcile", "deadline": 600, "retries": 2}
    assert terminal.answers()["jobs"] == [expected]


def test_escape_in_a_record_goes_to_the_field_before_and_then_to_the_list(start: Start) -> None:
    terminal = start("orders")
    terminal.accepts_defaults(after="name", until="Services that this one calls")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Name of the dependency")
    terminal.types("mail")
    terminal.sees("Its URL")
    terminal.presses(ESC)
    terminal.sees("Name of the dependency")
    terminal.sees("mail")
    terminal.presses(ESC)
    terminal.sees("Services that this one calls")
    terminal.presses(ESC)
    terminal.sees("Ports that serve traffic")


def test_a_wrong_answer_by_data_is_told_and_asked(start: Start) -> None:
    terminal = start("--data", "name=Payments", "--data", "ci=jenkins", "--data", "owner=example-org/web")
    terminal.sees("not Payments. Example: payments-api.")
    terminal.sees("Name of the service")
    terminal.types("payments")
    terminal.sees("ci must be one of github, gitlab, none, not jenkins.")
    terminal.sees("CI system")
    terminal.presses(DOWN, ENTER)
    terminal.accepts_defaults(after="owner")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    answers = terminal.answers()
    assert {key: answers[key] for key in ("name", "ci", "owner")} == {
        "name": "payments",
        "ci": "gitlab",
        "owner": "example-org/web",
    }
    assert answers["repository"] == "gitlab.com/example-org/payments"


def test_a_folder_that_is_no_name_is_told_and_the_name_is_asked(start: Start) -> None:
    terminal = start("1foo")
    terminal.sees('not "1foo". Example: payments-api.')
    terminal.sees("Name of the service")
    terminal.types("foo")
    terminal.accepts_defaults(after="name")
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert (terminal.folder / "1foo").is_dir()
    assert terminal.answers()["name"] == "foo"


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ((), "my-service"),
        ((ENTER, ENTER), "Language of the service"),
        ((ENTER, ENTER, ENTER, ENTER), "Services that this one calls"),
        ((ENTER, ENTER, ENTER, ENTER, DOWN, ENTER), "Name of the dependency"),
        ((ENTER, ENTER, ENTER, ENTER, ENTER, ENTER), RIGHT),
        ((ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, DOWN, ENTER), "Which of your answers?"),
        ((ENTER, ENTER, ENTER, ENTER, ENTER, ENTER, UP, ENTER), "Nothing was written."),
    ],
)
def test_interrupted_writes_nothing(terminal: Terminal, keys: tuple[str, ...], until: str) -> None:
    terminal.sees("Name of the service")
    terminal.presses(*keys)
    terminal.sees(until)
    if until != "Nothing was written.":
        terminal.presses(CTRL_C)
    assert terminal.ends() == (0 if until == "Nothing was written." else 130)
    assert list(terminal.folder.iterdir()) == []


def test_the_end_of_the_input_interrupts_too(terminal: Terminal) -> None:
    terminal.sees("Name of the service")
    terminal.presses(CTRL_D)
    terminal.sees("Interrupted: nothing was written.")
    assert terminal.ends() == 130


def test_an_interrupted_run_is_resumed(start: Start, tmp_path: Path) -> None:
    terminal = start("orders", "--data", "ci=gitlab")
    terminal.sees("Team that owns")
    terminal.types("example-org/web")
    terminal.sees("Language of the service")
    terminal.presses(DOWN, ENTER)  # Go
    terminal.sees("Ports that serve traffic")
    terminal.presses(CTRL_C)
    terminal.sees("Continue with: scaffold new --resume")
    assert terminal.ends() == 130
    kept = tmp_path / "state/kube-scaffold/unfinished.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["typed"] == {"owner": "example-org/web", "language": "go"}
    again = start("--resume")
    assert "Team that owns" not in again.sees("Ports that serve traffic")
    again.presses(ESC)  # back into what was answered before
    again.sees("Language of the service")
    again.presses(ENTER)
    again.sees("Ports that serve traffic")
    again.presses(ENTER)
    again.accepts_defaults(after="ports")
    again.presses(ENTER)
    assert again.ends() == 0
    answers = again.answers()
    assert (answers["name"], answers["owner"], answers["language"], answers["ci"]) == (
        "orders", "example-org/web", "go", "gitlab",
    )  # fmt: skip
    assert answers["answered"] == ["ci", "language", "name", "owner"], "given or typed, before ^C or after it"
    assert not kept.exists(), "what is finished is not kept"
    last = start("--resume")
    last.sees("there is no interrupted `scaffold new` to continue")
    assert last.ends() == 2


@pytest.mark.parametrize("content", ["", "[]", "{", '{"folder": null}', '{"unknown": 1}'])
def test_a_broken_record_of_an_interrupted_run_is_told(start: Start, tmp_path: Path, content: str) -> None:
    kept = tmp_path / "state/kube-scaffold/unfinished.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(content)
    terminal = start("--resume")
    terminal.sees("can't be used; remove it")
    assert terminal.ends() == 2


def test_a_question_of_a_narrow_terminal_is_whole(start: Start) -> None:
    terminal = start("orders", "--data", "owner=a", columns=40)
    terminal.sees("Language of the")
    terminal.presses(ENTER, ENTER, ENTER)
    terminal.sees("Jobs that run")
    shown = terminal.sees("Add")
    assert "schedule:" in shown and "none" in shown
