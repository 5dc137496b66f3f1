"""`scaffold check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.check.settings import FAIL_ON, FORMATS, CheckSettings
from scaffold.cli import complete
from scaffold.cli.help import examples
from scaffold.show.say import say, say_block, say_report

if TYPE_CHECKING:
    from scaffold.check.report import CheckReport


@click.command(
    short_help="Tell which patterns a repository breaks.",
    epilog=examples(
        "scaffold check                            everything below this folder",
        "scaffold check deploy --select P08        one pattern's rules",
        "helm template . | scaffold check -        manifests that another tool rendered",
        "scaffold check --format sarif             for code scanning; also json, github, junit",
        "scaffold check --write-baseline old.json  take what is found now as known,",
        "scaffold check --baseline old.json        and hear of what is new",
        "scaffold check --fix                      mend what has one right answer, after a look at the diff",
        "scaffold check --allow-network            build what has bases elsewhere, in a repository that you trust",
        "scaffold check --explain P08-probe-port   what a rule means, and what to do",
        "scaffold check --rules                    every rule",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--select",
    multiple=True,
    metavar="ID",
    shell_complete=complete.rule,
    help="Only this rule, or this pattern's rules.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="ID",
    shell_complete=complete.rule,
    help="Not this rule, nor this pattern's rules.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass by these files or folders.")
@click.option("--format", type=click.Choice(FORMATS), help="How to tell it; `text` unless said.")
@click.option("--json", "json_", is_flag=True, help="The same as --format json.")
@click.option("--baseline", metavar="FILE", help="Count only what this file does not have.")
@click.option("--write-baseline", metavar="FILE", help="Write what is found into this file, and exit with 0.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="What makes the exit code 1; `warning` unless said.")
@click.option("--strict", is_flag=True, help="What can't be judged, or is ignored in vain, makes the exit code 1 too.")
@click.option(
    "--allow-network",
    is_flag=True,
    help="Let kustomize and helm ask the addresses that the files name; else nobody is asked. No file can set this.",
)
@click.option("--fix", is_flag=True, help="Show a diff of what can be mended for sure, and write it when told to.")
@click.option("--yes", "-y", is_flag=True, help="With --fix: write without asking.")
@click.option(
    "--explain",
    metavar="ID",
    shell_complete=complete.rule,
    help="Tell what a rule means and what to do; check nothing.",
)
@click.option("--rules", "list_", is_flag=True, help="List the rules; check nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing where nothing is found.")
def check(
    paths: tuple[Path, ...],
    *,
    write_baseline: str | None,
    fix: bool,
    yes: bool,
    explain: str | None,
    list_: bool,
    quiet: bool,
    json_: bool,
    **flags: Any,
) -> None:
    """Tell which patterns the files below PATHS break: Dockerfiles, manifests, kustomizations, charts.

    Settings stand in [check] of .scaffold.toml, or in [tool.scaffold.check] of pyproject.toml, under the names of the
    options; SCAFFOLD_CHECK_IGNORE and its like go before them, and options before both. --allow-network is none of
    them: only you or SCAFFOLD_CHECK_ALLOW_NETWORK can give it, never the repository. A comment
    `# scaffold: ignore ID because …` lets a finding stand.
    """
    from scaffold.check.selection import selected

    if json_:
        flags["format"] = "json"
    first = next((path for path in paths if path.is_dir()), Path())
    settings = CheckSettings(first, flags)
    if explain or list_:
        _tell(explain, selected(settings), json_=json_)
        return
    report = _run(paths or (Path(),), settings)
    if write_baseline:
        from scaffold.check.baseline import write_baseline as write

        write(Path(write_baseline), report.findings)
        say(f"{len(report.findings)} findings are known now, in {write_baseline}.", error=True)
        return
    if fix:
        report = _fixed(report, settings, paths, yes=yes)
    _show(report, settings["format"].value, quiet=quiet)
    severities = _FAILS[settings["fail_on"].value]
    if any(report.by_severity()[each] for each in severities) or (settings["strict"].value and report.notes):
        raise click.exceptions.Exit(1)


_FAILS: dict[str, tuple[str, ...]] = {"warning": ("warning", "error"), "error": ("error",), "never": ()}


def _run(paths: tuple[Path, ...], settings: CheckSettings) -> CheckReport:
    from scaffold.check import run as engine
    from scaffold.check.baseline import read_baseline
    from scaffold.check.declared import declared_values
    from scaffold.check.selection import selected

    baseline = settings.path("baseline")
    known = None
    if baseline:
        known = read_baseline(baseline, settings.reader("baseline"), settings["baseline"].refuse)
    stdin = _standard_input() if Path("-") in paths else None
    return engine.check(
        [path for path in paths if path != Path("-")],
        selected(settings),
        exclude=settings.words("exclude"),
        declared=declared_values(settings.file, settings.declared) if settings.declared else None,
        stdin=stdin,
        known=known,
        network=settings["allow_network"].value,
    )


def _standard_input() -> bytes:
    from scaffold.errors import OptionError
    from scaffold.files.foreign import LARGEST, read_given

    try:
        return read_given("-", largest=8 * LARGEST)
    except OSError as error:
        raise OptionError(f"Standard input can't be read: {error.strerror}.") from error


def _fixed(report: CheckReport, settings: CheckSettings, paths: tuple[Path, ...], *, yes: bool) -> CheckReport:
    """Show what can be mended, mend it if that is wanted, and return what is found then."""
    from scaffold.check.fix import apply, plan
    from scaffold.files.leftovers import sweep_folders

    fixed = plan(report)
    sweep_folders(Path(name).parent for name in (report.ground.names if report.ground else ()))
    for each in fixed:
        say_block(each.diff)
    count = sum(len(each.findings) for each in fixed)
    if not fixed:
        click.echo("Nothing that can be mended for sure.", err=True)
    elif yes or (sys.stdin.isatty() and click.confirm(f"Mend {count} findings in {len(fixed)} files?", err=True)):
        apply(fixed)
        return _run(paths or (Path(),), settings)
    else:
        click.echo(f"{count} findings can be mended; nothing was written. --yes writes without asking.", err=True)
    return report


def _tell(explain: str | None, rules: list[Any], *, json_: bool) -> None:
    from scaffold.check.formats import as_json
    from scaffold.check.selection import named
    from scaffold.show import check as show
    from scaffold.show.console import console

    if json_:
        say_report(as_json.rules(named(explain) if explain else rules))
        return
    out = console(result=True)
    if explain:
        for rule in named(explain):
            show.explain(out, rule)
    else:
        show.list_rules(out, rules)


def _show(report: CheckReport, format_: str, *, quiet: bool) -> None:
    if format_ != "text":
        from scaffold.check.formats import render

        say_report(render(format_, report))
    elif report.findings or report.notes or not quiet:
        from scaffold.show import check as show
        from scaffold.show.console import console

        show.findings(console(result=True), report)
