"""What differs between the objects that are deployed today and those that come: object by object, field by field.

Notation does not count: the order of keys, of list items that have names, of documents; `0.5` for `500m`. Nor does the
hash that kustomize puts behind the name of a ConfigMap or Secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import yaml

from scaffold.adopt.live import is_fixed
from scaffold.check.built.written import ORIGIN
from scaffold.kubernetes.quantities import quantity
from scaffold.syntax.yaml_nodes import HOLDING, Document, Value

HIDDEN = "(hidden)"
"""In place of a value of a Secret that nobody may see. Its annotations may hold the object as it was applied."""

_KEYS = ("name", "mountPath", "devicePath", "containerPort", "port", "topologyKey", "ip")
"""The fields by which Kubernetes merges lists, where each item has it and no two have the same."""
_HASHED = ("ConfigMap", "Secret")
_HASH = re.compile(r"-[2456789bcdfghkmt]{10}")  # the letters that kustomize uses
_QUANTITIES = ("limits", "requests", "sizeLimit", "averageValue")


class Identity(NamedTuple):
    """What an object is to a cluster: the group of its API, its kind, namespace and name."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True)
class FieldChange:
    """A field by its path in Kubernetes' words; None: it is not there. `fixed`: the cluster refuses to change it."""

    field: str
    before: Any
    after: Any
    fixed: bool = False


@dataclass(frozen=True)
class ObjectChange:
    """One object that differs; `fields` are those of one that is on both sides."""

    identity: Identity
    what: Literal["added", "changed", "lost"]
    fields: tuple[FieldChange, ...] = field(default=())

    @property
    def needs_deletion(self) -> bool:
        """Return whether the object must be deleted before the new one can be applied."""
        return any(each.fixed for each in self.fields)


def difference(before: Iterable[Document], after: Iterable[Document], namespace: str = "") -> list[ObjectChange]:
    """Return the objects that differ: the lost ones first, then those that change, then the added ones.

    An object that names no namespace counts as one in `namespace`.
    """
    old, new = _by_identity(before, namespace), _by_identity(after, namespace)
    pairs = {**{each: each for each in old if each in new}, **_hashed_otherwise(old, new)}
    lost = [ObjectChange(each, "lost") for each in old if each not in pairs]
    changed = [
        ObjectChange(first, "changed", fields)
        for first, second in pairs.items()
        if (fields := tuple(_field_changes(first, old[first], new[second])))
    ]
    there = set(pairs.values())
    return [*lost, *changed, *(ObjectChange(each, "added") for each in new if each not in there)]


def _by_identity(documents: Iterable[Document], namespace: str) -> dict[Identity, Value]:
    return {_identity(each, namespace): each for document in documents for each in _objects(document.root)}


def _objects(root: Value) -> Iterator[Value]:
    holds = HOLDING.get(root.text("kind") or "")
    if holds is None:
        yield root
    else:
        yield from root.items(holds)


def _identity(root: Value, usual: str) -> Identity:
    group, slash, _ = (root.text("apiVersion") or "").partition("/")
    namespace, name = (root.text("metadata", key) or "" for key in ("namespace", "name"))
    return Identity(group if slash else "", root.text("kind") or "", namespace or usual, name)


def _hashed_otherwise(old: Iterable[Identity], new: Iterable[Identity]) -> dict[Identity, Identity]:
    """Return the objects whose names differ by the hash only, where each has one partner."""
    left = [each for each in old if each.kind in _HASHED and each not in set(new)]
    right = [each for each in new if each.kind in _HASHED and each not in set(old)]
    found = {}
    for each in left:
        partners = [other for other in right if _unhashed(other) == _unhashed(each)]
        rivals = [other for other in left if _unhashed(other) == _unhashed(each)]
        if len(partners) == len(rivals) == 1:
            found[each] = partners[0]
    return found


def _unhashed(identity: Identity) -> Identity:
    name = identity.name
    return identity._replace(name=name[:-11] if _HASH.fullmatch(name[-11:]) else name)


def _field_changes(identity: Identity, old: Value, new: Value) -> Iterator[FieldChange]:
    is_secret = identity.kind == "Secret"
    for way, before, after in _walk((), _object(old), _object(new)):
        path = _path(way)
        if path in ("metadata.name", "metadata.namespace"):  # the same object all the same
            continue
        hides = is_secret and (way[0] in ("data", "stringData") or way[:2] == ("metadata", "annotations"))
        first, second = (HIDDEN if hides and each is not None else each for each in (before, after))
        yield FieldChange(path, first, second, is_fixed(identity.group, identity.kind, path, left_out=after is None))


Way = tuple[str, ...]
"""The keys that lead to a field; `[web]` is a list's item."""


def _walk(way: Way, before: Any, after: Any) -> Iterator[tuple[Way, Any, Any]]:
    """Yield the fields that differ, each as high as one side lacks it."""
    if isinstance(before, Mapping) and isinstance(after, Mapping) and before and after:
        for key in dict.fromkeys((*before, *after)):
            yield from _walk((*way, key), before.get(key), after.get(key))
    elif isinstance(before, Sequence) and isinstance(after, Sequence) and _are_lists(before, after):
        yield from _walk(way, *_keyed(before, after))
    elif not _same(way, before, after):
        yield way, before, after


def _are_lists(before: Any, after: Any) -> bool:
    return not isinstance(before, str) and not isinstance(after, str) and bool(before and after)


def _keyed(before: Sequence[Any], after: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two lists by what their items are called in both; by their numbers where they have no names."""
    for key in _KEYS:
        names = [[each.get(key) if isinstance(each, Mapping) else None for each in side] for side in (before, after)]
        if all(isinstance(each, str) for side in names for each in side) and _differ(*names):
            first, second = (
                {f"[{name}]": each for name, each in zip(names[side], items, strict=True)}
                for side, items in enumerate((before, after))
            )
            return first, second
    first, second = ({f"[{number}]": each for number, each in enumerate(side)} for side in (before, after))
    return first, second


def _differ(*sides: Sequence[Any]) -> bool:
    return all(len(set(side)) == len(side) for side in sides)


def _same(way: Way, before: Any, after: Any) -> bool:
    if before == after:
        return True
    if not (isinstance(before, str) and isinstance(after, str)) or not set(way) & set(_QUANTITIES):
        return False
    first, second = quantity(before), quantity(after)
    return first is not None and first == second


def _object(value: Value) -> dict[str, Any]:
    """Return an object without what a build notes in it: the file that it comes from."""
    plain: dict[str, Any] = _plain(value)
    metadata = plain.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("annotations"), dict):
        metadata["annotations"].pop(ORIGIN, None)
        if not metadata["annotations"]:
            del metadata["annotations"]
    return plain


def _plain(value: Value) -> Any:
    """Return a value as mappings, lists and texts; null is left out of mappings, as Kubernetes does."""
    if isinstance(value.node, yaml.MappingNode):
        return {key: _plain(each) for key in value.fields() if (each := value.get(key)) is not None}
    if isinstance(value.node, yaml.SequenceNode):
        return [_plain(each) for each in value.items()]
    return value.text() or ""


def _path(way: Way) -> str:
    return "".join(each if each.startswith("[") else f".{each}" for each in way).removeprefix(".")
