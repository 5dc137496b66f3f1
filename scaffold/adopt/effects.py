"""What adopting changes in the cluster, and in what `scaffold check` finds: the files before and after, side by side.

Both are written to folders of their own, so a plan shows it that nobody has applied.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffold.adopt.difference import ObjectChange, difference
from scaffold.adopt.found import documents_of
from scaffold.adopt.plan import AdoptPlan
from scaffold.check.earlier import write_commit
from scaffold.check.findings import Finding
from scaffold.check.ignores import split_ignored
from scaffold.check.read import read_repository
from scaffold.check.rules.rule import AnyRule
from scaffold.check.run import run
from scaffold.errors import ServiceError
from scaffold.syntax.source import Note
from scaffold.syntax.yaml_nodes import Document


@dataclass(frozen=True)
class Effects:
    """What changes: `objects` by the name of the environment, and findings that go, stay and come.

    A finding stays where the same rule has one of the same object, or of the same file, afterwards. `unmatched` are
    environments of today for which the answers have none. `notes` are about what can't be checked afterwards.
    """

    objects: Mapping[str, Sequence[ObjectChange]] = field(default_factory=dict)
    goes: tuple[Finding, ...] = ()
    stays: tuple[Finding, ...] = ()
    comes: tuple[Finding, ...] = ()
    unmatched: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def effects(plan: AdoptPlan, rules: Sequence[AnyRule]) -> Effects:
    """Return what a plan changes, as far as these rules look.

    Raises:
        ServiceError: when the new objects can't be built, so that nobody can see what changes.
        GitError: when git refuses, or the service is too large.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as name:
        before, after = _write(plan, Path(name).resolve())
        old = _found(before, plan, rules).findings if rules else ()
        new = _found(after, plan, rules)
        objects, unmatched = _objects(plan, new.scopes)
        goes, stays, comes = _compared(old, new.findings)
        return Effects(objects, goes, stays, comes, unmatched, new.notes)


@dataclass(frozen=True)
class _Found:
    findings: tuple[Finding, ...]
    scopes: Mapping[str, list[Document]]
    notes: tuple[Note, ...]


def _write(plan: AdoptPlan, folder: Path) -> tuple[Path, Path]:
    """Write what belongs to the service as it is, and as it will be; return both folders."""
    new, before, after = plan.new_tree, folder / "before", folder / "after"
    parts = {path for build in plan.proposal.builds for path in build.files}

    def is_passed_by(path: str) -> bool:
        return not path.startswith(new.prefix) and path not in parts

    before.mkdir()
    write_commit(new.repository, new.commit, before, is_passed_by)
    shutil.copytree(before, after, symlinks=True)
    for path in plan.removed:
        (after / path).unlink(missing_ok=True)
    for path, content in plan.written.items():
        file = after / path
        file.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return before, after


def _found(top: Path, plan: AdoptPlan, rules: Sequence[AnyRule]) -> _Found:
    """Return what is below a folder: findings, as if it were the repository, and the objects of each scope."""
    prefix = plan.new_tree.prefix
    parts = {path for build in plan.proposal.builds for path in build.files if not path.startswith(prefix)}
    paths = [top / (prefix or "."), *(top / path for path in sorted(parts))]
    repository = read_repository([path for path in paths if path.exists()])
    findings = tuple(_shown_from(top, each) for each in split_ignored(run(repository, rules), repository.source).kept)
    notes = tuple(replace(each, path=_from(top, each.path)) for each in repository.notes)
    return _Found(
        findings, {_from(top, each.name): documents_of(each.objects) for each in repository.scopes if each.name}, notes
    )


def _from(top: Path, path: str) -> str:
    return Path(os.path.relpath(path, top)).as_posix()


def _shown_from(top: Path, finding: Finding) -> Finding:
    place, *also = (replace(each, path=_from(top, each.path)) for each in (finding.place, *finding.also))
    scopes = tuple(_from(top, each) for each in finding.scopes)
    return replace(finding, place=place, also=tuple(also), scopes=scopes)


def _objects(
    plan: AdoptPlan, scopes: Mapping[str, list[Document]]
) -> tuple[dict[str, list[ObjectChange]], tuple[str, ...]]:
    """Return what changes in each environment, and those environments that there are no more.

    Raises:
        ServiceError: when the objects of one can't be built.
    """
    placed = {str(each["name"]): each for each in plan.answers.context.get("placed", ())}
    main = next((name for name, each in placed.items() if each["production"]), "")
    changes, unmatched = {}, []
    for build in plan.proposal.builds:
        name = build.environment or main
        if name not in placed:
            unmatched.append(name)
            changes[name] = difference(build.objects, ())
            continue
        found = next((scope for title, scope in scopes.items() if _is_of(title, name)), None)
        if found is None:
            raise ServiceError(
                f"the objects for {name} can't be built here, so nothing shows what would change; "
                "install kubectl or kustomize, and helm for a chart."
            )
        changes[name] = difference(build.objects, found, str(placed[name]["namespace"]))
    return changes, tuple(unmatched)


def _is_of(title: str, environment: str) -> bool:
    """Return whether a built overlay, or a chart with its values, is for an environment."""
    return title.endswith((f"deploy/overlays/{environment}", f"deploy/chart with values-{environment}.yaml"))


def _compared(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings that go, those that stay, as they are afterwards, and those that come."""
    old, new = {_what(each) for each in before}, {_what(each) for each in after}
    goes = tuple(each for each in before if _what(each) not in new)
    stays = tuple(each for each in after if _what(each) in old)
    return goes, stays, tuple(each for each in after if _what(each) not in old)


def _what(finding: Finding) -> tuple[str, str]:
    """Return the rule, and what it is about: an object, whichever file it stands in, or a file without objects."""
    return finding.rule.id, finding.place.object or finding.place.path
