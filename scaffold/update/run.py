"""`scaffold update` from end to end, without the user's screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import OptionError
from scaffold.git.repository import Repository, locate
from scaffold.releases.editions import Editions
from scaffold.releases.home import Home
from scaffold.update.abort import abort
from scaffold.update.apply import apply, refuse_unfinished
from scaffold.update.committing import begin_branch, check_branch, check_identity, commit, message
from scaffold.update.crossing import prepare, read_service
from scaffold.update.journal import Journal
from scaffold.update.lock import only_one
from scaffold.update.plan import Plan, plan
from scaffold.update.report import UpdateReport, report
from scaffold.update.resolve import Choice
from scaffold.update.scratch import require_merge_tree
from scaffold.update.transaction import Transaction, work_tree
from scaffold.update.versions import target, version_of
from scaffold.update.wanted import Wanted

Confirm = Callable[[UpdateReport], bool]
"""Returns whether the user wants it."""


@dataclass(frozen=True)
class Request:
    """What the user wants: `to` a version (None: the newest), `wanted` of the answers, `conflict` of each clash.

    `home` is the template's. What it gives goes to a new `branch`, and `commit` commits it, unless there are conflicts.
    `confirm` is asked before more than a third of the template's files go; None refuses that.
    Many updates share `editions` of its history, so that what they have in common is compiled and rendered once.
    """

    home: Home
    to: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    conflict: Choice = "inline"
    dry_run: bool = False
    confirm: Confirm | None = None
    branch: str | None = None
    commit: bool = False
    editions: Editions | None = None


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
            Transaction(repository).recover()
            refuse_unfinished(repository, prefix)
            _refuse_destination(repository, request)
        planned = _plan(repository, prefix, request)
        told = report(planned, request.home.history)
        show(told)
        if request.dry_run or not _confirmed(told, request.confirm) or not apply(planned):
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


def _refuse_destination(repository: Repository, request: Request) -> None:
    if request.branch is not None:
        check_branch(repository, request.branch)
    if request.commit:
        check_identity(repository)


def _committed(repository: Repository, planned: Plan, told: UpdateReport, request: Request) -> str | None:
    """Put what was written on the branch, and commit it where nothing is left to resolve; return the commit's id."""
    if request.branch is not None:
        begin_branch(repository, request.branch)
    if not request.commit or planned.conflicts or planned.beside:
        return None
    name = planned.crossing.new_answers.asked.get("name", "the service")
    return commit(repository, planned, message(told, str(name)))


def take_back(folder: Path) -> Journal:
    """Take the last update of the service in `folder` back; return its journal.

    Raises:
        ServiceError: when there is none, or it is committed.
    """
    repository, _ = locate(folder)
    work_tree(repository)
    with closing(repository), only_one(repository.git_dir):
        Transaction(repository).recover()
        return abort(repository)


def _plan(repository: Repository, prefix: str, request: Request) -> Plan:
    require_merge_tree()
    service = read_service(repository, "HEAD", prefix)
    old = version_of(service.remembered, request.home)
    new = target(old, request.to, request.home.history)
    editions = request.editions or Editions(request.home.history)
    crossing = prepare(editions, service, old, new, request.wanted)
    return plan(editions, crossing, conflict=request.conflict, keep=not request.dry_run, count_lines=True)
