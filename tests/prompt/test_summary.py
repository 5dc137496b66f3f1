"""The summary after the first questions: what it shows, how wide it is, and that every setting can be changed there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.prompt.conftest import Start
from tests.prompt.terminal import DOWN, ENTER, ESC, RIGHT, Terminal
from workshop import goldens


def at_the_summary(start: Start, *options: str, columns: int = 160) -> tuple[Terminal, str]:
    terminal = start("orders", *options, columns=columns)
    terminal.accepts_defaults(after="name")
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.child.before).replace("\r", "")
    return terminal, shown


def asks_for_replicas(terminal: Terminal) -> None:
    """Open the group of capacity in the summary, and its first setting."""
    terminal.presses(DOWN, DOWN, DOWN, DOWN, DOWN, ENTER)
    terminal.sees("Which of capacity?")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Number of pods in production")


@pytest.mark.parametrize("columns", [60, 99, 100, 160])
def test_it_shows_every_setting_with_its_reason_and_the_answers_last(start: Start, columns: int) -> None:
    _, shown = at_the_summary(start, "--data", "dependencies=[{name: mail}]", columns=columns)
    summary = shown[shown.rindex("Delivery") :]
    titles = ["Delivery", "Lifecycle", "Capacity", "Exposure", "Protection", "Monitoring", "Your answers"]
    assert [found for found in re.findall(r"^\W*(\w[\w ]*?)\W*$", summary, re.M) if found in titles] == titles
    assert "two, so that a node can be drained" in re.sub(r"[│\s]+", " ", summary)
    record = summary[summary.index("dependencies") :]
    assert re.search(r"mail \(url\b.*http://mail,.*kind\b.*critical,.*timeout\b.*1\)", record, re.DOTALL)
    assert "{" not in summary, "lists of records are in words, not JSON"
    assert max(map(len, summary.splitlines())) <= columns
    assert ("│" in summary) == (columns >= 100)
    assert len(summary.splitlines()) < 85


def test_a_group_is_opened_and_a_setting_changed(start: Start) -> None:
    terminal, _ = at_the_summary(start)
    asks_for_replicas(terminal)
    terminal.types("3")
    terminal.sees("replicas        3")
    terminal.sees("max_replicas    3")  # a default follows what it is made of
    terminal.presses(ESC)
    terminal.sees("your answer")
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert (terminal.answers()["replicas"], terminal.answers()["max_replicas"]) == (3, 3)


def test_escape_leaves_a_setting_as_it_was(start: Start) -> None:
    terminal, _ = at_the_summary(start)
    asks_for_replicas(terminal)
    terminal.types("7", then="")
    terminal.presses(ESC)
    terminal.sees("replicas        2")
    terminal.presses(ENTER)
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.answers()["replicas"] == 2


def test_escape_before_the_first_of_several_questions_takes_back_what_was_chosen(start: Start) -> None:
    terminal, _ = at_the_summary(start)
    terminal.presses(DOWN, DOWN, DOWN, ENTER)
    terminal.sees("Which of protection?")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Rate and connection limiter")
    terminal.presses(DOWN, DOWN, ENTER)  # nginx
    terminal.sees("Sustained rate")
    terminal.presses(ESC)
    terminal.sees("Rate and connection limiter")
    terminal.presses(ESC)
    terminal.sees("Which of protection?")
    terminal.sees("limiter  none")
    terminal.presses(ESC)
    terminal.sees(RIGHT)
    asks_for_replicas(terminal)  # another answer is changed: all are gone through again
    terminal.types("3")
    terminal.sees("replicas        3")
    terminal.presses(ESC)
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert terminal.answers()["limiter"] == "none"


def test_a_default_that_enter_took_goes_on_to_follow(start: Start) -> None:
    terminal, _ = at_the_summary(start)
    terminal.presses(DOWN, DOWN, DOWN, DOWN, DOWN, ENTER)
    terminal.sees("Which of capacity?")
    terminal.presses(DOWN, DOWN, ENTER)
    terminal.sees("Maximum number of pods")
    terminal.presses(ENTER)
    terminal.sees("Which of capacity?")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Number of pods in production")
    terminal.types("3")
    terminal.sees("max_replicas    3")


def test_an_answer_that_was_given_does_not_follow(start: Start, tmp_path: Path) -> None:
    settings = tmp_path / "config/kube-scaffold/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[answers]\nreplicas = 2\n")
    terminal, _ = at_the_summary(start, "--data", "startup_seconds=10")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Which of your answers?")
    terminal.presses(DOWN, DOWN, DOWN, ENTER)
    terminal.sees("Language of the service")
    terminal.presses(DOWN, ENTER)  # Go
    terminal.sees("Which of your answers?")
    terminal.presses(ENTER)
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    answers = terminal.answers()
    assert (answers["language"], answers["startup_seconds"]) == ("go", 10)
    assert answers["memory_limit"] != "256Mi", "nobody gave Python's default"
    assert answers["answered"] == ["language", "name", "replicas", "startup_seconds"]


def test_an_answer_is_changed_and_what_was_typed_stays(start: Start) -> None:
    terminal, _ = at_the_summary(start, "--data", "kubernetes_namespace=payments")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Which of your answers?")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Name of the service")
    terminal.types("billing")
    terminal.sees("Which of your answers?")
    terminal.presses(ENTER)
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    answers = terminal.answers()
    assert answers["name"] == "billing"
    assert answers["repository"] == "github.com/example-org/billing"
    assert answers["kubernetes_namespace"] == "payments"


def test_what_matters_only_after_a_change_is_asked_then(start: Start) -> None:
    terminal, shown = at_the_summary(start)
    assert "limit_burst" not in shown
    terminal.presses(DOWN, DOWN, DOWN, ENTER)
    terminal.sees("Which of protection?")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Rate and connection limiter")
    terminal.presses(DOWN, DOWN, ENTER)  # nginx
    terminal.sees("Sustained rate")
    terminal.types("7")
    for question in (each for each in goldens.engine()[0].asked if each.name.startswith(("limit_", "trusted_"))):
        if question.name != "limit_requests_per_second":
            terminal.sees(question.help)
            terminal.presses(ENTER)
    terminal.sees("Which of protection?")
    terminal.presses(ESC)
    terminal.sees(RIGHT)
    terminal.presses(ENTER)
    assert terminal.ends() == 0
    assert (terminal.answers()["limiter"], terminal.answers()["limit_requests_per_second"]) == ("nginx", 7)


def test_the_numbers_that_follow_are_shown_on_demand(start: Start) -> None:
    terminal, shown = at_the_summary(start)
    assert "startupProbe failureThreshold" not in shown
    terminal.presses("\x1b[A", "\x1b[A", ENTER)
    terminal.sees("startupProbe failureThreshold")
    terminal.sees("30 x 1 s")
    terminal.sees(RIGHT)


def test_it_says_where_a_value_comes_from(start: Start, tmp_path: Path) -> None:
    settings = tmp_path / "config/kube-scaffold/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[answers]\nowner = "acme/user"\nimage_registry = "registry.acme.example"\n')
    _, shown = at_the_summary(start, "--data", "replicas=4", columns=400)
    rows = {row.split()[0]: row for row in re.findall(r"│ +(\w.*?) *│\n?$", shown, re.M) if len(row.split()) > 2}
    assert "from the command line" in rows["replicas"]
    assert "config.toml: [answers]" in rows["image_registry"]
    assert "acme/user" in rows["owner"]


def test_files_that_are_replaced_are_listed_and_asked_about(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "work/orders"
    folder.mkdir()
    (folder / "README.md").write_text("mine")
    terminal, _ = at_the_summary(start, "--force", "--data", "owner=acme/web")
    terminal.presses(ENTER)
    terminal.sees("orders: replaces 1 file:")
    terminal.sees("README.md")
    terminal.sees("Replace them?")
    terminal.types("n")
    terminal.sees("Nothing was written. Your answers are saved")
    assert terminal.ends() == 0
    assert [path.name for path in folder.iterdir()] == ["README.md"]
    again = start("--resume")
    again.sees("acme/web")
    again.sees(RIGHT)
    again.presses(ENTER)
    again.sees("Replace them?")
    again.types("y")
    assert again.ends() == 0
    assert (folder / "README.md").read_text().startswith("# orders")


def test_answers_are_not_lost_where_the_service_can_t_be_written(start: Start, tmp_path: Path) -> None:
    terminal, _ = at_the_summary(start, "--data", "owner=acme/web")
    (tmp_path / "work/orders").write_text("in the way")
    terminal.presses(ENTER)
    terminal.sees("orders is a file")
    assert terminal.ends() == 4
    (tmp_path / "work/orders").unlink()
    again = start("--resume")
    again.sees("acme/web")
    again.sees(RIGHT)
    again.presses(ENTER)
    assert again.ends() == 0
    assert again.answers()["owner"] == "acme/web"
