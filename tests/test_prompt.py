"""The terminal's questions, answered by another program through a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pexpect
import pytest
import yaml

from scaffold import prompt
from workshop import goldens

ENTER, DOWN, UP, CTRL_C = "\r", "\x1b[B", "\x1b[A", "\x03"
CLEAR = "\x15"  # ^U: empty the line


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[pexpect.spawn]:
    child = scaffold_new(tmp_path)
    yield child
    child.close(force=True)


def scaffold_new(folder: Path, *options: str, columns: int = 160) -> pexpect.spawn:
    env = {
        **os.environ,
        "PYTHONPATH": str(goldens.ROOT),
        "NO_COLOR": "1",
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }
    return pexpect.spawn(
        sys.executable,
        ["-m", "scaffold", "new", *options],
        cwd=str(folder),
        env=env,
        encoding="utf-8",
        timeout=60,
        dimensions=(60, columns),
    )


def accept_defaults(
    terminal: pexpect.spawn, *, until: str, after: str | None = None, but: tuple[str, ...] = ()
) -> None:
    """Press Enter at each question (`after` the one of that name, and not `but` these) until `until` is shown."""
    questions = [question for question in goldens.engine()[0].asked if question.name not in but]
    first = [question.name for question in questions].index(after) + 1 if after else 0
    waiting = [question.help for question in questions[first:]]
    while found := terminal.expect_exact([until, *waiting]):
        terminal.send(ENTER)
        del waiting[:found]  # with those that are not asked, because they change nothing


def answers(tmp_path: Path) -> dict[str, object]:
    file = next(tmp_path.glob("*/.copier-answers.yml"))
    content: dict[str, object] = yaml.safe_load(file.read_text())
    return content


def test_defaults_by_enter(terminal: pexpect.spawn, tmp_path: Path) -> None:
    accept_defaults(terminal, until="Is this right?")
    terminal.send(ENTER)
    terminal.expect("make setup test")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert answers(tmp_path)["name"] == "my-service"


def test_a_wrong_answer_is_refused_while_typing_with_the_whole_sentence(tmp_path: Path) -> None:
    terminal = scaffold_new(tmp_path, columns=80)
    terminal.expect("Name of the service")
    terminal.send(CLEAR + "Payments" + ENTER)
    terminal.expect("is not a DNS label")
    terminal.expect("for example payments-api")  # on its second line
    terminal.setwinsize(60, 160)
    terminal.send(CLEAR + "payments" + ENTER)
    accept_defaults(terminal, until="Is this right?", after="name")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    assert answers(tmp_path)["name"] == "payments"
    terminal.close(force=True)


def test_the_summary_gives_answers_and_reasons(terminal: pexpect.spawn) -> None:
    accept_defaults(terminal, until="Derived from them")
    terminal.expect("startupProbe failureThreshold")
    terminal.expect("30 x 1 s")
    terminal.expect("Is this right")


def test_a_record_is_added_edited_and_removed(terminal: pexpect.spawn, tmp_path: Path) -> None:
    accept_defaults(terminal, until="Services that this one calls")
    terminal.send(DOWN + ENTER)  # Add
    terminal.expect("Name of the dependency")
    terminal.send(CLEAR + "Not Right" + ENTER)
    terminal.expect("is not a name of at most 30")
    terminal.send(CLEAR + "weather" + ENTER)
    terminal.expect("Its URL")
    terminal.send(CLEAR + "http://weather" + ENTER)
    terminal.expect("critical")
    terminal.send(DOWN + ENTER)  # auxiliary
    terminal.expect("Seconds to wait")
    terminal.send(CLEAR + "99" + ENTER)
    terminal.expect("short enough")
    terminal.send(CLEAR + "0.5" + ENTER)
    terminal.expect("Services that this one calls")
    terminal.send(DOWN + ENTER)  # Add another
    terminal.expect("Name of the dependency")
    terminal.send(CLEAR + "mail" + ENTER)
    terminal.expect("Its URL")
    terminal.send(ENTER)
    terminal.expect("critical")
    terminal.send(ENTER)
    terminal.expect("Seconds to wait")
    terminal.send(ENTER)
    terminal.expect("Services that this one calls")
    terminal.send(DOWN * 3 + ENTER)  # Remove
    terminal.expect("Remove which")
    terminal.send(DOWN + ENTER)
    terminal.expect("Services that this one calls")
    terminal.send(DOWN * 2 + ENTER)  # Edit
    terminal.expect("Edit which")
    terminal.send(ENTER)
    for words in ("Name of the dependency", "Its URL", "auxiliary"):
        terminal.expect(words)
        terminal.send(ENTER)
    terminal.expect("Seconds to wait")
    terminal.send(CLEAR + "0.25" + ENTER)
    terminal.expect("Services that this one calls")
    terminal.send(ENTER)  # Done
    accept_defaults(terminal, until="Is this right?", after="dependencies")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    expected = {"name": "weather", "url": "http://weather", "kind": "auxiliary", "timeout": 0.25}
    assert answers(tmp_path)["dependencies"] == [expected]


def test_going_back_to_change_an_answer(terminal: pexpect.spawn, tmp_path: Path) -> None:
    terminal.expect("Name of the service")
    terminal.send(ENTER)
    accept_defaults(terminal, until="Kubernetes namespace", after="name")
    terminal.send(CLEAR + "payments" + ENTER)
    accept_defaults(terminal, until="Is this right?", after="kubernetes_namespace")
    terminal.send(DOWN + ENTER)
    terminal.expect("Which answer")
    terminal.send(ENTER)  # name
    terminal.expect("Name of the service")
    terminal.send(CLEAR + "billing" + ENTER)
    terminal.expect("Is this right?")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    given = answers(tmp_path)
    assert given["name"] == "billing"
    assert given["repository"] == "github.com/example-org/billing", "a default follows what it is made of"
    assert given["kubernetes_namespace"] == "payments", "what was typed stays"


def test_what_matters_only_after_a_change_is_asked_then(terminal: pexpect.spawn, tmp_path: Path) -> None:
    accept_defaults(terminal, until="Is this right?")
    assert "Requests a second" not in terminal.before
    terminal.send(DOWN + ENTER)
    terminal.expect("Which answer")
    terminal.send(UP * 4 + ENTER)  # the limiter, above native_sidecars, prometheus and ci
    terminal.expect("Rate and connection limiter")
    terminal.send(DOWN * 2 + ENTER)  # nginx
    terminal.expect("Requests a second that a pod lets through")
    terminal.send(CLEAR + "7" + ENTER)
    for question in (each for each in goldens.engine()[0].asked if each.name.startswith(("limit_", "trusted_"))):
        if question.name != "limit_requests_per_second":
            terminal.expect_exact(question.help)
            terminal.send(ENTER)
    terminal.expect_exact("Is this right?")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    assert (answers(tmp_path)["limiter"], answers(tmp_path)["limit_requests_per_second"]) == ("nginx", 7)


def test_quitting_writes_nothing(terminal: pexpect.spawn, tmp_path: Path) -> None:
    accept_defaults(terminal, until="Is this right?")
    terminal.send(UP + ENTER)  # the last choice
    terminal.expect("Nothing was written")
    terminal.expect(pexpect.EOF)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_by_data_is_told_and_asked(tmp_path: Path) -> None:
    terminal = scaffold_new(
        tmp_path, "--data", "name=Payments", "--data", "ci=jenkins", "--data", "owner=example-org/web"
    )
    terminal.expect_exact('"Payments" is not a DNS label')
    terminal.expect("Name of the service")
    terminal.send(CLEAR + "payments" + ENTER)
    accept_defaults(terminal, until="'jenkins' is not in", after="name", but=("owner",))
    terminal.expect("Forge whose CI")
    terminal.send(DOWN + ENTER)
    accept_defaults(terminal, until="Is this right?", after="ci")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    assert {key: answers(tmp_path)[key] for key in ("name", "ci", "owner")} == {
        "name": "payments",
        "ci": "gitlab",
        "owner": "example-org/web",
    }
    terminal.close(force=True)


ADD = [("Services that this one calls", DOWN + ENTER)]
A_DEPENDENCY = [
    *ADD,
    ("Name of the dependency", ENTER),
    ("Its URL", ENTER),
    ("critical", ENTER),
    ("Seconds to wait", ENTER),
]
BACK = [("Is this right?", DOWN + ENTER)]


@pytest.mark.parametrize(
    ("steps", "until"),
    [
        ([], "Name of the service"),
        ([], "Language that the service"),
        ([], "Services that this one calls"),
        (ADD, "Name of the dependency"),
        (A_DEPENDENCY[:3], "critical"),
        ([*A_DEPENDENCY, ("Services that this one calls", DOWN * 2 + ENTER)], "Edit which"),
        ([*A_DEPENDENCY, ("Services that this one calls", DOWN * 3 + ENTER)], "Remove which"),
        ([], "Is this right?"),
        (BACK, "Which answer"),
        ([*BACK, ("Which answer", ENTER)], "Name of the service"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_interrupted_writes_nothing(
    terminal: pexpect.spawn, steps: list[tuple[str, str]], until: str, tmp_path: Path
) -> None:
    accept_defaults(terminal, until=steps[0][0] if steps else until)
    for index, (_, keys) in enumerate(steps):
        terminal.send(keys)
        terminal.expect_exact(steps[index + 1][0] if index + 1 < len(steps) else until)
    terminal.send(CTRL_C)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_the_input_interrupts_too(terminal: pexpect.spawn, tmp_path: Path) -> None:
    terminal.expect("Name of the service")
    terminal.send(CLEAR + "\x04")
    terminal.expect_exact("Interrupted: nothing was written.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_was_given_does_not_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    questionnaire = goldens.engine()[1]
    answers = questionnaire.resolve({"memory_limit": "256Mi"})
    chosen = iter(["language", "java"])
    monkeypatch.setattr(prompt.questionary, "select", lambda *_, **__: SimpleNamespace(unsafe_ask=lambda: next(chosen)))
    monkeypatch.setattr(prompt, "_text", lambda _, default, __: default)  # 256Mi is asked again: Java needs more
    changed = prompt.change_one(questionnaire, replace(answers, given=frozenset({"startup_seconds"})))
    assert (changed.asked["language"], changed.asked["startup_seconds"]) == ("java", 10)
    assert changed.asked["memory_limit"] == "512Mi" and changed.given == {"startup_seconds"}
