"""Which files a merge driver of the settings would merge: an update starts it, as git does; a dry run does not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from scaffold.git.objects import Blob
from scaffold.releases.editions import Rendered
from scaffold.update.scratch import Scratch


def drivers_left_out(scratch: Scratch, ours: Mapping[str, Blob], before: Rendered, after: Rendered) -> dict[str, str]:
    """Return the driver's name for each path that both sides changed, and that a driver would merge.

    None where the scratch repository runs drivers itself. `ours` is the whole repository's tree; both versions have
    their files by the path in it.

    Raises:
        GitError: when git refuses.
    """
    settings = scratch.settings
    if settings is None or not settings.drivers:
        return {}
    paths = list(_changed_by_both(ours, before, after))
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    if not asked:
        return {}
    fields = os.fsdecode(scratch.git("check-attr", "-z", "--stdin", "merge", stdin=asked)).split("\0")
    named = dict(zip(fields[::3], fields[2::3], strict=False))
    meant = {path: settings.default if value == "unspecified" else value for path, value in named.items()}
    return {path: driver for path, driver in meant.items() if driver in settings.drivers}


def _changed_by_both(ours: Mapping[str, Blob], before: Rendered, after: Rendered) -> Iterator[str]:
    for path, blob in before.blobs.items():
        mine, new = ours.get(path), after.blobs.get(path)
        if mine is not None and mine.id != blob.id and (new is None or new.id not in (blob.id, mine.id)):
            yield path
