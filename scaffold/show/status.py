"""What the user of `scaffold status` sees: a table, a line each service, and below it what they lack."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from scaffold.releases import Change
from scaffold.text.counted import counted
from scaffold.text.printable import printable
from scaffold.update.status import EDITED, Status

_HEAD = ("service", "version", "behind", "lacks", "state")
_NAMED = 3
"""Up to this many services are named beside a change that they lack; of more, only the number is shown."""


def table(found: Sequence[Status]) -> Iterator[str]:
    """Yield the lines of the table, and of the list of changes."""
    rows = [_HEAD, *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from _missing(found)
    for each in found:
        names = each.conflicts or each.edited
        if names:
            yield f"{each.folder}: {each.state}: {', '.join(names)}"
    yield from _next_steps(found)


def _row(one: Status) -> tuple[str, ...]:
    count = len(one.releases)
    behind = counted(count, "release") if one.behind else "-"
    lacks = counted(len(one.lacks), "change") if one.lacks else "-"
    return printable(str(one.folder)), one.version.name, behind, lacks, one.state or "clean"


def _next_steps(found: Sequence[Status]) -> Iterator[str]:
    """Yield what to do next, in order: first what is unfinished, then the update."""
    behind = [each for each in found if each.behind and not each.state]
    steps = (
        ("git mergetool", "in {}: resolve the conflicts, then commit", [each for each in found if each.conflicts]),
        ("git commit", "in {}: commit the changes", [each for each in found if each.state.endswith("not committed")]),
        ("scaffold update {}", "apply the edited answers", [each for each in found if each.state == EDITED]),
        ("scaffold update {} --dry-run", "show what would change", behind),
        ("scaffold update {}", "update to the newest version", behind),
    )
    rows = [(_of(command, its), _of(what, its)) for command, what, its in steps if its]
    width = max((len(command) for command, _ in rows), default=0)
    if rows:
        yield "Next:"
    yield from (f"  {command:<{width}}  {what}" for command, what in rows)


def _of(text: str, services: Sequence[Status]) -> str:
    """Return a text with the folders of services in its gap; of many, a placeholder."""
    folders = (
        " ".join(printable(shlex.quote(str(each.folder))) for each in services)
        if len(services) <= _NAMED
        else "FOLDER..."
    )
    return text.format(folders)


def _missing(found: Sequence[Status]) -> Iterator[str]:
    """Yield each change that some lack once, with the services that lack it."""
    changes: dict[str, tuple[Change, list[str]]] = {}
    for one in found:
        for change in one.lacks:
            changes.setdefault(change.id, (change, []))[1].append(str(one.folder))
    if changes:
        newest = max((one.newest for one in found), key=lambda each: each.version)
        yield f"Changes up to {newest.name} that are missing:"
    for change, folders in changes.values():
        who = ", ".join(folders) if len(folders) <= _NAMED else f"{len(folders)} services"
        yield f"  {change.headline} ({_origin(change, found)})" + (f": {who}" if len(found) > 1 else "")


def _origin(change: Change, found: Sequence[Status]) -> str:
    """Return the version that brought a change; of a platform's template those of the layers below, and its own."""
    own = next((one.brought[change.id] for one in found if change.id in one.brought), "")
    of_layer = change.brought or (f"base {change.version}" if own else change.version)
    version = f"{of_layer}, in {own}" if own else of_layer
    return f"{version}; declined by {change.declined}" if change.declined else version
