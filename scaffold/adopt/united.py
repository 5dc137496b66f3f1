"""A list of patterns that both have, `.gitignore`: the team's lines, then those of the template that it lacks."""

from __future__ import annotations

UNITED = ".gitignore"


def united(theirs: bytes, ours: bytes) -> bytes:
    """Return the team's file with the patterns that it lacks at its end, each below the comments that explain it."""
    ending = b"\r\n" if b"\r\n" in theirs else b"\n"
    known = {line.strip() for line in theirs.splitlines()}
    added: list[bytes] = []
    comments: list[bytes] = []
    for line in ours.splitlines():
        if line.startswith(b"#"):
            comments.append(line)
        elif line.strip() and line.strip() not in known:
            added += [*comments, line]
            comments = []
        elif line.strip():
            comments = []
    if not added:
        return theirs
    head = theirs if theirs.endswith(b"\n") or not theirs else theirs + ending
    return head + b"".join(line + ending for line in added)
