"""`scaffold update` from end to end, without the user's screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.git.repository import Repository, locate
from scaffold.releases.editions import Editions
from scaffold.releases.home import Home
from scaffold.update.abort import abort
from scaffold.update.apply import apply, refuse_unfinished
from scaffold.update.crossing import Ask, prepare, read_service
from scaffold.update.journal import Journal
from scaffold.update.lock import only_one
from scaffold.update.plan import Plan, plan
from scaffold.update.report import Report, report
from scaffold.update.scratch import require_merge_tree
from scaffold.update.transaction import Transaction, work_tree
from scaffold.update.versions import target, version_of


@dataclass(frozen=True)
class Request:
    """What the user wants: `to` a version (None: the newest), answers `given` anew, one of `resolve.CHOICES`.

    `home` is the template's; `ask` asks new questions, None takes their defaults. Many updates share `editions` of its
    history, so that what they have in common is compiled and rendered once.
    """

    home: Home
    to: str | None = None
    given: Mapping[str, Any] | None = None
    conflict: str = "inline"
    dry_run: bool = False
    ask: Ask | None = None
    editions: Editions | None = None


@dataclass(frozen=True)
class Result:
    """What an update did: `applied` says whether it wrote anything."""

    plan: Plan
    report: Report
    applied: bool

    @property
    def unresolved(self) -> bool:
        """Say whether conflicts are left to resolve."""
        return bool(self.plan.conflicts or self.plan.beside)


def update(folder: Path, request: Request, show: Callable[[Report], None] = lambda _: None) -> Result:
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
        planned = _plan(repository, prefix, request)
        told = report(planned, request.home.history)
        show(told)
        return Result(planned, told, applied=not request.dry_run and bool(apply(planned)))


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
    crossing = prepare(editions, service, old, new, request.given, request.ask)
    return plan(editions, crossing, conflict=request.conflict, keep=not request.dry_run, count_lines=True)
