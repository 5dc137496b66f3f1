"""`scaffold update` from end to end, without the user's screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.engine.answers import Answers, Questionnaire
from scaffold.git.repository import Repository, locate
from scaffold.releases.editions import Editions
from scaffold.update.abort import abort
from scaffold.update.apply import apply, refuse_unfinished
from scaffold.update.journal import Journal
from scaffold.update.lock import only_one
from scaffold.update.plan import Plan, new_answers, new_questionnaire, old_answers, plan, read_service
from scaffold.update.report import Report, report
from scaffold.update.scratch import require_merge_tree
from scaffold.update.transaction import Transaction, work_tree
from scaffold.update.versions import target, version_of

Ask = Callable[[Questionnaire, Mapping[str, Any]], Answers]
"""Asks the questions that the given answers leave open."""


@dataclass(frozen=True)
class Wish:
    """What the user wants: `to` a version (None: the newest), answers `given` anew, one of `resolve.CHOICES`.

    `url` is one more address that means this template; `ask` asks new questions, None takes their defaults. `root` is
    the template's checkout, None what this installation carries. Many updates share `editions` of that root, so that
    what they have in common is compiled and rendered once.
    """

    to: str | None = None
    given: Mapping[str, Any] | None = None
    conflict: str = "inline"
    dry_run: bool = False
    url: str | None = None
    ask: Ask | None = None
    root: Path | None = None
    editions: Editions | None = None


@dataclass(frozen=True)
class Outcome:
    """What an update did: `applied` says whether it wrote anything."""

    plan: Plan
    report: Report
    applied: bool

    @property
    def unresolved(self) -> bool:
        """Say whether conflicts are left to resolve."""
        return bool(self.plan.conflicts or self.plan.beside)


def update(folder: Path, wish: Wish, show: Callable[[Report], None] = lambda _: None) -> Outcome:
    """Bring the service in `folder` forward; `show` gets the report before anything is written.

    Raises:
        ScaffoldError: of whatever stands in the way; nothing is changed then.
    """
    repository, prefix = locate(folder, looking=wish.dry_run)
    if not wish.dry_run:
        work_tree(repository)
    with closing(repository), nullcontext() if wish.dry_run else only_one(repository.git_dir):
        if not wish.dry_run:
            Transaction(repository).recover()
            refuse_unfinished(repository, prefix)
        planned = _plan(repository, prefix, wish)
        told = report(planned, wish.root)
        show(told)
        return Outcome(planned, told, applied=not wish.dry_run and bool(apply(planned)))


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


def _plan(repository: Repository, prefix: str, wish: Wish) -> Plan:
    require_merge_tree()
    service = read_service(repository, "HEAD", prefix)
    old = version_of(service.remembered, root=wish.root, url=wish.url)
    new = target(old, wish.to, wish.root)
    editions = wish.editions or Editions(wish.root)
    earlier = old_answers(editions, service, old, new)
    given = wish.given or {}
    if wish.ask:
        questionnaire, remembered = new_questionnaire(editions, service, new)
        answers = wish.ask(questionnaire, {**remembered, **given})
    else:
        answers = new_answers(editions, service, new, given)
    return plan(
        editions, service, old, new, earlier, answers, conflict=wish.conflict, keep=not wish.dry_run, count_lines=True
    )
