"""Which workloads a selector selects, in a time that does not grow with the product of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import TypeVar

from scaffold.check.model.workloads import Workload
from scaffold.syntax.yaml_nodes import Value

MANY = 100
"""Of the objects that belong to one other, rules look at this many; nobody has so many on purpose."""
_FREE = 1_000_000  # looks at a workload, for all selectors together; then only the first of each are looked at
_FIRST = 1000
_ALIKE = 0.85
"""The likeness (difflib's ratio) from which one name is a misspelling of another: `cart` and `carts` have 0.89."""


S = TypeVar("S")


class Selection:
    """Workloads, by namespace and label. Selectors that say the same share one list."""

    def __init__(self, workloads: Sequence[Workload]) -> None:
        """Take all workloads that are deployed together."""
        self._looks_left = _FREE
        self._found: dict[object, list[Workload]] = {}
        self._in_namespace: dict[str, list[Workload]] = {}
        self._with_label: dict[tuple[str, str, str], list[Workload]] = {}
        for each in workloads:
            self._in_namespace.setdefault(each.namespace, []).append(each)
            for key, value in each.pod_labels.items():
                self._with_label.setdefault((each.namespace, key, value), []).append(each)

    def in_namespace(self, namespace: str) -> list[Workload]:
        """Return the workloads of a namespace."""
        return self._in_namespace.get(namespace, [])

    def of(self, labels: Mapping[str, str], namespace: str, selector: Value | None = None) -> list[Workload]:
        """Return the workloads of a namespace with all of these labels, which `selector` selects where it is given."""
        key = (namespace, frozenset(labels.items()), _expressions(selector))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._matching(labels, namespace, selector)
        return found

    def _matching(self, labels: Mapping[str, str], namespace: str, selector: Value | None) -> list[Workload]:
        candidates = [self._with_label.get((namespace, *pair), []) for pair in labels.items()]
        fewest = min(candidates, key=len) if candidates else self.in_namespace(namespace)
        self._looks_left -= len(fewest)
        looked = fewest if self._looks_left > 0 else fewest[:_FIRST]
        found = [
            each
            for each in looked
            if labels.items() <= each.pod_labels.items() and (selector is None or selects(selector, each.pod_labels))
        ]
        return found or fewest[len(looked) :][:1]  # where not all were looked at, one of them may fit

    def misspelt(self, labels: Mapping[str, str], namespace: str) -> Workload | None:
        """Return a workload of a namespace that is nearly selected: one label is spelled a little differently."""
        near = self.in_namespace(namespace)[:MANY]
        return next((each for each in near if _near(labels, each.pod_labels)), None) if labels else None

    def closest(self, labels: Mapping[str, str], namespace: str) -> Workload | None:
        """Return the workload of a namespace whose pods have most of these labels, half of them at least."""
        candidates = [self._with_label.get((namespace, *pair), []) for pair in labels.items()]
        fewest = min(filter(None, candidates), key=len, default=[])
        near = islice(fewest, MANY)
        best = max(near, key=lambda each: len(labels.items() & each.pod_labels.items()), default=None)
        return best if best and 2 * len(labels.items() & best.pod_labels.items()) >= len(labels) else None


def _near(labels: Mapping[str, str], pods: Mapping[str, str]) -> bool:
    """Return whether pods have these labels but for one, whose value is spelled nearly alike."""
    other = [(key, value) for key, value in labels.items() if pods.get(key) != value]
    if len(other) != 1 or not (theirs := pods.get(other[0][0])):
        return False
    value = other[0][1]
    return abs(len(value) - len(theirs)) <= 1 and SequenceMatcher(None, value, theirs).ratio() >= _ALIKE


def selects(selector: Value | None, labels: Mapping[str, str]) -> bool:
    """Return whether a LabelSelector (matchLabels and matchExpressions) selects what has these labels.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
    """
    if selector is None:
        return False
    return selector.texts("matchLabels").items() <= labels.items() and all(
        _meets(each, labels) for each in selector.items("matchExpressions")
    )


def _meets(expression: Value, labels: Mapping[str, str]) -> bool:
    key, operator = expression.text("key") or "", expression.text("operator")
    values = {value.text() for value in expression.items("values")}
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (operator == "Exists")


def _expressions(selector: Value | None) -> tuple[object, ...]:
    items = selector.items("matchExpressions") if selector else ()
    return tuple(
        (each.text("key"), each.text("operator"), *(value.text() for value in each.items("values"))) for each in items
    )


def partners(selecting: Iterable[tuple[S, list[Workload]]]) -> dict[Workload, list[S]]:
    """Return the objects that select each workload, the first `MANY` of them; `selecting` gives what each selects."""
    found: dict[Workload, list[S]] = {}
    together: dict[int, tuple[list[Workload], list[S]]] = {}
    for each, workloads in selecting:
        same = together.setdefault(id(workloads), (workloads, []))[1]
        if len(same) < MANY:
            same.append(each)
    for workloads, same in together.values():
        for workload in workloads:
            those = found.setdefault(workload, [])
            if len(those) < MANY:
                those += same[: MANY - len(those)]
    return found


class Pods:
    """The pods that workloads make, by their labels."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        """Take the workloads."""
        self._with: dict[tuple[str, str], dict[frozenset[tuple[str, str]], None]] = {}
        for each in workloads:
            pods = frozenset(each.pod_labels.items())
            for pair in pods:
                self._with.setdefault(pair, {})[pods] = None

    def have(self, labels: Mapping[str, str]) -> bool:
        """Return whether pods with all these labels are made, as far as `MANY` show it."""
        found = [self._with.get(pair, ()) for pair in labels.items()]
        fewest = min(found, key=len, default=())
        return any(labels.items() <= pods for pods in islice(fewest, MANY))
