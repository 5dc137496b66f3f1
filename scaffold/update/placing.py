"""Where the two versions of a service lie in its repository: in its folder, and what belongs to the top at the top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scaffold.files.at_top import FOLDER, PLACES, Shared, carried, place_of
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.releases.editions import Rendered, blob_id


@dataclass(frozen=True)
class Placed:
    """The files of both versions by their path from the repository's top; `by_hand` has what the team adds itself.

    `own` are the paths that no other service has: what one version lacks of them is removed.
    """

    before: Rendered
    after: Rendered
    own: frozenset[str]
    by_hand: Mapping[str, bytes] = field(default_factory=dict)


def placed(repository: Repository, prefix: str, ours: Mapping[str, Blob], before: Rendered, after: Rendered) -> Placed:
    """Return where both versions lie in the repository's tree `ours`: of the service in the folder `prefix`."""
    old, new = _places(before, prefix), _places(after, prefix)
    inside = (path for path in ours if path.startswith(prefix))
    own = frozenset((*inside, *old, *new))
    shared = dict(_shared(repository, ours, before, after)) if prefix else {}
    sides = (
        _side(repository, ours, before, old, {path: each.before for path, (each, _) in shared.items()}),
        _side(repository, ours, after, new, {path: each.after for path, (each, _) in shared.items()}),
    )
    return Placed(*sides, own, {path: content for path, (each, content) in shared.items() if each.by_hand})


def _shared(
    repository: Repository, ours: Mapping[str, Blob], before: Rendered, after: Rendered
) -> Iterator[tuple[str, tuple[Shared, bytes]]]:
    """Yield each shared file of the versions by its path, with what the new one would make of it."""
    for name in PLACES:
        old, new = (each.contents.get(FOLDER + name) for each in (before, after))
        if old is not None or new is not None:
            path = place_of(name, ours.__contains__)
            if path in ours and not ours[path].mode.startswith("100"):  # a symbolic link leads to a file of the team's
                continue
            found = repository.objects.read_all([ours[path].id])[0] if path in ours else None
            yield path, (carried(name, found and found[1], old, new), new or b"")


def _side(
    repository: Repository,
    ours: Mapping[str, Blob],
    rendered: Rendered,
    places: Mapping[str, str],
    shared: Mapping[str, bytes | None],
) -> Rendered:
    blobs = {place: rendered.blobs[path] for place, path in places.items()}
    contents = {place: rendered.contents[path] for place, path in places.items()}
    for path, content in shared.items():
        if content is not None:
            mode = ours[path].mode if path in ours else "100644"
            blobs[path], contents[path] = Blob(mode, blob_id(content, repository.algorithm)), content
    return Rendered(blobs, contents, rendered.answers_file)


def _places(rendered: Rendered, prefix: str) -> dict[str, str]:
    """Return by its path from the top what the service has for itself; the value is the path in the rendering."""
    return {place: path for path in rendered.blobs if (place := _place(path, prefix))}


def _place(path: str, prefix: str) -> str | None:
    name = path.removeprefix(FOLDER)
    if not prefix or name == path:
        return prefix + path
    return None if name in PLACES else name
