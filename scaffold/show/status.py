"""What the user of `scaffold status` sees."""

from __future__ import annotations

from scaffold.update.versions import Status


def in_one_line(one: Status) -> str:
    """Return a service's version, and what it lacks."""
    if not one.behind:
        return f"{one.version.name}, the newest"
    fixes = [f"{each.pattern} {each.title}" if each.pattern != "none" else each.title for each in one.lacks]
    count = f"{len(one.releases)} release{'s' if len(one.releases) != 1 else ''} behind {one.newest.name}"
    return f"{one.version.name}, {count}" + (f"; lacks {'; '.join(fixes)}" if fixes else "")
