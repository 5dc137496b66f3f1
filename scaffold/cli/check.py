"""`scaffold check`."""

from __future__ import annotations

from pathlib import Path

import click

from scaffold.cli.help import examples


@click.command(
    epilog=examples(
        "scaffold check                            everything below this folder",
        "scaffold check deploy --select P08        one pattern's rules",
        "scaffold check --format json              for machines",
        "scaffold check --explain P08-probe-port   what a rule means, and what to do",
        "scaffold check --rules                    every rule",
    )
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", multiple=True, metavar="ID", help="Only this rule, or this pattern's rules.")
@click.option("--ignore", multiple=True, metavar="ID", help="Not this rule, nor this pattern's rules.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to tell it.")
@click.option("--json", "json_", is_flag=True, help="The same as --format json.")
@click.option("--explain", metavar="ID", help="Tell what a rule means and what to do; check nothing.")
@click.option("--rules", "list_", is_flag=True, help="List the rules; check nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing where nothing is found.")
def check(
    paths: tuple[Path, ...],
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    format_: str,
    json_: bool,
    explain: str | None,
    list_: bool,
    quiet: bool,
) -> None:
    """Tell which patterns the files below PATHS break: Dockerfiles, manifests, kustomizations, charts.

    Exits with 1 when something is found.
    """
    from scaffold.check import engine
    from scaffold.check.selection import named, selected

    rules = selected(_words(select), _words(ignore))
    if explain or list_:
        from rich.console import Console

        from scaffold.check.formats import text

        out = Console(highlight=False)
        if explain:
            for rule in named(explain):
                text.explain(out, rule)
        else:
            text.list_rules(out, rules)
        return
    report = engine.check(paths or (Path(),), rules)
    if json_ or format_ != "text":
        from scaffold.check.formats import render

        click.echo(render("json" if json_ else format_, report))
    elif report.findings or report.notes or not quiet:
        from rich.console import Console

        from scaffold.check.formats import text

        text.show(Console(highlight=False), report)
    if report.findings:
        raise click.exceptions.Exit(1)


def _words(given: tuple[str, ...]) -> list[str]:
    """Return what was given one by one or with commas between."""
    return [word.strip() for each in given for word in each.split(",") if word.strip()]
