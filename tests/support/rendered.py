"""A few rendered files, a folder that held others, and what a folder holds."""

from __future__ import annotations

from pathlib import Path

from scaffold.files.folder import RenderedFile
from tests.support.files import write_tree
from workshop import goldens

FILES = [
    RenderedFile("Makefile", b"new makefile", executable=False),
    RenderedFile("README.md", b"new readme", executable=False),
    RenderedFile("deploy/base/x.yaml", b"x: 1", executable=False),
    RenderedFile("run", b"#!/bin/sh", executable=True),
    RenderedFile("same", b"same", executable=False),
]
AFTER = {file.path: file.content for file in FILES}
BEFORE = {"Makefile": b"old makefile", "README.md": b"old readme", "same": b"same", "docs/mine.md": b"mine"}


def old_folder(folder: Path) -> Path:
    return write_tree(folder, BEFORE)


def contents(folder: Path) -> dict[str, bytes]:
    return {path: content for path, (content, _) in goldens.files_of(folder).items()}


def state(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return each file and folder with its inode, mode, links and bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        links = status.st_nlink if path.is_file() else 0
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, links, content)
    return found
