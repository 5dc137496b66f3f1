"""`scaffold new`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli import options
from scaffold.cli.help import examples
from scaffold.cli.interview import KEPT, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.cli.made import Made
    from scaffold.engine.answers import Answers, Proposals
    from scaffold.engine.template import Template
    from scaffold.new.unfinished import Unfinished


@click.command(
    short_help="Create a new service.",
    epilog=examples(
        "scaffold new payments                         ask, then create ./payments",
        "scaffold new .                                use this folder (empty, or an empty clone)",
        "scaffold new payments --defaults --data language=go",
        "scaffold new payments --answers answers.yml --dry-run",
        "scaffold new payments --vcs-ref 0.1.0         from an older version of the template",
        "scaffold new payments --template https://git.example.org/platform/template.git@1.2.0",
        "scaffold new --defaults --data 'dependencies=[{name: mail, url: http://mail, kind: critical, timeout: 1}]'",
    ),
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--defaults", is_flag=True, help="Ask nothing; use the default for every question without an answer.")
@options.data(help="Answer a question; lists as YAML. May be given again.")
@options.answers(
    help="Take answers from a YAML file, - for stdin (`scaffold questions --schema` describes it); --data wins."
)
@click.option("--resume", is_flag=True, help="Continue an interview that ^C interrupted.")
@options.version(
    help="Use this version of the template (0.1.0, a commit; HEAD: as it is here)  [default: the newest release]."
)
@options.template(
    help="Use another template: a git URL, a folder, or a bundle of git. "
    "Set SCAFFOLD_TEMPLATE_URL or config.toml to make it permanent."
)
@options.offline
@click.option("--dry-run", is_flag=True, help="Show the files and their sizes; write nothing.")
@click.option("--git/--no-git", "with_git", default=True, help="Create a git repository with one commit (the default).")
@click.option(
    "--force",
    is_flag=True,
    help="Write into a folder that is not empty. Files with the same name are listed and replaced.",
)
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def new(
    folder: Path | None,
    *,
    defaults: bool,
    data: tuple[str, ...],
    answers_file: Path | None,
    resume: bool,
    vcs_ref: str | None,
    template: str | None,
    offline: bool,
    dry_run: bool,
    with_git: bool,
    force: bool,
    json_: bool,
    quiet: bool,
) -> None:
    """Create a new service in FOLDER (default: the service's name)."""
    from scaffold.engine.answers_file import parse_pairs, read_answers
    from scaffold.new.unfinished import Unfinished, recall

    interactive = not defaults and sys.stdin.isatty() and not json_
    if resume:
        if not interactive or folder or data or answers_file or vcs_ref or template:
            raise click.UsageError("--resume needs a terminal, and takes the options of the interrupted run.")
        wanted = recall()
    else:
        if not (interactive or defaults or data or answers_file):
            raise click.UsageError(
                "there is no terminal for questions; add --defaults, --data KEY=VALUE, or --answers FILE."
            )
        given = {**(read_answers(answers_file) if answers_file else {}), **parse_pairs(data)}
        named = None if folder is None else str(folder)
        wanted = Unfinished(named, vcs_ref, template, with_git, force, given)
    _Run(wanted, interactive=interactive, offline=offline, dry_run=dry_run, json=json_, quiet=quiet).make()


@dataclass(frozen=True)
class _Run:
    """One run of the command: what is wanted, and how it shows what it does."""

    wanted: Unfinished
    interactive: bool
    offline: bool
    dry_run: bool
    json: bool
    quiet: bool

    def make(self) -> None:
        """Ask, render, write, and report what was done."""
        from scaffold.cli.made import Made
        from scaffold.engine.answers import Questionnaire, check_names
        from scaffold.engine.jinja import Renderer
        from scaffold.engine.render import render
        from scaffold.files.folder import check_destination
        from scaffold.new.at_top import QUESTION, divided, folder_below
        from scaffold.new.defaults import proposals
        from scaffold.new.unfinished import forget
        from scaffold.releases.home import Homes
        from scaffold.show.console import console
        from scaffold.show.progress import progress

        wanted = self.wanted
        folder = None if wanted.folder is None else Path(wanted.folder)
        on_news = options.news(quiet=self.quiet or self.json)
        home = Homes(wanted.template, offline=self.offline, on_news=on_news).for_new()
        template, origin = home.template(wanted.vcs_ref), home.origin(wanted.vcs_ref)
        check_names(template, wanted.given)
        if folder is not None:
            check_destination(folder, force=wanted.force)
        renderer = Renderer(template.root, template.settings)
        questionnaire = Questionnaire(template, renderer)
        given, before = _named(template, folder, wanted.given)
        if folder is not None and QUESTION not in given and (below := folder_below(template, folder)):
            given[QUESTION] = below
        proposed = proposals(template, folder or Path())
        out = console(quiet=self.quiet or self.json)
        if self.interactive:
            answers = ask(questionnaire, given, proposed, wanted)
        else:
            answers = questionnaire.resolve(given, proposed)
        if answers is None:
            forget()
            out.print("Nothing was written.")
            return
        destination = folder or _folder_of(answers)
        check_destination(destination, force=wanted.force)
        if QUESTION not in given and (below := folder_below(template, destination)):  # known only with the name
            named = questionnaire.resolve({**answers.asked, QUESTION: below})
            answers = replace(named, given=answers.given | {QUESTION})
        with progress(out, "Rendering") as on_file:
            rendered = render(template, renderer, answers, origin, on_file)
        files = divided(template, destination, rendered, answers.asked)
        self._write(Made(destination, answers, files.files, origin, before, top=files.top), proposed)

    def _write(self, made: Made, proposed: Proposals) -> None:
        """Write the files, unless the user does not want to replace others by them, and report what was done."""
        from scaffold.new.surroundings import replaced
        from scaffold.new.unfinished import forget
        from scaffold.show import new as show
        from scaffold.show.console import console

        out = console(quiet=self.quiet or self.json)
        old = replaced(made.folder, made.files) if self.wanted.force else []
        if old:
            show.replaced(out, made.folder, old)
            if self.interactive and not self.dry_run and not click.confirm("Replace them?", err=True):
                out.print(f"Nothing was written. {KEPT}")
                return
        repository = not self.dry_run and self._create(made)
        if self.interactive:
            forget()
        self._tell(replace(made, repository=repository, replaced=old), proposed)

    def _create(self, made: Made) -> bool:
        """Write the files; return whether it is a repository. Where that fails, a terminal's answers are kept."""
        from scaffold.errors import ScaffoldError
        from scaffold.new import create

        options = {"with_git": self.wanted.with_git, "force": self.wanted.force}
        try:
            return create(made.folder, made.name, made.files, made.top, **options)
        except ScaffoldError as error:
            if self.interactive:
                error.args = (f"{error} {KEPT}",)
            raise

    def _tell(self, made: Made, proposed: Proposals) -> None:
        from scaffold.cli.made import remarks, renamed
        from scaffold.show import at_top
        from scaffold.show import new as show
        from scaffold.show.console import console
        from scaffold.show.say import say_json

        if self.json:
            say_json({**made.as_json(), "dry_run": self.dry_run})
        elif self.dry_run:
            show.remarks(console(quiet=self.quiet), renamed(made))
            show.tree(console(quiet=self.quiet, result=True), str(made.folder), made.files)
            if made.top:
                show.tree(console(quiet=self.quiet, result=True), str(made.top.folder), made.top.files)
                at_top.by_hand(console(quiet=self.quiet), made.top.by_hand)
        else:
            out = console(quiet=self.quiet)
            show.remarks(out, remarks(made, proposed, asked=self.interactive, with_git=self.wanted.with_git))
            if made.top:
                at_top.written(out, made.top.folder, [each.path for each in made.top.files])
                at_top.by_hand(out, made.top.by_hand)
            show.done(out, made.folder, len(made.files), made.next, repository=made.repository)


def _named(template: Template, folder: Path | None, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the answers with the folder's name as the service's, unless another is given; and the name before it."""
    from scaffold.new.defaults import NAME, name_from

    asks_name = any(question.name == NAME for question in template.asked)
    if folder is None or NAME in given or not asks_name:
        return dict(given), ""
    name, before = name_from(folder), folder.absolute().name
    return {**given, NAME: name}, "" if name == before else before


def _folder_of(answers: Answers) -> Path:
    """Return the folder of a service that the user did not name: that of its name.

    Raises:
        click.UsageError: when the template asks for no name.
    """
    from scaffold.new.defaults import NAME

    if NAME not in answers.asked:
        raise click.UsageError("this template asks for no name; name the folder: scaffold new FOLDER")
    return Path(str(answers.asked[NAME]))
