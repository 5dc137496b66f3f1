"""`scaffold update` from end to end, without the user's screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffold.atomic.journal import Journal
from scaffold.atomic.lock import only_one
from scaffold.errors import OptionError
from scaffold.git.repository import Repository, locate
from scaffold.releases.editions import Editions
from scaffold.releases.history import History
from scaffold.releases.home import Home, Homes
from scaffold.releases.joined import Joined
from scaffold.update.abort import abort
from scaffold.update.apply import apply, refuse_unfinished
from scaffold.update.committing import begin_branch, check_destination, commit, message
from scaffold.update.crossing import prepare, read_service
from scaffold.update.plan import Plan, plan
from scaffold.update.report import UpdateReport, report
from scaffold.update.resolve import Choice
from scaffold.update.scratch import require_merge_tree
from scaffold.update.staged import NOTHING_STAGED, staged_at_top
from scaffold.update.versions import newest, target, version_of
from scaffold.update.wanted import Wanted
from scaffold.update.work_tree import transaction_of, work_tree

Confirm = Callable[[UpdateReport], bool]
"""Returns whether the user wants it."""


@dataclass(frozen=True)
class Request:
    """What the user wants: `to` a version (None: the newest), `wanted` of the answers, `conflict` of each clash.

    `home` gives the template by what the service remembers; `onto` is another template to move the service to. What it
    gives goes to a new `branch`, and `commit` commits it, unless there are conflicts.
    `confirm` is asked before more than a third of the template's files go; None refuses that.
    """

    home: Home | Homes
    to: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    conflict: Choice = "inline"
    dry_run: bool = False
    confirm: Confirm | None = None
    branch: str | None = None
    commit: bool = False
    onto: Home | None = None


@dataclass(frozen=True)
class Updated:
    """What an update did: `applied` shows whether it wrote anything, `commit` is the id of what was committed."""

    plan: Plan
    report: UpdateReport
    applied: bool
    commit: str | None = None

    @property
    def unresolved(self) -> bool:
        """Return whether conflicts are left to resolve."""
        return bool(self.plan.conflicts or self.plan.beside)


def update(folder: Path, request: Request, show: Callable[[UpdateReport], None] = lambda _: None) -> Updated:
    """Bring the service in `folder` forward; `show` gets the report before anything is written.

    Raises:
        ScaffoldError: of whatever stands in the way; nothing is changed then.
    """
    repository, prefix = locate(folder, looking=request.dry_run)
    if not request.dry_run:
        work_tree(repository)
    with closing(repository), nullcontext() if request.dry_run else only_one(repository.git_dir):
        if not request.dry_run:
            transaction_of(repository).recover()
            refuse_unfinished(repository, prefix)
            check_destination(repository, request.branch, commits=request.commit)
        planned, history = _plan(repository, prefix, request)
        told = report(planned, history)
        show(told)
        if request.dry_run or not _confirmed(told, request.confirm) or not _applied(planned):
            return Updated(planned, told, applied=False)
        return Updated(planned, told, applied=True, commit=_committed(repository, planned, told, request))


def _confirmed(told: UpdateReport, confirm: Confirm | None) -> bool:
    if not told.removes_many:
        return True
    if confirm is None:
        raise OptionError(
            f"this removes {told.removed} of the {told.files} files that the template has made; add --yes to allow it."
        )
    return confirm(told)


def _applied(planned: Plan) -> bool:
    """Write what the plan gives; return whether anything changed."""
    crossing = planned.crossing
    return bool(apply(planned.new_tree, {"from": crossing.old.name, "to": crossing.new.name}))


def _committed(repository: Repository, planned: Plan, told: UpdateReport, request: Request) -> str | None:
    """Put what was written on the branch, and commit it where nothing is left to resolve; return the commit's id."""
    if request.branch is not None:
        begin_branch(repository, request.branch)
    if not request.commit or planned.conflicts or planned.beside:
        return None
    name = planned.crossing.new_answers.asked.get("name", "the service")
    return commit(planned.new_tree, message(told, str(name)))


def take_back(folder: Path) -> Journal:
    """Take the last update of the service in `folder` back; return its journal.

    Raises:
        ServiceError: when there is none, or it is committed, or it is another service's.
    """
    repository, prefix = locate(folder)
    work_tree(repository)
    with closing(repository), only_one(repository.git_dir):
        transaction_of(repository).recover()
        return abort(repository, prefix)


def _plan(repository: Repository, prefix: str, request: Request) -> tuple[Plan, History]:
    """Return the plan, and the history of both its versions."""
    require_merge_tree()
    service = read_service(repository, "HEAD", prefix)
    home, onto = request.home.of(service.remembered.source), request.onto
    old = version_of(service.remembered, home)
    if onto is None:
        new, editions, source = target(old, request.to, home.history), home.editions, service.remembered.source
    else:
        wanted = request.to or onto.version
        new = onto.history.resolve(wanted) if wanted else newest(onto.history)
        editions, source = Editions(Joined(home.history, onto.history, new)), onto.url
    crossing = replace(prepare(editions, service, old, new, request.wanted), source=source)
    staged = staged_at_top(repository, service.commit) if prefix and not request.commit else NOTHING_STAGED
    keep = not request.dry_run
    made = plan(editions, crossing, conflict=request.conflict, keep=keep, count_lines=True, staged=staged)
    return made, editions.history
