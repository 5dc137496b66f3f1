"""`scaffold update`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli import complete, options, values
from scaffold.cli.help import examples

if TYPE_CHECKING:
    from scaffold.errors import ScaffoldError
    from scaffold.update.report import UpdateReport
    from scaffold.update.resolve import Choice
    from scaffold.update.run import Request, Updated
    from scaffold.update.wanted import Wanted

TEST = "make setup test"
NEXT = ("git diff --staged", TEST, "git commit")
NEXT_COMMITTED = ("git show", TEST)
NEXT_WITH_CONFLICTS = (
    "git status",
    "git mergetool",
    "git add --update",
    TEST,
    "git commit",
)
NEXT_WITH_REJECTS = ("git status", "git add --update", TEST, "git commit")


@click.command(
    short_help="Update services to a newer template, or change answers.",
    epilog=examples(
        "scaffold update                       update the service in this folder to the newest template",
        "scaffold update payments --dry-run    show what would change, and why",
        "scaffold update --data replicas=3     change an answer, and the answers that follow from it",
        "scaffold update --add dependencies.db='{url: postgres:5432, kind: critical}'",
        "scaffold update --remove dependencies.db --ask jobs",
        "scaffold update --to 0.2.0 --ask-new  update to this version; ask its new questions",
        "scaffold update services/* --branch template-update --commit",
        "scaffold update --onto https://git.example.org/platform/template.git",
        "scaffold update --conflict theirs     on conflicts, take the template's lines",
        "scaffold update --abort               undo an update that is not committed",
    ),
)
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "wanted",
    metavar="VERSION",
    shell_complete=complete.version,
    help="A release, or a commit of the template (default: the newest).",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@options.answers(help="Take answers from a YAML file instead of those that the service recorded; --data wins.")
@options.data(help="Change the answer to a question. May be given again.")
@click.option(
    "--add",
    multiple=True,
    metavar="LIST.NAME[=RECORD]",
    shell_complete=complete.record_to_add,
    help="Add a record to a list; its fields are YAML: dependencies.db='{url: postgres:5432}'. May be given again.",
)
@click.option(
    "--remove",
    multiple=True,
    metavar="LIST.NAME",
    shell_complete=complete.record_to_remove,
    help="Remove a record from a list, or an answer (its default is used then). May be given again.",
)
@click.option(
    "--ask",
    multiple=True,
    metavar="QUESTION",
    shell_complete=complete.question,
    help="Ask this question again, or `all`. May be given again.",
)
@click.option("--ask-new", is_flag=True, help="Ask the questions that the service has not answered yet.")
@click.option(
    "--conflict",
    type=click.Choice(["inline", "ours", "theirs", "reject"]),
    default="inline",
    show_default=True,
    help="When both changed a line: add markers, take the service's, take the template's, or write a .rej file.",
)
@click.option(
    "--branch",
    metavar="NAME",
    callback=values.branch,
    help="Create this branch for the update; the current branch stays as it is.",
)
@click.option("--commit", is_flag=True, help="Commit the update, unless there are conflicts. No hook runs.")
@click.option(
    "--yes", "-y", is_flag=True, help="Remove many files without asking (a change of the language does that)."
)
@click.option("--abort", "abort_", is_flag=True, help="Undo the last update, as long as it is not committed.")
@click.option(
    "--onto",
    metavar="URL|PATH[@VERSION]",
    help="Move the service to another template, for example that of your platform team; answers and edits stay.",
)
@options.template(help="Take the template from here, not from the address that the service remembers.")
@options.offline
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors and conflicts only.")
def update(
    folders: tuple[Path, ...],
    *,
    wanted: str | None,
    dry_run: bool,
    conflict: Choice,
    branch: str | None,
    commit: bool,
    yes: bool,
    abort_: bool,
    onto: str | None,
    template: str | None,
    offline: bool,
    json_: bool,
    quiet: bool,
    **answers: Any,
) -> None:
    """Update the service in each FOLDER (default: this one) to a newer template version, and keep your changes."""
    from scaffold.releases.home import Homes
    from scaffold.update.run import Request

    folders = tuple(dict.fromkeys(folders)) or (Path(),)
    if abort_:
        _abort(folders, json_=json_, quiet=quiet)
        return
    terminal = sys.stdin.isatty() and not json_
    if (answers["ask"] or answers["ask_new"]) and (not terminal or len(folders) > 1):
        reason = (
            "questions can only be asked for one service at a time"
            if terminal
            else "there is no terminal for questions"
        )
        raise click.UsageError(f"{reason}; answer with --data KEY=VALUE or --answers FILE.")
    confirm = (lambda _: True) if yes else _confirm if terminal else None
    on_news = options.news(quiet=quiet or json_)
    homes = Homes(template, offline=offline, on_news=on_news)
    target = Homes(onto, offline=offline, on_news=on_news).for_new() if onto else None
    request = Request(homes, wanted, _wanted(**answers), conflict, dry_run, confirm, branch, commit, target)
    code = _one(folders[0], request, json_, quiet) if len(folders) == 1 else _several(folders, request, json_, quiet)
    if code:
        raise click.exceptions.Exit(code)


def _one(folder: Path, request: Request, json_: bool, quiet: bool) -> int:
    """Update one service, show all of it, and return the exit code."""
    from scaffold.errors import CONFLICTS
    from scaffold.show import update as show
    from scaffold.show.console import console
    from scaffold.show.say import say, say_json
    from scaffold.update.run import update as run

    out = console(quiet=quiet or json_, result=request.dry_run)
    outcome = run(folder, request, show=lambda told: show.report(out, told))
    if json_:
        say_json(_result(folder, outcome))
    show.closing(out, outcome, next_commands(outcome))
    if outcome.unresolved and quiet:
        say(f"{folder}: {show.in_one_line(outcome)}", error=True)
    return CONFLICTS if outcome.unresolved else 0


def _several(folders: tuple[Path, ...], request: Request, json_: bool, quiet: bool) -> int:
    """Update one service after the other, a line each; return the highest exit code."""
    from scaffold.errors import CONFLICTS, ScaffoldError
    from scaffold.show.say import say, say_json
    from scaffold.show.update import in_one_line
    from scaffold.update.run import update as run

    found: list[dict[str, Any]] = []
    code = 0
    for folder in folders:
        try:
            outcome = run(folder, request)
        except ScaffoldError as error:
            code = max(code, error.exit_code)
            found.append(_failed(folder, error))
            continue
        found.append(_result(folder, outcome))
        code = max(code, CONFLICTS if outcome.unresolved else 0)
        if outcome.unresolved or not (quiet or json_):
            say(f"{folder}: {in_one_line(outcome)}", error=outcome.unresolved)
    if json_:
        say_json(found)
    return code


def _failed(folder: Path, error: ScaffoldError) -> dict[str, Any]:
    from scaffold.show.say import say
    from scaffold.text.printable import sentence

    where = "" if str(error).startswith(str(folder)) else f"{folder}: "
    say(f"error: {where}{sentence(str(error))}", error=True)
    return {"folder": str(folder), "error": str(error), "exit_code": error.exit_code}


def _abort(folders: tuple[Path, ...], *, json_: bool, quiet: bool) -> None:
    from scaffold.show import update as show
    from scaffold.show.console import console
    from scaffold.show.say import say_json
    from scaffold.update.run import take_back

    if len(folders) > 1:
        raise click.UsageError("--abort undoes the update of one service at a time; name one folder.")
    taken = take_back(folders[0])
    if json_:
        say_json({"folder": str(folders[0]), "aborted": dict(taken.note), "files": [s.path for s in taken.steps]})
    show.aborted(console(quiet=quiet or json_), taken)


def _wanted(
    *,
    answers_file: Path | None,
    data: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    ask: tuple[str, ...],
    ask_new: bool,
) -> Wanted:
    from scaffold.engine.answers_file import parse_pairs, read_answers
    from scaffold.update.wanted import Wanted

    given = {**(read_answers(answers_file) if answers_file else {}), **parse_pairs(data)}
    asker = None
    if ask or ask_new:
        from scaffold import prompt

        asker = prompt.ask_again
    added = parse_pairs((each if "=" in each else f"{each}={{}}" for each in add), "--add")
    return Wanted(given, added, remove, asker, ask, ask_new)


def _confirm(told: UpdateReport) -> bool:
    question = f"This removes {told.removed} of the {told.files} files that the template has made. Continue?"
    return click.confirm(question, err=True)


def next_commands(outcome: Updated) -> tuple[str, ...]:
    """Return what to run now, in order."""
    if not outcome.applied:
        return ()
    if outcome.plan.conflicts:
        steps: tuple[str, ...] = NEXT_WITH_CONFLICTS
    else:
        steps = NEXT_WITH_REJECTS if outcome.unresolved else NEXT_COMMITTED if outcome.commit else NEXT
    return steps if "Makefile" in outcome.plan.after.contents else tuple(each for each in steps if each != TEST)


def _result(folder: Path, outcome: Updated) -> dict[str, Any]:
    from scaffold.files.at_top import block

    told, plan = outcome.report, outcome.plan
    return {
        "folder": str(folder),
        "from": told.old.name,
        "to": told.new.name,
        "applied": outcome.applied,
        "commit": outcome.commit,
        "changes": [vars(change) for change in told.changes],
        "files": [vars(line) for line in told.lines],
        "conflicts": [{**vars(clash), "changes": [change.id for change in clash.changes]} for clash in told.clashes],
        "by_hand": {path: block(content) for path, content in told.by_hand.items()},
        "rejects": sorted(plan.beside),
        "drivers": dict(told.drivers),
        "answers": plan.crossing.new_answers.told,
        "changed_answers": [vars(each) for each in told.answers],
        "edited_by_hand": list(told.edited),
        "next": list(next_commands(outcome)),
    }
