"""Merges an override with the base's file by git, and keeps what is added above the first line or below the last one.

For git, a line that is added beside a changed line is a conflict. At the edge of a file, nothing else is beside it. So
it is clear where the added lines belong: a head of the platform's own, or its own rules at the end.
"""

from __future__ import annotations

from scaffold import git

Labels = tuple[str, str, str]


def merged(base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> tuple[bytes, bool]:
    """Return what both changes of the base give together, and whether they clash; the labels as in `git.merge_file`.

    Raises:
        GitError: when git is missing, or one of them is not a text.
    """
    found, clash = git.merge_file(base, ours, theirs, labels)
    if clash:
        head, rest, tail = _edges(*(text.splitlines(keepends=True) for text in (base, ours, theirs)))
        if head or tail:
            inner, still = git.merge_file(base, rest, theirs, labels)
            if not still and (not tail or inner.endswith(b"\n")):
                return head + inner + tail, False
    return found, clash


def _edges(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> tuple[bytes, bytes, bytes]:
    """Return what we add above the base's first line, what we have between, and what we add below its last line.

    Nothing is added where ours does not have that line exactly once, or where the other side has it, too.
    """
    start = _place(base[:1], base, ours, theirs)
    end = _place(base[-1:], base, ours, theirs)
    start, end = start or 0, len(ours) if end is None else end + 1
    if start >= end:
        return b"", b"".join(ours), b""
    return b"".join(ours[:start]), b"".join(ours[start:end]), b"".join(ours[end:])


def _place(line: list[bytes], base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> int | None:
    if not line or base.count(line[0]) != 1 or ours.count(line[0]) != 1 or line[0] in theirs:
        return None
    return ours.index(line[0])
