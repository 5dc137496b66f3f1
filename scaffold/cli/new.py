"""`scaffold new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli import complete, options
from scaffold.cli.help import examples

if TYPE_CHECKING:
    from scaffold.engine.answers import Answers, Questionnaire
    from scaffold.engine.render import Origin


@click.command(
    short_help="Make a new service.",
    epilog=examples(
        "scaffold new                                  ask, then make ./<name>",
        "scaffold new payments --defaults --data language=go",
        "scaffold new payments --answers answers.yml --dry-run",
        "scaffold new payments --vcs-ref 0.1.0         from an older version of the template",
        "scaffold new --defaults --data 'jobs=[{name: digest, command: digest, deadline: 600, retries: 2}]'",
    ),
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--defaults", is_flag=True, help="Ask nothing: the default answers every question that is left.")
@options.data(help="Answer a question; lists as YAML. May be given again.")
@options.answers(
    help="Take answers from a YAML file, - for stdin (`scaffold questions --schema` describes it); --data wins."
)
@click.option(
    "--vcs-ref",
    "-r",
    metavar="VERSION",
    shell_complete=complete.version,
    help="Make it from this version of the template (0.1.0, a commit, HEAD) instead of the one that is installed.",
)
@click.option(
    "--template",
    "template_url",
    metavar="URL",
    help="The template's home that the service remembers; SCAFFOLD_TEMPLATE_URL or config.toml set it for good.",
)
@click.option("--dry-run", is_flag=True, help="Show the files and their sizes; write nothing.")
@click.option(
    "--git/--no-git", "with_git", default=True, help="Make it a git repository with one commit (the default)."
)
@click.option(
    "--force", is_flag=True, help="Write into a folder that is not empty; files of the same name are replaced."
)
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def new(
    folder: Path | None,
    *,
    defaults: bool,
    data: tuple[str, ...],
    answers_file: Path | None,
    vcs_ref: str | None,
    template_url: str | None,
    dry_run: bool,
    with_git: bool,
    force: bool,
    json_: bool,
    quiet: bool,
) -> None:
    """Make a new service in FOLDER (default: the service's name)."""
    from scaffold.engine.answers import Questionnaire, check_names
    from scaffold.engine.answers_file import parse_pairs, read_answers
    from scaffold.engine.jinja import Renderer
    from scaffold.engine.render import render
    from scaffold.files.folder import check_destination
    from scaffold.new import create
    from scaffold.releases.home import installed_home
    from scaffold.show import new as show
    from scaffold.show.console import console
    from scaffold.show.progress import progress
    from scaffold.show.say import say_json

    given = {**(read_answers(answers_file) if answers_file else {}), **parse_pairs(data)}
    interactive = not defaults and sys.stdin.isatty() and not json_
    if not (interactive or defaults or data or answers_file):
        raise click.UsageError("there is no terminal to ask in; add --defaults, --data KEY=VALUE or --answers FILE.")
    home = installed_home(template_url)
    template, origin = home.template(vcs_ref), home.origin(vcs_ref)
    check_names(template, given)
    if folder is not None:
        check_destination(folder, force=force)
    renderer = Renderer(template.root, template.settings)
    questionnaire = Questionnaire(template, renderer)
    out = console(quiet=quiet or json_)
    proposed = _propose_name(questionnaire, folder)
    answers = _ask(questionnaire, given, proposed) if interactive else questionnaire.resolve(given, proposed)
    if answers is None:
        out.print("Nothing was written.")
        return
    destination = folder or Path(answers.asked["name"])
    check_destination(destination, force=force)
    with progress(out, "Rendering") as on_file:
        files = render(template, renderer, answers, origin, on_file)
    repository = False if dry_run else create(destination, answers.asked["name"], files, with_git=with_git, force=force)
    if json_:
        say_json(_result(destination, answers, files, origin, repository=repository, dry_run=dry_run))
    elif dry_run:
        show.tree(console(quiet=quiet, result=True), str(destination), files)
    else:
        show.done(out, destination, len(files), NEXT, repository=repository)


def _propose_name(questionnaire: Questionnaire, folder: Path | None) -> dict[str, Any]:
    """Propose the folder's name for the service, where it may be one."""
    name = folder.absolute().name.lower().replace("_", "-") if folder else ""
    question = questionnaire.template.asked[0]
    return {} if questionnaire.problems(question, name, {}) else {question.name: name}


def _ask(questionnaire: Questionnaire, given: dict[str, Any], proposed: dict[str, Any]) -> Answers | None:
    """Ask, summarize, and let the user change answers until they are right; None when the user quits."""
    from scaffold import prompt
    from scaffold.show import new as show
    from scaffold.show.console import console

    answers = prompt.ask_all(questionnaire, given, proposed)
    while True:
        show.summary(console(), answers, questionnaire.relevant_names(answers))
        choice = prompt.confirm()
        if choice == prompt.CREATE:
            return answers
        if choice == prompt.QUIT:
            return None
        answers = prompt.change_one(questionnaire, answers)


NEXT = ("make setup test", "make run")


def _result(
    folder: Path, answers: Answers, files: list[Any], origin: Origin, *, repository: bool, dry_run: bool
) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "dry_run": dry_run,
        "template": {"url": origin.source, "version": origin.version},
        "git": repository,
        "answers": dict(answers.asked),
        "derived": [vars(each) for each in answers.derived],
        "files": [{"path": file.path, "bytes": len(file.content), "executable": file.executable} for file in files],
        "next": [f"cd {folder}", *NEXT],
    }
