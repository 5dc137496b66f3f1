"""Line endings: a service that commits CRLF gets the template's files in CRLF, so that only real changes differ.

Where git converts (`core.autocrlf`, `text` in .gitattributes), what is committed has LF and nothing is to do here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.releases.editions import Rendered, blob_id


def as_the_service_has_them(
    repository: Repository, ours: Mapping[str, Blob], before: Rendered, after: Rendered
) -> tuple[Rendered, Rendered]:
    """Return both renderings with CRLF in those files that the service has in CRLF.

    When it has every file so, new files get CRLF too.
    """
    differing = [path for path, blob in before.blobs.items() if path in ours and ours[path].id != blob.id]
    contents = repository.objects.read_all([ours[path].id for path in differing])
    crlf = {
        path
        for path, found in zip(differing, contents, strict=True)
        if found and _is_crlf(found[1]) and not _has(before.contents[path])
    }
    if not crlf:
        return before, after
    if crlf == {path for path in before.blobs if path in ours and _is_text(before.contents[path])}:
        crlf |= {path for path in after.blobs if path not in before.blobs and _is_text(after.contents[path])}
    return _converted(before, crlf, repository.algorithm), _converted(after, crlf, repository.algorithm)


def _is_crlf(content: bytes) -> bool:
    return _is_text(content) and content.count(b"\r\n") == content.count(b"\n")


def _is_text(content: bytes) -> bool:
    return b"\n" in content and b"\0" not in content


def _has(content: bytes) -> bool:
    return b"\r\n" in content


def _converted(rendered: Rendered, paths: set[str], algorithm: str) -> Rendered:
    contents, blobs = dict(rendered.contents), dict(rendered.blobs)
    for path in paths & set(contents):
        contents[path] = contents[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        blobs[path] = replace(blobs[path], id=blob_id(contents[path], algorithm))
    return replace(rendered, contents=contents, blobs=blobs)
