"""`scaffold adopt` from end to end, without the user's screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.adopt.effects import Effects, effects
from scaffold.adopt.kept import KeptValue, values_to_keep
from scaffold.adopt.plan import AdoptPlan, plan
from scaffold.adopt.proposal import Proposal
from scaffold.atomic.lock import only_one
from scaffold.check.rules.rule import AnyRule
from scaffold.errors import ServiceError
from scaffold.git.repository import Repository, locate
from scaffold.releases.home import Home
from scaffold.text.brief import brief
from scaffold.update.apply import apply, refuse_unfinished
from scaffold.update.committing import begin_branch, check_destination, commit, cut
from scaffold.update.versions import newest
from scaffold.update.work_tree import transaction_of, work_tree

Read = Callable[[Path, str], Proposal]
"""Reads the service in a folder of the work tree at this top: the folder is "" or "a/b/"."""


@dataclass(frozen=True)
class Request:
    """What the user wants: the template's version `to` (None: the newest), and `given` answers in place of read ones.

    The result goes to a new `branch`, and `commit` commits it. `rules` are those of check that are compared.
    """

    home: Home
    rules: Sequence[AnyRule] = ()
    to: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    branch: str | None = None
    commit: bool = False


@dataclass(frozen=True)
class Adopted:
    """What adopting did: `applied` shows whether it wrote anything, `commit` is the id of what was committed."""

    plan: AdoptPlan
    effects: Effects
    applied: bool
    commit: str | None = None


def adopt(
    folder: Path, request: Request, read: Read, show: Callable[[AdoptPlan, Effects], None] = lambda *_: None
) -> Adopted:
    """Bring the service in `folder` under the template; `show` gets what changes before anything is written.

    `scaffold.update.run.take_back` undoes it until it is committed.

    Raises:
        ScaffoldError: of whatever stands in the way; nothing is changed then.
    """
    repository, prefix = locate(folder, looking=request.dry_run)
    top = work_tree(repository)
    with closing(repository), nullcontext() if request.dry_run else only_one(repository.git_dir):
        if not request.dry_run:
            transaction_of(repository).recover()
            refuse_unfinished(repository, prefix)
            check_destination(repository, request.branch, commits=request.commit)
        planned, found = _plan(repository, read(top, prefix), request)
        show(planned, found)
        _refuse_deletion(found)
        if request.dry_run:
            return Adopted(planned, found, applied=False)
        apply(planned.new_tree, {"from": "", "to": planned.revision.name})
        return Adopted(planned, found, applied=True, commit=_committed(repository, planned, request))


def _plan(repository: Repository, proposal: Proposal, request: Request) -> tuple[AdoptPlan, Effects]:
    """Return the plan that keeps what runs today with more than the template derives, and what it changes."""
    home = request.home
    wanted = request.to or home.version
    new = home.history.resolve(wanted) if wanted else newest(home.history)

    def planned(values: tuple[KeptValue, ...] = (), *, keep: bool = False) -> AdoptPlan:
        given = request.given
        return plan(home.editions, repository, proposal, new, home.url, given=given, values=values, keep=keep)

    values = values_to_keep(effects(planned(), ()).objects)
    made = planned(values, keep=not request.dry_run)
    return made, effects(made, request.rules)


def _refuse_deletion(found: Effects) -> None:
    """Refuse objects that a cluster would have to delete first: while they are gone, nobody is served."""
    fixed = (
        (environment, change.identity, each)
        for environment, changes in found.objects.items()
        for change in changes
        for each in change.fields
        if each.fixed
    )
    for environment, identity, each in fixed:
        raise ServiceError(
            f"{identity.kind} {identity.name} in {environment} would have to be deleted: a cluster never changes "
            f"{each.field}, which is {brief(each.before)} and would be {brief(each.after)}. "
            "Give an answer that keeps it."
        )


def _committed(repository: Repository, planned: AdoptPlan, request: Request) -> str | None:
    if request.branch is not None:
        begin_branch(repository, request.branch, "adopt")
    return commit(planned.new_tree, _message(planned)) if request.commit else None


def _message(planned: AdoptPlan) -> str:
    """Return the message of the commit: the files that go, and the answers with the place that shows each."""
    told, proposal = planned.answers.told, planned.proposal
    name = told.get("name", "the service")
    parts = [cut(f"Adopt {name} with template {planned.revision.name}")]
    if planned.removed:
        parts.append("\n".join(["The template's files replace:", *(f"- {path}" for path in sorted(planned.removed))]))
    read = [each for each in proposal.answers if each.name in told]
    if read:
        parts.append("\n".join(["Answers:", *(f"- {each.name}: {brief(told[each.name])}" for each in read)]))
    return "\n\n".join(parts) + "\n"
