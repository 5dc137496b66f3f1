"""Plain manifests of several environments side by side, such as `k8s/dev` and `k8s/prod`, are not deployed together.

Where one object is written in two places, these are alternatives: the folders in which their paths part (for files in
one folder, the files themselves). Each is judged with what is shared, which is all that lies in none of them. An
alternative may hold alternatives itself: `shop/dev` and `shop/prod`, beside `blog`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from scaffold.syntax.yaml_nodes import Document

_HERE = "/."  # behind a folder: the files in it, and not its folders
_MOST = 3000
_MOST_ENVIRONMENTS = 12


@dataclass(frozen=True)
class Together:
    """Documents that are deployed together: those of one environment, and what it shares with others."""

    own: Sequence[Document]
    shared: Sequence[Document] = ()

    @property
    def documents(self) -> list[Document]:
        """Return all of them."""
        return [*self.shared, *self.own]


def alternatives(documents: Sequence[Document]) -> list[Together]:
    """Return the documents that are deployed together, for each environment; all at once where there is but one.

    In a collection of examples, which has more alternatives than anybody has environments, or where too much would be
    judged too often, what is shared stays by itself: it belongs to one of them, and nothing shows to which.
    """
    found: list[Together] = []
    left, looks_left = [Together(documents)], _MOST
    while left:
        outer = left.pop()
        inside, shared = _parted(outer.own)
        together = [*outer.shared, *shared]
        if not inside:
            found.append(outer)
        elif (looks := len(inside) * len(together)) > looks_left or len(inside) > _MOST_ENVIRONMENTS:
            found.append(Together(shared, outer.shared))
            left += [Together(own) for own in reversed(inside)]
        else:
            looks_left -= looks
            left += [Together(own, together) for own in reversed(inside)]
    return found


def _parted(documents: Sequence[Document]) -> tuple[list[list[Document]], list[Document]]:
    """Return the documents of each of the outermost places that are alternatives, and those that lie in none."""
    places: dict[tuple[str | None, ...], dict[str, None]] = {}
    for each in documents:
        root = each.root
        if name := root.text("metadata", "name"):
            identity = (root.text("kind"), root.text("metadata", "namespace"), name)
            places.setdefault(identity, {})[each.source.path] = None
    parted: dict[str, None] = {}
    for paths in places.values():
        if len(paths) > 1:
            parted |= dict.fromkeys(_parting(paths))
    outer = [each for each in parted if not _above(each.rpartition("/")[0], parted)]
    inside: dict[str, list[Document]] = {each: [] for each in outer}
    shared: list[Document] = []
    for each in documents:
        path = f"/{each.source.path}"
        here = path.rpartition("/")[0] + _HERE
        inside.get(here if here in inside else _above(path, inside), shared).append(each)
    return list(inside.values()), shared


def _parting(paths: Iterable[str]) -> list[str]:
    """Return the folders in which paths differ first; the files, where all are in one folder."""
    parts = [["", *path.split("/")] for path in paths]
    first, last = min(parts), max(parts)
    depth = next(depth for depth in range(len(last)) if first[depth : depth + 1] != last[depth : depth + 1])
    files = all(len(each) == depth + 1 for each in parts)
    return [
        "/".join(each[:depth]) + _HERE if len(each) == depth + 1 and not files else "/".join(each[: depth + 1])
        for each in parts
    ]


def _above(path: str, places: Container[str]) -> str:
    """Return which of the places a path is in, or is; nothing where it is in none."""
    while path and path not in places:
        path = path.rpartition("/")[0]
    return path
