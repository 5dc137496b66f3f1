"""From which version of the template a service comes, and to which it can go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffold.engine.answers_file import NAME as FILE
from scaffold.engine.remembered import Remembered, read_remembered
from scaffold.errors import ServiceError, VersionError
from scaffold.files.foreign import read_foreign
from scaffold.files.place import require_folder
from scaffold.releases import Change, History, Release, Revision
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
            f"it was made from another template ({one_line(remembered.source)}); copier update brings it forward. "
            "If that is another address of this one, add --template with it."
        )
    try:
        return home.history.resolve(remembered.reference)
    except VersionError as error:
        raise VersionError(f"the service was made by {one_line(remembered.reference)}: {error}") from error


def target(old: Revision, wanted: str | None, history: History) -> Revision:
    """Return the version to go to: the wanted one, or the newest release; `old` itself where that is no step forward.

    Raises:
        VersionError: when there is none, or the wanted one is older.
    """
    if wanted is None:
        newest = history.latest
        if newest is None:
            raise VersionError("this installation knows no release of the template; name a version with --to.")
        new = history.resolve(newest.tag)
        return new if new.version > old.version else old
    new = history.resolve(wanted)
    if new.version < old.version:
        raise VersionError(
            f"{new.name} is older than the service's {old.name}, and there is no way back from newer to older; "
            "git revert takes an update back."
        )
    return new


@dataclass(frozen=True)
class Status:
    """How far behind a service is: its version, the newest, the releases between, and the changes that it lacks."""

    folder: Path
    version: Revision
    newest: Revision
    releases: tuple[Release, ...]
    lacks: tuple[Change, ...]

    @property
    def behind(self) -> bool:
        """Say whether there is a newer version."""
        return self.newest.version > self.version.version


def status(folder: Path, home: Home) -> Status:
    """Return how far behind the service in `folder` is; git is not needed there.

    Raises:
        OptionError: when it is no folder.
        ServiceError: when it is no service of this template, or its answers file is broken.
        VersionError: when its version is unknown.
    """
    require_folder(folder)
    try:
        content = read_foreign(folder / FILE, below=folder)
    except FileNotFoundError as error:
        raise ServiceError(f"{folder} has no {FILE}, so nothing tells which template made it.") from error
    except OSError as error:
        raise ServiceError(f"{folder / FILE} can't be read: {error.strerror}.") from error
    old = version_of(read_remembered(content, str(folder / FILE)), home)
    newest = target(old, None, home.history)
    between = tuple(each for each in home.history.known if old.version < each.version <= newest.version)
    lacks = tuple(home.history.changes_between(old.commit, newest.commit)) if newest != old else ()
    return Status(folder, old, newest, between, lacks)
