"""How far behind a service is, which changes it lacks, and what of it is not finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.engine.answers_file import NAME as FILE
from scaffold.engine.remembered import Remembered, read_remembered
from scaffold.errors import GitError, ServiceError
from scaffold.files.foreign import read_foreign
from scaffold.files.place import require_folder
from scaffold.git.repository import Repository, locate
from scaffold.releases import Change, Release, Revision
from scaffold.releases.changes import UNRELEASED
from scaffold.releases.home import Home, Homes
from scaffold.text.counted import counted
from scaffold.update.handwork import edited_names, rendered_from
from scaffold.update.versions import target, version_of

UPDATED = "updated, not committed"
EDITED = "answers edited by hand"


@dataclass(frozen=True)
class Status:
    """How far behind a service is: its version, the newest, the releases between, and the changes that it lacks.

    `conflicts` are the paths that an update left unmerged. `edited` names the answers that were edited by hand and not
    carried out, where git's history shows them. `brought` names the version of a platform's template that has a change
    of its base, by the change's id. `state` says in a few words what is not finished; empty where all is.
    """

    folder: Path
    version: Revision
    newest: Revision
    releases: tuple[Release, ...]
    lacks: tuple[Change, ...]
    conflicts: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    state: str = ""
    brought: Mapping[str, str] = field(default_factory=dict)

    @property
    def behind(self) -> bool:
        """Return whether there is a newer version."""
        return self.newest.version > self.version.version


def status(folder: Path, home: Home | Homes) -> Status:
    """Return how far behind the service in `folder` is; without git's history, less is known of its state.

    Raises:
        OptionError: when it is not a folder.
        ServiceError: when it is not a service of this template, or its answers file is broken.
        VersionError: when its version is unknown.
    """
    require_folder(folder)
    repository = prefix = None
    with suppress(ServiceError, GitError):  # a folder that nobody committed yet, or a machine without git
        repository, prefix = locate(folder, looking=True)
    if repository is None or prefix is None:
        return _status(folder, _read(folder), home)
    with closing(repository):
        conflicts = _conflicts(repository, prefix)
        content = _read(folder, repository if prefix + FILE in conflicts else None, prefix)
        edited, state = _unfinished(
            repository, prefix, content, conflicts, read_remembered(content, f"{folder / FILE}")
        )
    return _status(folder, content, home, conflicts, edited, state)


def _status(
    folder: Path,
    content: bytes,
    home: Home | Homes,
    conflicts: tuple[str, ...] = (),
    edited: tuple[str, ...] = (),
    state: str | None = None,
) -> Status:
    remembered = read_remembered(content, str(folder / FILE))
    if state is None:
        state = EDITED if remembered.intact is False else ""
    home = home.of(remembered.source)
    old = version_of(remembered, home)
    newest = target(old, None, home.history)
    between = tuple(each for each in home.history.known if old.version < each.version <= newest.version)
    lacks = home.history.changes_between(old.commit, newest.commit, remembered.answers) if newest != old else ()
    brought = _brought(home, between, lacks)
    return Status(folder, old, newest, between, tuple(lacks), conflicts, edited, state, brought)


def _brought(home: Home, between: Sequence[Release], lacks: Sequence[Change]) -> dict[str, str]:
    """Return the first version that has each change of a base, whose versions are not those of the template."""
    known = {str(each.version) for each in home.history.known}
    of_base = {each.id for each in lacks if each.brought or each.version not in (*known, UNRELEASED)}
    found: dict[str, str] = {}
    for release in between if of_base else ():
        for change in home.history.changes_at(release.commit):
            if change.id in of_base:
                found.setdefault(change.id, release.tag)
    return found


def _read(folder: Path, unmerged: Repository | None = None, prefix: str = "") -> bytes:
    """Return the answers file; where it is `unmerged`, as the last commit has it."""
    if unmerged and (found := unmerged.objects.read(f"HEAD:{prefix}{FILE}")):
        return found[1]
    try:
        return read_foreign(folder / FILE, below=folder)
    except FileNotFoundError as error:
        advice = "name the folder of a service, or create one with `scaffold new`."
        raise ServiceError(f"{folder} has no {FILE}, so it is not a service of scaffold; {advice}") from error
    except OSError as error:
        raise ServiceError(f"{folder / FILE} can't be read: {error.strerror}.") from error


def _conflicts(repository: Repository, prefix: str) -> tuple[str, ...]:
    """Return the paths that are unmerged in git's index (`git help ls-files`, --unmerged)."""
    if repository.top is None:
        return ()
    listed = repository.git("ls-files", "--unmerged", "-z", "--full-name", "--", f":(top,literal){prefix}")
    fields = listed.decode(errors="surrogateescape").split("\0")[:-1]
    return tuple(dict.fromkeys(field.partition("\t")[2] for field in fields))


def _unfinished(
    repository: Repository, prefix: str, content: bytes, conflicts: tuple[str, ...], now: Remembered
) -> tuple[tuple[str, ...], str]:
    """Return the names of the answers that were edited by hand, and the state in a few words."""
    if conflicts:
        return (), counted(len(conflicts), "conflict")
    committed = repository.objects.read(f"HEAD:{prefix}{FILE}")
    head = repository.objects.read("HEAD^{commit}")
    if committed is None or head is None:
        return (), "not committed"
    before = read_remembered(committed[1], prefix + FILE)
    if (before.reference, before.answers) != (now.reference, now.answers):
        moved = now.reference != before.reference
        if now.intact or (now.intact is None and (moved or _staged_besides(repository, prefix))):
            return (), UPDATED
        return edited_names(before, now), f"{EDITED}, not committed"
    try:
        edited = edited_names(rendered_from(repository, head[0], prefix + FILE, before), before)
    except ServiceError:  # the history that has it is not here
        return (), EDITED
    return edited, EDITED if edited or now.intact is False else ""


def _staged_besides(repository: Repository, prefix: str) -> bool:
    """Return whether more of the service is staged than its answers: an update stages all that it changes."""
    if repository.top is None:
        return False
    options = ("diff-index", "--cached", "--name-only", "-z", "HEAD")
    staged = repository.git(*options, "--", f":(top,literal){prefix}").decode(errors="surrogateescape").split("\0")[:-1]
    return prefix + FILE in staged and len(staged) > 1
