"""`scaffold questions`."""

from __future__ import annotations

import click

from scaffold.cli import options
from scaffold.cli.help import examples


@click.command(
    short_help="List all questions.",
    epilog=examples(
        "scaffold questions",
        "scaffold questions --schema > answers.schema.json",
        "scaffold questions --template https://git.example.org/platform/template.git",
    ),
)
@click.option("--json", "json_", is_flag=True, help="Print the questions as JSON.")
@click.option("--schema", is_flag=True, help="Print a JSON Schema of the answers file, for editors.")
@options.version(help="Show the questions of this template version  [default: the newest release].")
@options.template(help="Show the questions of this template  [default: as for `scaffold new`].")
@options.offline
def questions(*, json_: bool, schema: bool, vcs_ref: str | None, template: str | None, offline: bool) -> None:
    """Show every question: type, default, choices, meaning and an example."""
    from scaffold.engine.answers import Questionnaire
    from scaffold.engine.jinja import Renderer
    from scaffold.engine.schema import describe, json_schema
    from scaffold.releases.home import Homes
    from scaffold.show import questions as show
    from scaffold.show.say import say_json

    homes = Homes(template, offline=offline, on_news=options.news(quiet=json_ or schema))
    found = homes.for_new().template(vcs_ref)
    if schema:
        say_json(json_schema(found))
    elif json_:
        say_json(describe(found))
    else:
        show.questions(describe(found), Questionnaire(found, Renderer(found.root, found.settings)).unanswered())
