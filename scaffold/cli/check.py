"""`scaffold check`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.check.settings import FAIL_ON, FORMATS, MERGE_BASE, PROFILES, CheckSettings
from scaffold.cli import complete
from scaffold.cli.help import examples
from scaffold.show.say import say, say_block, say_report
from scaffold.text.counted import counted

if TYPE_CHECKING:
    from scaffold.check.built.built import OnStep
    from scaffold.check.report import CheckReport


class _Command(click.Command):
    """Takes `--new-only` without a value, too; a word behind it is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the option its value."""
        end = args.index("--") if "--" in args else len(args)
        given = [f"{each}={MERGE_BASE}" if each == "--new-only" else each for each in args[:end]]
        return super().parse_args(ctx, given + args[end:])


@click.command(
    cls=_Command,
    short_help="Report which patterns a repository breaks.",
    epilog=examples(
        "scaffold check                            everything below this folder",
        "scaffold check deploy --select P08        one pattern's rules",
        "helm template . | scaffold check -        manifests that another tool rendered",
        "scaffold check --format sarif             for code scanning; also json, github, junit",
        "scaffold check --profile essential        errors only: what breaks, or loses requests",
        "scaffold check --verbose                  each finding with its line, and what to do",
        "scaffold check --new-only                 only findings that your branch adds",
        "scaffold check --new-only=v1.2.0          only findings that are new since a revision",
        "scaffold check --write-baseline old.json  record today's findings",
        "scaffold check --baseline old.json        report only new findings",
        "scaffold check --fix                      apply safe fixes, after you have seen the diff",
        "scaffold check --policy rules.yml         also judge by your platform team's policies",
        "scaffold check --allow-network            load remote bases, in a repository that you trust",
        "scaffold check --explain P08-probe-port   what a rule means, and how to fix a finding",
        "scaffold check --rules                    every rule",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--profile",
    type=click.Choice(tuple(PROFILES)),
    help="`essential`: errors; `recommended`: all rules; `strict`: all rules and --strict  [default: recommended].",
)
@click.option(
    "--select",
    multiple=True,
    metavar="ID",
    shell_complete=complete.rule,
    help="Run only this rule, or this pattern's rules.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="ID",
    shell_complete=complete.rule,
    help="Do not run this rule, or this pattern's rules.",
)
@click.option(
    "--policy",
    multiple=True,
    metavar="FILE",
    help="Also judge by the ValidatingAdmissionPolicies in FILE, or in the YAML files of a folder.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Skip files and folders that match PATTERN.")
@click.option("--format", type=click.Choice(FORMATS), help="Output format  [default: text].")
@click.option("--json", "json_", is_flag=True, help="The same as --format json.")
@click.option("--baseline", metavar="FILE", help="Report only findings that are not in FILE.")
@click.option(
    "--new-only",
    metavar="[=REV]",
    shell_complete=complete.revision,
    help="Report only findings that the git revision REV does not have (default: the start of your branch).",
)
@click.option("--write-baseline", metavar="FILE", help="Write all findings to FILE, and exit with 0.")
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), help="Lowest severity that makes the exit code 1  [default: warning]."
)
@click.option(
    "--strict", is_flag=True, help="Also exit with 1 when a file can't be checked or an ignore comment has no effect."
)
@click.option(
    "--allow-network",
    is_flag=True,
    help="Let kustomize and helm load the addresses in the files. No file can set this.",
)
@click.option("--fix", is_flag=True, help="Show a diff of all safe fixes, and write it after you confirm.")
@click.option("--yes", "-y", is_flag=True, help="With --fix: write without asking.")
@click.option(
    "--explain",
    metavar="ID",
    shell_complete=complete.rule,
    help="Explain a rule and how to fix its findings; check nothing.",
)
@click.option("--rules", "list_", is_flag=True, help="List the rules; check nothing.")
@click.option("--verbose", "-v", is_flag=True, help="Show each finding with its line and its fix; shorten nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing when nothing is found.")
def check(
    paths: tuple[Path, ...],
    *,
    write_baseline: str | None,
    fix: bool,
    yes: bool,
    explain: str | None,
    list_: bool,
    quiet: bool,
    verbose: bool,
    json_: bool,
    **flags: Any,
) -> None:
    """Report which patterns the files below PATHS break: Dockerfiles, manifests, kustomizations, charts.

    Put settings into [check] of .scaffold.toml, or into [tool.scaffold.check] of pyproject.toml, under the names of
    the options. Precedence: options, then SCAFFOLD_CHECK_* variables, then the file. No file can set --allow-network;
    only the option or SCAFFOLD_CHECK_ALLOW_NETWORK can. To suppress a finding, add a comment
    `# scaffold: ignore ID because …`.
    """
    if json_:
        flags["format"] = "json"
    first = next((path for path in paths if path.is_dir()), Path())
    files = [path for path in paths or (Path(),) if path != Path("-")]
    settings = CheckSettings(first, flags, checked=files)
    if explain or list_:
        _list(explain, settings, json_=json_)
        return
    report = _run(paths or (Path(),), settings)
    if write_baseline and report.judged:
        from scaffold.check.baseline import write_baseline as write

        write(Path(write_baseline), report.findings)
        written = f"Wrote {counted(len(report.findings), 'finding')} to {write_baseline}."
        say(f"{written} --baseline {write_baseline} reports only new ones.", error=True)
        return
    if fix:
        report = _fixed(report, settings, paths, yes=yes)
    _show(report, settings["format"].value, paths, quiet=quiet, verbose=verbose)
    if code := _exit_code(report, settings):
        raise click.exceptions.Exit(code)


def _exit_code(report: CheckReport, settings: CheckSettings) -> int:
    fail_on = settings["fail_on"].value
    if any(report.by_severity()[each] for each in _FAILS[fail_on]):
        return 1
    if not report.judged and fail_on != "never":
        say(
            "error: nothing was checked. Fix the problems that the report names, or check another folder.",
            error=True,
        )
        return 1
    return int(settings["strict"].value and bool(report.notes))


_FAILS: dict[str, tuple[str, ...]] = {"warning": ("warning", "error"), "error": ("error",), "never": ()}


def _run(paths: tuple[Path, ...], settings: CheckSettings) -> CheckReport:
    from scaffold.check import run as engine
    from scaffold.check.baseline import read_baseline
    from scaffold.check.declared import declared_values
    from scaffold.check.selection import known_rules, selected

    baseline = settings.path("baseline")
    known = None
    if baseline:
        known = read_baseline(baseline, settings.reader("baseline"), settings["baseline"].refuse)
    stdin = _standard_input() if Path("-") in paths else None
    rules = known_rules(settings)
    run = partial(
        engine.check,
        rules=selected(settings, rules),
        others=rules,
        exclude=settings.words("exclude"),
        declared=declared_values(settings.file, settings.declared) if settings.declared else None,
        network=settings["allow_network"].value,
    )
    files = [path for path in paths if path != Path("-")]
    with _progress() as on_step:
        earlier = None
        if revision := settings["new_only"].value:
            from scaffold.check.earlier import earlier_findings

            earlier = earlier_findings(
                files, revision, run, exclude=settings.words("exclude"), refuse=settings["new_only"].refuse
            )
        return run(files, stdin=stdin, known=known, earlier=earlier, on_step=on_step)


@contextmanager
def _progress() -> Iterator[OnStep | None]:
    """Show how many kustomizations and charts are built, where somebody watches and it takes long."""
    if not sys.stderr.isatty():
        yield None
        return
    from scaffold.show.progress import late_progress

    with late_progress("Building kustomizations and charts") as on_step:
        yield on_step


def _standard_input() -> bytes:
    from scaffold.errors import OptionError
    from scaffold.files.foreign import LARGEST, read_given

    try:
        return read_given("-", largest=8 * LARGEST)
    except OSError as error:
        raise OptionError(f"Standard input can't be read: {error.strerror}.") from error


def _fixed(report: CheckReport, settings: CheckSettings, paths: tuple[Path, ...], *, yes: bool) -> CheckReport:
    """Show what can be fixed, fix it if that is wanted, and return what is found then."""
    from scaffold.check.fix import apply, plan
    from scaffold.files.leftovers import sweep_folders

    fixed = plan(report)
    sweep_folders(Path(name).parent for name in (report.ground.names if report.ground else ()))
    for each in fixed:
        say_block(each.diff)
    count = sum(len(each.findings) for each in fixed)
    if not fixed:
        click.echo("No safe automatic fix for these findings." if report.findings else "Nothing to fix.", err=True)
    elif yes or (
        sys.stdin.isatty()
        and click.confirm(f"Fix {counted(count, 'finding')} in {counted(len(fixed), 'file')}?", err=True)
    ):
        apply(fixed)
        return _run(paths or (Path(),), settings)
    else:
        click.echo(
            f"{counted(count, 'finding')} can be fixed; nothing was written. Add --yes to write without asking.",
            err=True,
        )
    return report


def _list(explain: str | None, settings: CheckSettings, *, json_: bool) -> None:
    from scaffold.check.formats import as_json
    from scaffold.check.selection import known_rules, named, selected
    from scaffold.show import check as show
    from scaffold.show.console import console

    rules = named(explain, known_rules(settings)) if explain else selected(settings)
    if json_:
        say_report(as_json.rules(rules))
        return
    out = console(result=True)
    if explain:
        for rule in rules:
            show.explain(out, rule)
    else:
        show.list_rules(out, list(rules))


def _show(report: CheckReport, format_: str, paths: Sequence[Path], *, quiet: bool, verbose: bool) -> None:
    if format_ != "text":
        from scaffold.check.formats import render

        say_report(render(format_, report))
    elif report.findings or report.notes or not report.judged or not quiet:
        from scaffold.show import check as show
        from scaffold.show.console import console

        command = shlex.join(["scaffold", "check", *map(str, paths)])
        show.findings(console(result=True), report, verbose=verbose, command=command)
