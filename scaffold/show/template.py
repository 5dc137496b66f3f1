"""What the platform team sees of `scaffold template`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.show.console import console, line
from scaffold.template.fixes import FIXES
from scaffold.template.overlay import FILES
from scaffold.template.trouble import Trouble
from scaffold.text.counted import counted

if TYPE_CHECKING:  # each command loads only what it does
    from scaffold.template.base import Base
    from scaffold.template.laws import Tested
    from scaffold.template.place import Difference
    from scaffold.template.pull import Pulled
    from scaffold.template.release import Release
    from scaffold.template.work import Status


def created(folder: Path, count: int, base: Base, *, repository: bool, quiet: bool) -> None:
    """Show what was created, and what to do next."""
    commit = ", one commit" if repository else ""
    _lines(
        f"{folder}: {counted(count, 'file')}{commit}, on {_version(base)}. Next:",
        f"  cd {folder}",
        "  edit platform/questions.yml",
        "  scaffold template build",
        quiet=quiet,
    )


def catalogued(is_other: bool, *, check: bool, quiet: bool) -> None:
    """Show whether template.yaml was written, or would be."""
    from scaffold.template.backstage import FILE as BACKSTAGE

    if not is_other:
        _lines(f"{BACKSTAGE} is current.", quiet=quiet)
    elif check:
        _lines(f"{BACKSTAGE} is not current. Run: scaffold template backstage", quiet=quiet)
    else:
        _lines(f"Wrote {BACKSTAGE}. Register its address in Backstage.", quiet=quiet)


def built(found: Difference, *, check: bool, quiet: bool) -> None:
    """Show what a build changed, or would change."""
    if not found:
        _lines("The built template is current.", quiet=quiet)
        return
    changed = [*(f"  {path}" for path in found.written), *(f"  {path} (removed)" for path in found.removed)]
    count = counted(len(changed), "file")
    head = f"The built template is not current ({count}):" if check else f"Built, {count} changed:"
    last = ("Run: scaffold template build",) if check else ()
    _lines(head, *changed[:_MOST], *_more(changed), *last, quiet=quiet)


def _version(base: Base) -> str:
    return f"{base.revision.name} of {base.label}"


def _named(changes: Sequence[str], base: Base) -> list[str]:
    """Return ids of changes with their titles."""
    titles = base.titles if changes else {}
    return [f"{each}: {titles[each]}" if each in titles else each for each in changes]


_MOST = 20


def _more(lines: Sequence[str]) -> tuple[str, ...]:
    return (f"  and {len(lines) - _MOST} more",) if len(lines) > _MOST else ()


def taken(paths: Sequence[str], *, quiet: bool) -> None:
    """Show where the files are that can be changed now."""
    _lines(*(f"{FILES}/{path}" for path in paths), "Change them there. Then run: scaffold template build", quiet=quiet)


_BUILD = "  scaffold template build           "
_EDIT = "  edit platform/fixes.yml           "
_PULL = "  scaffold template pull --dry-run  "


def status(found: Status) -> None:
    """Show how a platform's template stands."""
    overlay = found.platform.overlay
    own = {path for path in overlay.files if path not in overlay.overrides}
    _lines(
        f"{overlay.name} on {_version(found.platform.base)}",
        f"  {counted(len(overlay.overrides), 'override')}, {counted(len(own), 'own file')}, "
        f"{counted(len(overlay.removed), 'removed file')}, {counted(len(overlay.questions), 'question')}",
        *(f"  newer: {each.tag}" for each in found.newer),
        *(f"  undecided: {each}" for each in _named(found.undecided, found.platform.base)),
        *(("Next:",) if not found.is_current else ()),
        *(() if found.build_is_current else (f"{_BUILD}the built template is not current",)),
        *((f"{_EDIT}decide what your files take of the base",) if found.undecided else ()),
        *((f"{_PULL}see what the newest release brings",) if found.newer else ()),
    )


def as_record(found: Status) -> dict[str, Any]:
    """Return the status as data."""
    overlay = found.platform.overlay
    return {
        "name": overlay.name,
        "url": overlay.url,
        "base": found.platform.base.revision.name,
        "base_name": found.platform.base.name,
        "base_url": found.platform.base.url or "",
        "newer": [each.tag for each in found.newer],
        "overrides": sorted(overlay.overrides),
        "own": sorted(path for path in overlay.files if path not in overlay.overrides),
        "removed": sorted(overlay.removed),
        "questions": sorted(overlay.questions),
        "undecided": list(found.undecided),
        "build_is_current": found.build_is_current,
    }


_REFUSED = "Nothing was written. Change these overrides so that they fit, restore them, or add --conflict inline."
_MARKED = "Conflict markers were written, and nothing was built. Resolve them, then run: scaffold template build"


def pulled(found: Pulled, *, dry_run: bool, quiet: bool) -> None:
    """Show what a move to another release of the base brings."""
    if found.conflicts:
        _lines(*found.conflicts, error=True)
        _lines(_MARKED if found.marked else _REFUSED, error=True)
        return
    if found.old.revision == found.new.revision:
        _lines(f"Already at {_version(found.new)}.", quiet=quiet)
        return
    _lines(
        f"{found.old.revision.name} to {_version(found.new)}",
        *(f"  {each.pattern.replace('none', '').strip() or '-':<3} {each.title}" for each in found.changes),
        *found.notes,
        *(f"Decide in {FIXES}: {each}" for each in _named(found.undecided, found.new)),
        "Nothing was written." if dry_run else "Written and built, not committed. Next: git diff",
        quiet=quiet,
    )


_NO_COPIER = "Not compared with plain Copier, because it is not installed beside scaffold. Install copier there."


def tested(found: Tested, troubles: Sequence[Trouble], accepted: int, *, quiet: bool) -> None:
    """Show what a test found."""
    _lines(*(f"{each.file}:{each.line}: {each.law}: {each.message}" for each in troubles))
    if accepted:
        _lines(f"Wrote {counted(accepted, 'file')} of goldens. Next: git diff platform/goldens", quiet=quiet)
    services = f"{counted(len(found.goldens), 'golden')}, {counted(found.services, 'service')}"
    _lines(f"{services}: {counted(len(troubles), 'problem') if troubles else 'nothing wrong'}", quiet=quiet)
    if found.lacks_copier:
        _lines(_NO_COPIER, quiet=quiet)


def test_record(found: Tested, troubles: Sequence[Trouble], accepted: int) -> dict[str, Any]:
    """Return what a test found as data."""
    return {
        "goldens": list(found.goldens),
        "services": found.services,
        "lacks_copier": found.lacks_copier,
        "accepted": accepted,
        "problems": [vars(each) for each in troubles],
    }


def taken_back(version: str, *, quiet: bool) -> None:
    """Show that a pull was taken back."""
    _lines(f"Took the pull of {version} back: all files are as before.", quiet=quiet)


def released(found: Release, day: date, *, dry_run: bool, quiet: bool) -> None:
    """Show the section of the changelog, and what to do next."""
    _lines(*found.section(day).rstrip("\n").split("\n"), quiet=quiet)
    last = f"Released as {found.version}. Next: git push --follow-tags"
    _lines("", "Nothing was written." if dry_run else last, quiet=quiet)


def pull_record(found: Pulled, *, dry_run: bool) -> dict[str, Any]:
    """Return what a move brings as data."""
    return {
        "from": found.old.revision.name,
        "to": found.new.revision.name,
        "applied": not (dry_run or (found.conflicts and not found.marked) or found.old.revision == found.new.revision),
        "changes": [vars(each) for each in found.changes],
        "overlay": sorted(found.files),
        "notes": list(found.notes),
        "undecided": list(found.undecided),
        "conflicts": list(found.conflicts),
    }


def _lines(*texts: str, quiet: bool = False, error: bool = False) -> None:
    out = console(quiet=quiet, result=not error)
    for each in texts:
        out.print(line(each), soft_wrap=True)
