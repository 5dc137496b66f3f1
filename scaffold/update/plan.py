"""What an update would do: a pure function of a repository's commit, two versions of the template, and the answers.

The service need not be checked out, and its refs and files are only read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.releases.editions import Editions, Rendered
from scaffold.update.changes import LineCount, line_counts
from scaffold.update.crossing import Crossing, GeneratedService
from scaffold.update.drivers import drivers_left_out
from scaffold.update.kept import without_kept
from scaffold.update.line_endings import as_the_service_has_them
from scaffold.update.merge import Conflict, merge
from scaffold.update.new_tree import NewTree
from scaffold.update.placing import Placed, placed
from scaffold.update.resolve import Choice, resolve
from scaffold.update.scratch import Commit, Scratch, scratch
from scaffold.update.staged import NOTHING_STAGED, Staged, with_staged

BEFORE = "HEAD"
"""What follows a conflict's first marker; beside the last stands the version of the template."""


@dataclass(frozen=True)
class Plan:
    """What an update gives: the id of the whole repository's new tree, what is left to resolve, what lies beside it.

    `start` is the id of the tree that it begins with: the commit's, with what is `staged` of the files that services
    share. `before` and `after` are the template's two versions of the service. `beside`
    are untracked files (path to bytes): rejected hunks. `lines` is the diffstat. `drivers` are the
    merge drivers, by path, that an update starts, where this plan is one that starts none. `by_hand` has, by path, what
    the team adds to a file at the repository's top.
    """

    crossing: Crossing
    before: Rendered
    after: Rendered
    tree: str
    conflicts: tuple[Conflict, ...]
    beside: Mapping[str, bytes]
    lines: tuple[LineCount, ...]
    drivers: Mapping[str, str]
    by_hand: Mapping[str, bytes]
    start: str
    staged: Staged

    @property
    def new_tree(self) -> NewTree:
        """Return what is to be written."""
        service, given = self.crossing.service, (self.conflicts, self.beside, self.staged)
        return NewTree(service.repository, service.commit, service.prefix, self.start, self.tree, *given)


def plan(
    editions: Editions,
    crossing: Crossing,
    *,
    conflict: Choice = "inline",
    keep: bool = True,
    count_lines: bool = False,
    staged: Staged = NOTHING_STAGED,
) -> Plan:
    """Return what the crossing gives, where git's index has `staged` instead of the commit's files.

    With `keep`, the new objects are written to the repository's object store, where nothing refers to them yet.
    Without it, the plan can be looked at but not applied. The diffstat is made only with `count_lines`.

    Raises:
        GitError: when git refuses.
        TemplateError: when a version can't be rendered.
    """
    service = crossing.service
    repository, source = service.repository, service.remembered.source
    before = editions.rendered(crossing.old, crossing.old_answers, source, repository.algorithm)
    after = editions.rendered(crossing.new, crossing.new_answers, crossing.source, repository.algorithm)
    ours = with_staged(repository.tree(service.commit), staged)
    with scratch(repository, _attributes(repository, ours), keep=keep) as scratched:
        own = _within(ours, service.prefix)
        pair = as_the_service_has_them(repository, own, without_kept(before, after, own), after)
        label = f"scaffold-{crossing.new.name}"
        where = placed(repository, service.prefix, ours, *pair)
        start = _start(scratched, service, staged)
        scratched.import_(_commits(service, start, ours, where, label))
        merged = merge(scratched, BEFORE, label)
        resolved = resolve(scratched, merged, conflict)
        lines = tuple(line_counts(scratched, start, resolved.tree)) if count_lines else ()
        drivers = drivers_left_out(scratched, ours, where.before, where.after)
    tree, conflicts, beside = resolved.tree, resolved.conflicts, resolved.beside
    return Plan(crossing, *pair, tree, conflicts, beside, lines, drivers, where.by_hand, start, staged)


def _start(scratched: Scratch, service: GeneratedService, staged: Staged) -> str:
    if not staged:
        return service.tree
    puts = {path: blob for path, blob in staged.items() if blob}
    return scratched.import_([Commit("refs/heads/start", service.tree, puts, drops=staged.keys() - puts)])[0]


def _attributes(repository: Repository, ours: Mapping[str, Blob]) -> dict[str, bytes]:
    paths = [path for path in ours if posixpath.basename(path) == ".gitattributes"]
    return {path: found[1] for path in paths if (found := repository.objects.read(ours[path].id))}


def _within(tree: Mapping[str, Blob], prefix: str) -> Mapping[str, Blob]:
    if not prefix:
        return tree
    return {path.removeprefix(prefix): blob for path, blob in tree.items() if path.startswith(prefix)}


def _commits(
    service: GeneratedService, start: str, ours: Mapping[str, Blob], where: Placed, label: str
) -> Iterator[Commit]:
    """Yield the merge base, the service and the new version, each as the tree `start` and what differs from it.

    All three have what is not the service's. The merge base has the service's own answers file, so that it counts as
    unchanged: like Copier, the new version writes it.
    """
    present = {blob.id for blob in ours.values()}
    owned = [path for path in ours if path in where.own]

    def rendered(ref: str, version: Rendered, own: Mapping[str, Blob]) -> Commit:
        files = {**version.blobs, **own}
        puts = {path: blob for path, blob in files.items() if ours.get(path) != blob}
        contents = {path: version.contents[path] for path, blob in puts.items() if blob.id not in present}
        return Commit(f"refs/heads/{ref}", start, puts, contents, [path for path in owned if path not in files])

    yield rendered("base", where.before, {service.answers_file: ours[service.answers_file]})
    yield Commit(f"refs/heads/{BEFORE}", start)
    yield rendered(label, where.after, {})
