"""Which images the Dockerfiles of a repository make, as far as their paths say."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.syntax.dockerfile import Dockerfile


class Images:
    """Finds Dockerfiles by the name of their image and by their path."""

    def __init__(self, dockerfiles: Iterable[Dockerfile]) -> None:
        """Take the Dockerfiles."""
        self._by_name: dict[str, list[Dockerfile]] = {}
        self._by_path: dict[str, Dockerfile] = {}
        for each in dockerfiles:
            self._by_path[each.source.path] = each
            for name in _names(each.source.path):
                self._by_name.setdefault(name, []).append(each)

    def named(self, name: str) -> list[Dockerfile]:
        """Return the Dockerfiles whose folder or file is called like an image."""
        return self._by_name.get(name, [])

    def at(self, path: str) -> Dockerfile | None:
        """Return the Dockerfile of a path."""
        return self._by_path.get(path)


def _names(path: str) -> set[str]:
    """Return what a Dockerfile's path says that its image is called."""
    folders, _, file = path.rpartition("/")
    parts = {part for part in file.split(".") if part.lower() not in ("dockerfile", "containerfile")}
    return parts | {folders.rpartition("/")[2]} - {""}
