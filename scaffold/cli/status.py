"""`scaffold status`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli import options
from scaffold.cli.help import examples
from scaffold.text.printable import sentence

if TYPE_CHECKING:
    from scaffold.update.status import Status


@click.command(
    short_help="Show how far behind services are, and which changes they miss.",
    epilog=examples(
        "scaffold status                      how far behind this service is; exit 1 when it is",
        "scaffold status services/* --json    the same for many services, as JSON",
    ),
)
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@options.template(help="Take the template from here, not from the address that each service remembers.")
@options.offline
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only; the exit code shows the result.")
def status(folders: tuple[Path, ...], *, template: str | None, offline: bool, json_: bool, quiet: bool) -> None:
    """Show how far behind the newest template the service in each FOLDER is, and which changes it misses.

    The state shows unfinished work: an update that is not committed, conflicts, or answers that were edited by hand
    and not applied. The exit code is 1 when a service is behind or has such a state.
    """
    from scaffold.errors import ScaffoldError
    from scaffold.releases.home import Homes
    from scaffold.show.say import say, say_json
    from scaffold.show.status import table
    from scaffold.update.status import status as status_of

    homes = Homes(template, offline=offline, on_news=options.news(quiet=quiet))
    found: list[Status] = []
    records: list[dict[str, Any]] = []
    code = 0
    for folder in folders or (Path(),):
        try:
            one = status_of(folder, homes)
        except ScaffoldError as error:
            code = max(code, error.exit_code)
            records.append({"folder": str(folder), "error": str(error)})
            where = "" if str(error).startswith(str(folder)) else f"{folder}: "
            say(f"error: {where}{sentence(str(error))}", error=True)
            continue
        code = max(code, int(one.behind or bool(one.state)))
        found.append(one)
        records.append(_as_record(one))
    if json_:
        say_json(records)
    elif found and not quiet:
        for line in table(found):
            say(line)
    if code:
        raise click.exceptions.Exit(code)


def _as_record(one: Status) -> dict[str, Any]:
    return {
        "folder": str(one.folder),
        "version": one.version.name,
        "newest": one.newest.name,
        "behind": one.behind,
        "releases": [each.tag for each in one.releases],
        "lacks": [vars(each) for each in one.lacks],
        "brought": dict(one.brought),
        "state": one.state,
        "conflicts": list(one.conflicts),
        "edited": list(one.edited),
    }
