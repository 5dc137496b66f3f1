"""One truth, two ways to deploy it: what helm renders is, object by object, what kustomize builds.

Left aside is what each tool must have for itself:

- labels that name the tool, the chart, and what `make deploy-…` may remove;
- the hash in a ConfigMap's name, where the pods of the chart have a checksum of it instead: both roll the pods;
- annotations of helm's hooks and of Argo CD's, and what only `helm test` runs;
- copies of objects that hooks need before the release has them, whose names end in `-hook`: each is like its original;
- the order of a container's variables, because a patch of kustomize puts what it changes first;
- the instance, where the name of the service is too long for that of a release;
- the namespace of the release, which helm gives while it installs.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.text.brief import brief

Object = dict[str, Any]

OF_THE_TOOL = frozenset({"app.kubernetes.io/managed-by", "helm.sh/chart", "deployed-from"})
"""Labels that only name the tool."""

ROLLED = ("Deployment", "StatefulSet", "DaemonSet")
"""Kinds whose pods must be replaced when their configuration changes."""

_HASHED = re.compile(r"(.+)-[2456789bcdfghkmt]{10}")  # https://github.com/kubernetes-sigs/kustomize: api/hasher
_CHECKSUM = "checksum/"
_HOOK = "helm.sh/hook"
_ARGO_CD = "argocd.argoproj.io/"
_COPY = "-hook"


class Absent:
    """What stands for a value that is not there."""

    def __repr__(self) -> str:
        """Return how a difference shows it."""
        return "nothing"


ABSENT = Absent()


@dataclass(frozen=True)
class Difference:
    """A value that a chart and an overlay give differently, or that only one of them gives."""

    object: str  # KIND/NAME
    path: str  # empty for the whole object
    chart: Any
    overlay: Any

    def __str__(self) -> str:
        """Show the object, the path and both values."""
        where = f"{self.object} {self.path}".strip()
        return f"{where}: {_shown(self.chart)} in the chart, {_shown(self.overlay)} in the overlay"


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else brief(value)


def differences(
    chart: Sequence[Object], overlay: Sequence[Object], namespace: str, release: str = ""
) -> list[Difference]:
    """Return how the objects of a chart differ from those of an overlay, which is deployed into `namespace`."""
    hashed = _hashed(overlay)
    copies = _copies(chart)
    renamed = {**copies, **({release: _instance(overlay)} if release else {})}
    rolled = [_unrolled(each, set(hashed.values())) for each in chart]
    ours = _by_name(
        _plain(each, namespace, renamed)
        for each in chart
        if not _only_tests(each) and each["metadata"]["name"] not in copies
    )
    theirs = _by_name(_plain(each, namespace, hashed) for each in overlay)
    found = [each for some in rolled for each in some]
    for each in (each for each in chart if each["metadata"]["name"] in copies):
        copy_of = _plain(each, namespace, renamed)
        (original,) = ours.get(_called_so(copy_of), [{}])
        found += [Difference(_called_so(each), *more) for more in _compared(copy_of, original, "")]
    for name in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(name, []), theirs.get(name, [])
        if len(mine) != 1 or len(other) != 1:
            found.append(Difference(name, "", _present(mine), _present(other)))
        else:
            found += [Difference(name, *each) for each in _compared(mine[0], other[0], "")]
    return found


def _copies(chart: Sequence[Object]) -> dict[str, str]:
    """Return the names of copies that a hook makes of objects of the release, and the names of these."""
    names = [
        each["metadata"]["name"]
        for each in chart
        if str((each["metadata"].get("annotations") or {}).get(_HOOK, "")).startswith("pre-")
    ]
    return {name: name.removesuffix(_COPY) for name in names if name.endswith(_COPY)}


def _instance(overlay: Sequence[Object]) -> str:
    return str(overlay[0]["metadata"]["labels"]["app.kubernetes.io/instance"])


def _called_so(each: Object) -> str:
    return f"{each['kind']}/{each['metadata']['name']}"


def _present(found: Sequence[Object]) -> Any:
    """Return what shows that an object is missing, is there, or is there more than once."""
    return ABSENT if not found else "an object" if len(found) == 1 else f"{len(found)} objects of that name"


def _by_name(objects: Iterator[Object]) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for each in objects:
        found.setdefault(_called_so(each), []).append(each)
    return found


def _only_tests(each: Object) -> bool:
    return "test" in str((each["metadata"].get("annotations") or {}).get(_HOOK, "")).split(",")


def _hashed(overlay: Sequence[Object]) -> dict[str, str]:
    """Return the generated names with a hash, and what they are without."""
    generated = (each["metadata"]["name"] for each in overlay if each["kind"] in ("ConfigMap", "Secret"))
    return {name: match[1] for name in generated if (match := _HASHED.fullmatch(name))}


def _unrolled(each: Object, configurations: set[str]) -> list[Difference]:
    """Return the configurations of a chart's workload that could change without new pods: it has no checksum."""
    if each["kind"] not in ROLLED:
        return []
    template = each["spec"]["template"]
    annotations = (template.get("metadata") or {}).get("annotations") or {}
    used = sorted(configurations.intersection(_texts(template["spec"])))
    if not used or any(key.startswith(_CHECKSUM) for key in annotations):
        return []
    name = f"{each['kind']}/{each['metadata']['name']}"
    path = "spec.template.metadata.annotations"
    return [Difference(name, path, f"no {_CHECKSUM}…", f"a hash in the name of {', '.join(used)}")]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _plain(each: Object, namespace: str, renamed: Mapping[str, str]) -> Object:
    """Return a copy of an object without what each tool must have for itself."""
    made: Object = _without(copy.deepcopy(each), renamed)
    if made["metadata"].get("namespace") == namespace:
        del made["metadata"]["namespace"]
    return made


def _without(value: Any, renamed: Mapping[str, str]) -> Any:
    """Return a value with names that have no hash, and with metadata of neither tool, wherever it lies."""
    if isinstance(value, list):
        return [_without(inner, renamed) for inner in value]
    if not isinstance(value, Mapping):
        return renamed.get(value, value) if isinstance(value, str) else value
    made = {key: _without(inner, renamed) for key, inner in value.items() if inner is not None}
    if isinstance(variables := made.get("env"), list):
        made["env"] = sorted(variables, key=lambda each: str(each["name"]))
    if isinstance(metadata := made.get("metadata"), dict):
        for field, kept in (("labels", _is_own_label), ("annotations", _is_own_annotation)):
            if field in metadata:
                metadata[field] = {key: inner for key, inner in metadata[field].items() if kept(key)}
                if not metadata[field]:
                    del metadata[field]
    return made


def _is_own_label(key: str) -> bool:
    return key not in OF_THE_TOOL


def _is_own_annotation(key: str) -> bool:
    return not key.startswith((_CHECKSUM, _HOOK, _ARGO_CD))


def _compared(chart: Any, overlay: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path and both values of each difference."""
    if isinstance(chart, Mapping) and isinstance(overlay, Mapping):
        for key in sorted(chart.keys() | overlay.keys()):
            yield from _compared(chart.get(key, ABSENT), overlay.get(key, ABSENT), _below(path, key))
    elif isinstance(chart, list) and isinstance(overlay, list):
        for index in range(max(len(chart), len(overlay))):
            mine, other = (each[index] if index < len(each) else ABSENT for each in (chart, overlay))
            yield from _compared(mine, other, f"{path}[{_called(mine, other, index)}]")
    elif type(chart) is not type(overlay) or chart != overlay:  # 1, true and "1" are not the same
        yield path, chart, overlay


def _below(path: str, key: str) -> str:
    """Return the path of a key; one with dots or slashes stands in brackets."""
    plain = re.fullmatch(r"[\w-]+", key)
    return f"{path}.{key}".lstrip(".") if plain else f"{path}[{key}]"


def _called(mine: Any, other: Any, index: int) -> str:
    """Return what an element of a list is called: by its name where both have the same, otherwise by its place."""
    names = {each["name"] for each in (mine, other) if isinstance(each, Mapping) and "name" in each}
    return str(names.pop()) if len(names) == 1 else str(index)
