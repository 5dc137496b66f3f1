"""From which version of the template a service comes, and to which it can go."""

from __future__ import annotations

from scaffold.engine.remembered import Remembered
from scaffold.errors import ServiceError, VersionError
from scaffold.releases import History, Revision
from scaffold.releases.home import Home
from scaffold.text.brief import one_line


def version_of(remembered: Remembered, home: Home) -> Revision:
    """Return the version of the template that made a service.

    Raises:
        ServiceError: when it comes from another template.
        VersionError: when no such version is known here.
    """
    if not home.owns(remembered.source):
        raise ServiceError(
            f"it was made from another template ({one_line(remembered.source)}); update it with copier update. "
            "If that is another address of this template, give it with --template."
        )
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
        newest = history.latest
        if newest is None:
            raise VersionError("this installation has no release of the template; name a version with --to.")
        new = history.resolve(newest.tag)
        return new if new.version > old.version else old
    new = history.resolve(wanted)
    if new.version < old.version:
        raise VersionError(
            f"{new.name} is older than the service's {old.name}, and services can't go back to an older version; "
            "to undo an update, use git revert."
        )
    return new
