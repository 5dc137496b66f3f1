"""From which files of a repository a set of objects is built, and which of these only they need."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scaffold.adopt.found import Files, path_of
from scaffold.check.built.closure import Closures
from scaffold.check.built.helm import Charts
from scaffold.check.built.kustomize import Tree
from scaffold.check.built.rendered import RenderedDocument
from scaffold.check.built.written import BuiltDocument
from scaffold.check.ground import Ground
from scaffold.check.model.checked import Checked
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Workload
from scaffold.syntax.lazy import cached_property

_OF_CHART = (".helmignore", "Chart.lock", "values.schema.json")


@dataclass(frozen=True)
class Origin:
    """What a scope is built from: `kind` is plain, kustomize or chart, and `folder` where it is, as `check` shows it.

    `values` is the file of values that a chart is rendered with, "" for its own.
    """

    kind: str
    folder: str = ""
    values: str = ""


class Origins:
    """Knows which files the scopes of a repository are built from."""

    def __init__(self, files: Files, repository: Checked[Scope]) -> None:
        """Take what was read."""
        self._files, self._repository = files, repository

    def of(self, scope: Scope) -> Origin:
        """Return what a scope is built from."""
        document = next((each.value.document for each in scope.objects), None)
        if isinstance(document, RenderedDocument):
            return Origin("chart", posixpath.dirname(document.source.path), scope.name.partition(" with ")[2])
        if isinstance(document, BuiltDocument):
            return Origin("kustomize", scope.name)
        return Origin("plain")

    def files_of(self, scope: Scope, own: Sequence[KubernetesObject]) -> frozenset[str]:
        """Return the files, from the top, that nothing needs but these objects of a scope.

        What is built together stays where a part of it is another workload's.
        """
        origin = self.of(scope)
        if origin.kind == "plain":
            return self._plain(own)
        if any(isinstance(each, Workload) and each not in own and not each.is_hook for each in scope.objects):
            return frozenset()
        names = self._of_chart(origin.folder) if origin.kind == "chart" else self._of_kustomization(origin.folder)
        return frozenset(self._path(name) for name in names)

    def _path(self, shown: str) -> str:
        return path_of(self._files, self._repository, shown)

    def _plain(self, own: Sequence[KubernetesObject]) -> frozenset[str]:
        """Return the files that hold no other object, in whatever scope."""
        mine = {id(each.value.document) for each in own}
        scopes = [scope for scope in self._repository.scopes if not scope.name]
        others = {
            document.source.path
            for scope in scopes
            for each in scope.objects
            if id(document := each.value.document) not in mine
        }
        return frozenset(self._path(path) for each in own if (path := each.value.document.source.path) not in others)

    def _of_chart(self, folder: str) -> Iterable[str]:
        names = [name for name in self._ground.names if self._charts.owns(name) and _is_in(name, folder)]
        beside = [posixpath.join(folder, name) for name in _OF_CHART]
        return [*names, *(name for name in beside if self._files.source(self._path(name)))]

    def _of_kustomization(self, folder: str) -> Iterable[str]:
        """Return what only this kustomization, or others of the same service, name: no other root has a part in it."""
        own = self._closure(folder)
        others = [each for each in self._tree.roots if not self._shares_service(each, folder)]
        return own - frozenset().union(*map(self._closure, others))

    def _closure(self, folder: str) -> frozenset[str]:
        _, whole = self._closures.of(self._ground.real(folder or "."))
        return frozenset(self._ground.shown(real) for real in whole.files.values())

    def _shares_service(self, one: str, other: str) -> bool:
        """Return whether two roots deploy the same workload, which makes them environments of one service."""
        first, second = self._workloads.get(one or ".", set()), self._workloads.get(other or ".", set())
        return one == other or bool(first & second)

    @cached_property
    def _workloads(self) -> dict[str, set[tuple[str, str]]]:
        return {
            scope.name: {
                (self._path(each.at.place().path), each.kind) for each in scope.of(Workload) if not each.runs_once
            }
            for scope in self._repository.scopes
            if scope.name
        }

    @cached_property
    def _ground(self) -> Ground:
        assert self._repository.ground is not None
        return self._repository.ground

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self._ground)

    @cached_property
    def _closures(self) -> Closures:
        return Closures(self._ground)

    @cached_property
    def _charts(self) -> Charts:
        return Charts(self._ground)


def _is_in(name: str, folder: str) -> bool:
    return not folder or name.startswith(f"{folder}/")
