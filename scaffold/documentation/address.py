"""Where people read the documentation: at its public address, or by `scaffold docs`."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def public_address() -> str | None:
    """Return the address of the site, `[project.urls] Documentation`; None as long as there is none."""
    try:
        urls = metadata.metadata("kube-scaffold").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return None
    return next((url.partition(", ")[2].rstrip("/") for url in urls if url.startswith("Documentation, ")), None)


def public_url(path: str) -> str | None:
    """Return the public address of a page such as `patterns/P08.md#p08-probe-port`; None as long as there is none."""
    address = public_address()
    page, hash_, anchor = path.partition("#")
    return f"{address}/{page.removesuffix('.md')}.html{hash_}{anchor}" if address else None


def command(page: str) -> str:
    """Return the command that shows a page in the terminal."""
    return f"scaffold docs {page}"
