"""`./dev release VERSION`, `./dev record VERSION COMMIT` and `./dev tags`, as CONTRIBUTING.md tells."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from releasing import steps
from releasing.record import canonical, record
from releasing.tags import make_tags
from scaffold import git
from scaffold.errors import ScaffoldError
from scaffold.releases.known import FILE, read_releases

ROOT = Path.cwd()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Make releases of the template and the package."""


@contextmanager
def _step(title: str) -> Iterator[None]:
    started = time.monotonic()
    click.echo(f"  {title} … ", nl=False)
    yield
    click.echo(f"{time.monotonic() - started:.1f} s")


@cli.command()
@click.argument("version", callback=lambda _, __, value: canonical(value))
@click.option("--dry-run", is_flag=True, help="Do and check everything aside; leave branch and tags alone.")
def release(version: str, *, dry_run: bool) -> None:
    """Check, commit, record and tag VERSION; when a step fails, the branch is as it was."""
    start, today = git.run(ROOT, "rev-parse", "HEAD"), _today()
    with _step("ready: all committed, main is here, something is unreleased"):
        before = steps.check_ready(ROOT, version)
    with steps.work_tree(ROOT) as tree:
        with _step("examples and CHANGELOG.md are current"):
            steps.check_goldens(tree)
        with _step(f"{version} in the package, the changelogs and the examples"):
            steps.write_release(tree, version, today)
            released = steps.commit(tree, f"Release {version}")
        with _step(f"{FILE} records {released[:12]}"):
            record(tree, version, released, today)
            end = steps.commit(tree, f"Record {version}")
        if before:
            with _step(f"every example of {before.version} updates to what {version} gives"):
                steps.run(tree, "releasing.law", str(before.version), version)
        with _step("the wheel carries it"):
            steps.check_wheel(tree, f"v{version}")
    if dry_run:
        click.echo(f"{version} can be released. Nothing was changed.")
        return
    steps.move_branch(ROOT, start, end)
    make_tags(ROOT / ".git", read_releases((ROOT / FILE).read_text()))
    click.echo(
        f"{version} is released, as {released[:12]}. Push the branch as it is (no rebase, no squash) and its tag."
    )


@cli.command("record")
@click.argument("version", callback=lambda _, __, value: canonical(value))
@click.argument("commit", default="HEAD")
def record_(version: str, commit: str) -> None:
    """Record that VERSION is COMMIT, where a merge gave the release commit another id; commit releases.yml yourself."""
    record(ROOT, version, commit, _today())
    click.echo(f"{FILE} records {version}; commit it, then ./dev tags.")


@cli.command()
def tags() -> None:
    """Make git's tags from releases.yml: plain Copier needs them, and a repository may have lost them."""
    made = make_tags(ROOT / ".git", read_releases((ROOT / FILE).read_text()))
    click.echo(f"made {', '.join(made)}" if made else "every release has its tag")


def _today() -> date:
    return datetime.now(UTC).date()


def main() -> None:
    """Run the command line; an error is one line and an exit code."""
    try:
        cli.main(prog_name="./dev", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ScaffoldError as error:
        click.echo(f"\nerror: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
