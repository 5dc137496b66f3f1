"""`scaffold update`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli import complete, options
from scaffold.cli.help import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.engine.answers import Answers, Questionnaire
    from scaffold.update.run import Result

NEXT = ("git diff --staged", "make setup test", "git commit")
NEXT_WITH_CONFLICTS = ("git status", "git mergetool", "scaffold update --abort")


@click.command(
    short_help="Bring a service to a newer version of the template.",
    epilog=examples(
        "scaffold update                       bring the service in this folder to the newest template",
        "scaffold update payments --dry-run    show what it would bring, and why",
        "scaffold update --to 0.2.0 --ask-new  to this version; ask what it asks and the old one did not",
        "scaffold update --conflict theirs     where both changed a line, take the template's",
        "scaffold update --abort               take it back before it is committed",
    ),
)
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "wanted",
    metavar="VERSION",
    shell_complete=complete.version,
    help="A release, or a commit of the template (default: the newest).",
)
@click.option("--dry-run", is_flag=True, help="Show what it would bring; write nothing.")
@options.answers(help="Take answers from a YAML file instead of those that the service remembers; --data wins.")
@options.data(help="Answer a question anew. May be given again.")
@click.option("--ask-new", is_flag=True, help="Ask the questions that the service has not answered yet.")
@click.option(
    "--conflict",
    type=click.Choice(["inline", "ours", "theirs", "reject"]),
    default="inline",
    show_default=True,
    help="Where both changed a line: markers in the file, the service's, the template's, or a .rej file beside it.",
)
@click.option("--abort", "abort_", is_flag=True, help="Take the last update back, as long as it is not committed.")
@click.option("--template", "url", metavar="URL", help="Another address of the template that the service may remember.")
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def update(
    folder: Path,
    *,
    wanted: str | None,
    dry_run: bool,
    answers_file: Path | None,
    data: tuple[str, ...],
    ask_new: bool,
    conflict: str,
    abort_: bool,
    url: str | None,
    json_: bool,
    quiet: bool,
) -> None:
    """Bring the service in FOLDER (default: this one) to a newer version of the template, and keep its own changes."""
    from scaffold.errors import CONFLICTS
    from scaffold.releases.home import installed_home
    from scaffold.show import update as show
    from scaffold.show.console import console
    from scaffold.show.say import say_json
    from scaffold.update.run import Request, take_back
    from scaffold.update.run import update as run

    out = console(quiet=quiet or json_, result=dry_run)
    if abort_:
        taken = take_back(folder)
        if json_:
            say_json({"folder": str(folder), "aborted": dict(taken.note), "files": [s.path for s in taken.steps]})
        show.aborted(out, taken)
        return
    if ask_new and (json_ or not sys.stdin.isatty()):
        raise click.UsageError("there is no terminal to ask in; answer with --data KEY=VALUE or --answers FILE.")
    given = _given(answers_file, data)
    request = Request(installed_home(url), wanted, given, conflict, dry_run, ask=_ask if ask_new else None)
    outcome = run(folder, request, show=lambda told: show.report(out, told))
    if json_:
        say_json(_result(folder, outcome))
    show.closing(out, outcome, next_commands(outcome))
    if outcome.unresolved:
        raise click.exceptions.Exit(CONFLICTS)


def _given(answers_file: Path | None, data: tuple[str, ...]) -> dict[str, Any]:
    from scaffold.engine.answers_file import parse_pairs, read_answers

    return {**(read_answers(answers_file) if answers_file else {}), **parse_pairs(data)}


def _ask(questionnaire: Questionnaire, given: Mapping[str, Any]) -> Answers:
    from scaffold import prompt

    return prompt.ask_all(questionnaire, given, {})


def next_commands(outcome: Result) -> tuple[str, ...]:
    """Return what to run now."""
    if not outcome.applied:
        return ()
    return NEXT_WITH_CONFLICTS if outcome.unresolved else NEXT


def _result(folder: Path, outcome: Result) -> dict[str, Any]:
    told, plan = outcome.report, outcome.plan
    return {
        "folder": str(folder),
        "from": told.old.name,
        "to": told.new.name,
        "applied": outcome.applied,
        "changes": [vars(change) for change in told.changes],
        "files": [vars(line) for line in told.lines],
        "conflicts": [{**vars(clash), "changes": [change.id for change in clash.changes]} for clash in told.clashes],
        "rejects": sorted(plan.beside),
        "drivers": dict(told.drivers),
        "answers": dict(plan.crossing.new_answers.asked),
        "next": list(next_commands(outcome)),
    }
