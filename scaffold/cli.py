"""The command line: it parses and presents, and imports what a command needs only when that command runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from scaffold.answers import Answers, Questionnaire

EXIT_CODES = """\b
Exit codes:
  0    done
  1    `--check` found something
  2    wrong usage of the command line
  3    an answer is wrong, unknown, or its file can't be read
  4    the destination can't be written
  5    git is missing or refused
  6    the template is broken
  7    a container registry did not answer as it should
  70   a bug in scaffold
  130  interrupted by ^C"""


def examples(*lines: str) -> str:
    """Format a command's examples for the end of its help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


class Group(click.Group):
    """A group whose commands are listed in the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added."""
        return list(self.commands)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="scaffold")
def cli() -> None:
    """Answer a few questions, get a Kubernetes service that builds, tests, deploys and survives production."""


def _complete_key(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from scaffold.template import load_template

    keys = [(f"{question.name}=", question.help) for question in load_template().asked]
    return [CompletionItem(key, help=text) for key, text in keys if key.startswith(incomplete)]


@cli.command(
    epilog=examples(
        "scaffold new                                  ask, then make ./<name>",
        "scaffold new payments --defaults --data language=go",
        "scaffold new payments --answers answers.yml --dry-run",
        "scaffold new --defaults --data 'jobs=[{name: digest, command: digest, deadline: 600, retries: 2}]'",
    )
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--defaults", is_flag=True, help="Ask nothing: the default answers every question that is left.")
@click.option(
    "--data",
    "-d",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=_complete_key,
    help="Answer a question; lists as YAML. May be given again.",
)
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take answers from a YAML file (`scaffold questions --schema` describes it); --data wins.",
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
    dry_run: bool,
    with_git: bool,
    force: bool,
    json_: bool,
    quiet: bool,
) -> None:
    """Make a new service in FOLDER (default: the service's name)."""
    from scaffold import present
    from scaffold.answers import Questionnaire, check_names
    from scaffold.answers_file import parse_pairs, read_answers
    from scaffold.jinja import Renderer
    from scaffold.new import create, rendered
    from scaffold.template import load_template
    from scaffold.write import check_destination

    given = {**(read_answers(answers_file) if answers_file else {}), **parse_pairs(data)}
    interactive = not defaults and sys.stdin.isatty() and not json_
    if not (interactive or defaults or data or answers_file):
        raise click.UsageError("there is no terminal to ask in; add --defaults, --data KEY=VALUE or --answers FILE.")
    template = load_template()
    check_names(template, given)
    if folder is not None:
        check_destination(folder, force=force)
    renderer = Renderer(template.root, template.settings)
    questionnaire = Questionnaire(template, renderer)
    out = present.console(quiet=quiet or json_)
    proposed = _propose_name(questionnaire, folder)
    answers = _ask(questionnaire, given, proposed) if interactive else questionnaire.resolve(given, proposed)
    if answers is None:
        out.print("Nothing was written.")
        return
    destination = folder or Path(answers.asked["name"])
    check_destination(destination, force=force)
    with present.progress(out, "Rendering") as on_file:
        files = rendered(template, renderer, answers, on_file)
    repository = False if dry_run else create(destination, answers.asked["name"], files, with_git=with_git, force=force)
    if json_:
        present.as_json(_result(destination, answers, files, repository=repository, dry_run=dry_run))
    elif dry_run:
        present.tree(present.console(quiet=quiet), str(destination), files)
    else:
        _say_next(out, destination, len(files), repository=repository)


def _propose_name(questionnaire: Questionnaire, folder: Path | None) -> dict[str, Any]:
    """Propose the folder's name for the service, where it may be one."""
    name = folder.absolute().name.lower().replace("_", "-") if folder else ""
    question = questionnaire.template.asked[0]
    return {} if questionnaire.problems(question, name, {}) else {question.name: name}


def _ask(questionnaire: Questionnaire, given: dict[str, Any], proposed: dict[str, Any]) -> Answers | None:
    """Ask, summarize, and let the user change answers until they are right; None when the user quits."""
    from scaffold import present, prompt

    answers = prompt.ask_all(questionnaire, given, proposed)
    while True:
        present.summary(present.console(), answers)
        choice = prompt.confirm()
        if choice == prompt.CREATE:
            return answers
        if choice == prompt.QUIT:
            return None
        answers = prompt.change_one(questionnaire, answers)


NEXT = ("make setup test", "make run")


def _result(folder: Path, answers: Answers, files: list[Any], *, repository: bool, dry_run: bool) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "dry_run": dry_run,
        "git": repository,
        "answers": dict(answers.asked),
        "derived": [vars(each) for each in answers.derived],
        "files": [{"path": file.path, "bytes": len(file.content), "executable": file.executable} for file in files],
        "next": [f"cd {folder}", *NEXT],
    }


def _say_next(out: Any, folder: Path, count: int, *, repository: bool) -> None:
    from rich.text import Text

    head = f"{folder}: {count} files{', one commit' if repository else ''}. Next:"
    out.print(Text(head, style="bold"), soft_wrap=True)
    for command in (f"cd {folder}", *NEXT):
        out.print(Text(f"  {command}"), soft_wrap=True)


@cli.command(epilog=examples("scaffold questions", "scaffold questions --schema > answers.schema.json"))
@click.option("--json", "json_", is_flag=True, help="Print the questions as JSON.")
@click.option("--schema", is_flag=True, help="Print a JSON Schema of the answers file, for editors.")
def questions(*, json_: bool, schema: bool) -> None:
    """Show every question: type, default, choices, meaning and an example."""
    from scaffold import present
    from scaffold.schema import describe, json_schema
    from scaffold.template import load_template

    template = load_template()
    if schema:
        present.as_json(json_schema(template))
    elif json_:
        present.as_json(describe(template))
    else:
        present.questions(describe(template))


@cli.command(
    epilog=examples(
        "scaffold pin                          write the digests into the files of this folder",
        "scaffold pin payments --dry-run       show what would be written",
        "scaffold pin --check                  exit 1 when a digest is missing or stale",
    )
)
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the changes; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when an image has no digest, or an old one.")
@click.option("--plain-http", multiple=True, metavar="HOST[:PORT]", help="Ask this registry without TLS.")
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def pin(folder: Path, *, dry_run: bool, check: bool, plain_http: tuple[str, ...], json_: bool, quiet: bool) -> None:
    """Replace image tags below FOLDER by the digests that the registries give for them."""
    from scaffold import present
    from scaffold.pin.plan import apply, find_images, plan, resolve, wanted
    from scaffold.pin.registry import RegistryClient

    out = present.console(quiet=quiet or json_)
    with RegistryClient(plain_http=plain_http) as client, present.progress(out, "Asking registries") as on_step:
        found = resolve(wanted(find_images(folder)), client, lambda done, total, _: on_step(done, total))
    changes = plan(folder, found)
    if not (dry_run or check):
        apply(changes)
    edits = [
        {"path": edit.use.path, "line": edit.use.line, "before": edit.use.reference, "after": edit.reference}
        for change in changes
        for edit in change.edits
    ]
    if json_:
        present.as_json({"images": {str(image): digest for image, digest in found.items()}, "changes": edits})
    else:
        present.pins(out, edits, len(found))
    if check and edits:
        raise click.exceptions.Exit(1)


@cli.command(
    epilog=examples(
        'eval "$(scaffold completion bash)"', "scaffold completion fish > ~/.config/fish/completions/scaffold.fish"
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "click knows the three shells"
    click.echo(kind(cli, {}, "scaffold", "_SCAFFOLD_COMPLETE").source())
