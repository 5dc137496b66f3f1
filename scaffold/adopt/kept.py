"""What runs today and has more than the template derives: a longer grace, more memory, and the tag of its image.

Adopting keeps it by edits of each overlay, as a team would make them, and later updates keep these. The tag is put
where the overlay has one. The others become a patch in a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from scaffold.adopt.difference import FieldChange, Identity, ObjectChange
from scaffold.kubernetes.quantities import quantity

FILE = "kept.yaml"
"""The patch, in the folder of the overlay."""

_HEAD = """\
# Values from before the service had this template. They are larger than the derived ones.
# Remove one to get the derived value.
"""
_GRACE = "spec.template.spec.terminationGracePeriodSeconds"
_CONTAINER = re.compile(r"spec\.template\.spec\.containers\[([^\[\]]+)\]\.(.+)")
_RESOURCE = re.compile(r"resources\.(limits|requests)\.(cpu|memory|ephemeral-storage)")
_TAGGED = re.compile(r"(.+):([\w][\w.-]{0,127})")


@dataclass(frozen=True)
class KeptValue:
    """A value of an object that stays as it is in an environment; `derived` is what the template has there."""

    environment: str
    identity: Identity
    field: str
    value: str
    derived: str


def values_to_keep(changes: Mapping[str, Sequence[ObjectChange]]) -> tuple[KeptValue, ...]:
    """Return what is to be kept of what would change, by the environment."""
    return tuple(
        KeptValue(environment, change.identity, each.field, each.before, each.after)
        for environment, changed in changes.items()
        for change in changed
        if change.identity.group == "apps"
        for each in _kept(change)
    )


def _kept(change: ObjectChange) -> Iterator[FieldChange]:
    """Yield the changes to undo. A larger request is one only beside a larger limit: it may not exceed its limit."""
    larger = {each.field: each for each in change.fields if _is_larger(each)}
    for path, each in larger.items():
        limit = larger.get(path.replace(".requests.", ".limits."))
        if limit is not None and not _exceeds(each.before, limit.before):
            yield each
    yield from (each for each in change.fields if _is_other_tag(each))


def _is_larger(change: FieldChange) -> bool:
    container = _CONTAINER.fullmatch(change.field)
    if change.field != _GRACE and not (container and _RESOURCE.fullmatch(container[2])):
        return False
    return isinstance(change.before, str) and isinstance(change.after, str) and _exceeds(change.before, change.after)


def _exceeds(one: str, other: str) -> bool:
    first, second = quantity(one), quantity(other)
    return first is not None and second is not None and first > second


def _is_other_tag(change: FieldChange) -> bool:
    """Return whether only the tag of an image changes: the one that runs is the one that the registry has."""
    container = _CONTAINER.fullmatch(change.field)
    if not container or container[2] != "image":
        return False
    before, after = (_TAGGED.fullmatch(each or "") for each in (change.before, change.after))
    return bool(before and after and before[1] == after[1])


def edits(values: Sequence[KeptValue], contents: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    """Return the files that keep the values, by path; `contents` are those that come, of the service in `prefix`.

    An overlay that is not among them stays as it is.
    """
    made: dict[str, bytes] = {}
    for environment in dict.fromkeys(each.environment for each in values):
        folder = f"{prefix}deploy/overlays/{environment}/"
        overlay = contents.get(f"{folder}kustomization.yaml")
        if overlay is None or f"{folder}{FILE}" in contents:
            continue
        here = [each for each in values if each.environment == environment]
        text = overlay.decode()
        for each in here:
            if each.field.endswith(".image"):
                text = _with_tag(text, each)
        patched = [each for each in here if not each.field.endswith(".image")]
        if patched:
            made[f"{folder}{FILE}"] = (_HEAD + _patches(patched)).encode()
            text = _with_patch(text)
        made[f"{folder}kustomization.yaml"] = text.encode()
    return made


def _with_tag(text: str, value: KeptValue) -> str:
    """Return an overlay with the tag that runs; one that names the image otherwise stays as it is."""
    name, _, tag = value.value.rpartition(":")
    place = re.compile(rf'(?m)^(  - name: {re.escape(name)}\n    newTag: )"[^"\n]*"')
    return place.sub(lambda found: f'{found[1]}"{tag}"', text)


def _with_patch(text: str) -> str:
    line = f"  - path: {FILE}\n"
    found = re.search(r"(?m)^patches:.*\n", text)
    return f"{text[: found.end()]}{line}{text[found.end() :]}" if found else f"{text}\npatches:\n{line}"


def _patches(values: Sequence[KeptValue]) -> str:
    objects: dict[Identity, dict[str, Any]] = {}
    for each in values:
        pod = objects.setdefault(each.identity, {})
        container = _CONTAINER.fullmatch(each.field)
        if not container:
            pod["terminationGracePeriodSeconds"] = int(each.value)
            continue
        _, kind, resource = container[2].split(".")
        resources = pod.setdefault("containers", {}).setdefault(container[1], {})
        resources.setdefault(kind, {})[resource] = each.value
    return "---\n".join(yaml.safe_dump(_patch(each, pod), sort_keys=False) for each, pod in objects.items())


def _patch(identity: Identity, pod: dict[str, Any]) -> dict[str, Any]:
    if "containers" in pod:
        pod["containers"] = [{"name": name, "resources": each} for name, each in pod["containers"].items()]
    return {
        "apiVersion": f"{identity.group}/v1",
        "kind": identity.kind,
        "metadata": {"name": identity.name},
        "spec": {"template": {"spec": pod}},
    }
