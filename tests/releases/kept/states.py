"""What the cache holds, and a version taken from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scaffold.releases import History
from workshop import goldens


@cache
def expected(package: Path) -> dict[str, tuple[bytes, bool]]:
    """Return the files of the template that the package was made of."""
    return goldens.files_of(package.with_name("checkout"))


def used(package: Path) -> Path:
    """Use the cache as a new process would; return the template's folder, whose files are right."""
    template = History(package).template_at("1.0.0")
    assert goldens.files_of(template.root) == expected(package)
    return template.root


def below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def state(home: Path) -> dict[Path, bytes]:
    """Return each file of the cache with its bytes; what a failed run left is none of it."""
    files = [path for path in below(home) if path.is_file() and not path.is_symlink()]
    return {path: path.read_bytes() for path in files if "/.making-" not in str(path)}
