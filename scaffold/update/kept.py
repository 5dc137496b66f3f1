"""What an update does not change by the settings `_exclude` and `_skip_if_exists` of the template, as in Copier."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from scaffold.releases.editions import Rendered


def without_kept(before: Rendered, after: Rendered, ours: Container[str]) -> Rendered:
    """Return the version before, changed so that a merge with `after` does not change these paths.

    What the new version excludes stays as it is. What it skips stays, too, where the service has it, and is made again
    where the service lacks it. `ours` has the paths of the service.
    """
    blobs, contents = dict(before.blobs), dict(before.contents)
    for path in before.blobs.keys() | after.blobs.keys():
        new = after.blobs.get(path)
        if new is not None and after.skips(path) and path in ours:
            blobs[path], contents[path] = new, after.contents[path]
        elif (new is None and after.excludes(path)) or (after.skips(path) and path not in ours):
            blobs.pop(path, None)
            contents.pop(path, None)
    return replace(before, blobs=blobs, contents=contents)
