"""`scaffold questions`."""

from __future__ import annotations

import click

from scaffold.cli import options
from scaffold.cli.help import examples


@click.command(
    short_help="List all questions.",
    epilog=examples("scaffold questions", "scaffold questions --schema > answers.schema.json"),
)
@click.option("--json", "json_", is_flag=True, help="Print the questions as JSON.")
@click.option("--schema", is_flag=True, help="Print a JSON Schema of the answers file, for editors.")
@options.version(help="Show the questions of this template version  [default: the newest release].")
def questions(*, json_: bool, schema: bool, vcs_ref: str | None) -> None:
    """Show every question: type, default, choices, meaning and an example."""
    from scaffold.engine.answers import Questionnaire
    from scaffold.engine.jinja import Renderer
    from scaffold.engine.schema import describe, json_schema
    from scaffold.releases.home import installed_home
    from scaffold.show import questions as show
    from scaffold.show.say import say_json

    template = installed_home().template(vcs_ref)
    if schema:
        say_json(json_schema(template))
    elif json_:
        say_json(describe(template))
    else:
        defaults = Questionnaire(template, Renderer(template.root, template.settings)).resolve({}).asked
        show.questions(describe(template), defaults)
