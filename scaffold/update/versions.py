"""From which version of the template a service comes, and to which it can go."""

from __future__ import annotations

from scaffold.engine.remembered import Remembered
from scaffold.errors import VersionError
from scaffold.releases import History, Revision
from scaffold.releases.home import Home
from scaffold.text.brief import one_line


def version_of(remembered: Remembered, home: Home) -> Revision:
    """Return the version of its template that made a service.

    Raises:
        VersionError: when no such version is known.
    """
    try:
        return home.history.resolve(remembered.reference)
    except VersionError as error:
        raise VersionError(f"the service was made by {one_line(remembered.reference)}: {error}") from error


def target(old: Revision, wanted: str | None, history: History) -> Revision:
    """Return the version to go to: the wanted one, or the newest release; `old` itself where that is not newer.

    Raises:
        VersionError: when there is none, or the wanted one is older.
    """
    if wanted is None:
        new = newest(history)
        return new if new.version > old.version else old
    new = history.resolve(wanted)
    if new.version < old.version:
        raise VersionError(
            f"{new.name} is older than the service's {old.name}, and services can't go back to an older version; "
            "to undo an update, use git revert."
        )
    return new


def newest(history: History) -> Revision:
    """Return the newest release.

    Raises:
        VersionError: when there is none.
    """
    history.renew()
    latest = history.latest
    if latest is None:
        raise VersionError("the template has no release; name a version with --to. Example: --to HEAD.")
    return history.resolve(latest.tag)
