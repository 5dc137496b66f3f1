"""`scaffold update --ask-new` asks what the service has not answered yet, and nothing else; --ask what it names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect

from tests.support.answers import recorded_in
from workshop.history import Lineage, git


def update(service: Path, lineage: Lineage, *options: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-m", "scaffold", "update", *(options or ("--to", "0.2.0", "--ask-new"))],
        cwd=str(service),
        env={**os.environ, **lineage.environment, "NO_COLOR": "1", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        encoding="utf-8",
        timeout=60,
        dimensions=(60, 160),
    )


def test_new_questions_are_asked(start, lineage) -> None:
    service = start()
    terminal = update(service, lineage)
    terminal.expect_exact("Team that owns the service")  # by its new name, with the answer to the old one
    terminal.send("\r")
    terminal.expect_exact("How much is logged")
    terminal.send("\x1b[B\r")
    terminal.expect_exact("Written and staged, not committed.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert (service / "deploy/base/logging.env").read_text() == "LOG_LEVEL=debug\n"
    assert "team: example-org/web\n" in (service / ".copier-answers.yml").read_text()


def test_an_interrupted_question_writes_nothing(start, lineage) -> None:
    service = start()
    terminal = update(service, lineage)
    terminal.expect_exact("Team that owns the service")
    terminal.send("\x03")
    terminal.expect_exact("Interrupted: nothing was written.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert git(service, "status", "--porcelain") == ""


def test_a_question_is_asked_again(start, lineage) -> None:
    service = start("defaults")
    terminal = update(service, lineage, "--to", "0.1.0", "--ask", "replicas")
    terminal.expect_exact("Number of pods in production")
    terminal.send("5\r")
    terminal.expect_exact("replicas: 2 -> 5 (given)")
    terminal.expect_exact("max_replicas: 2 -> 5 (follows its default)")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert (recorded_in(service)["max_replicas"], recorded_in(service)["answered"]) == (5, ["replicas"])


def test_escape_goes_back_and_enter_lets_a_default_follow(start, lineage) -> None:
    service = start("defaults")
    terminal = update(service, lineage, "--to", "0.1.0", "--ask", "replicas", "--ask", "max_replicas")
    terminal.expect_exact("Esc goes back to the question before")
    terminal.expect_exact("Number of pods in production")
    terminal.send("4\r")
    terminal.expect_exact("Maximum number of pods")
    terminal.send("\x1b")
    terminal.expect_exact("Number of pods in production")
    terminal.send("5\r")
    terminal.expect_exact("Maximum number of pods")
    terminal.send("\r")
    terminal.expect_exact("max_replicas: 2 -> 5 (follows its default)")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert recorded_in(service)["answered"] == ["replicas"]


def test_a_question_that_is_none_is_refused(start, lineage) -> None:
    terminal = update(start("defaults"), lineage, "--to", "0.1.0", "--ask", "replica")
    terminal.expect_exact("replica is not a question of this template. Did you mean replicas?")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 3


def test_another_language_is_confirmed(start, lineage) -> None:
    service = start("defaults")
    terminal = update(service, lineage, "--to", "0.1.0", "--data", "language=go")
    terminal.expect_exact("files that the template has made. Continue? [y/N]")
    terminal.send("n\r")
    terminal.expect_exact("Nothing was written.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert git(service, "status", "--porcelain") == ""
