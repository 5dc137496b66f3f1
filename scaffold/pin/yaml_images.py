"""Finds the images that a YAML file names: compose, GitHub Actions, GitLab CI and Kubernetes manifests.

The file is read as YAML, so a word in a script or in a ConfigMap is never taken for an image, whatever the layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import yaml

from scaffold.errors import DestinationError

Keys = tuple[str, ...]

_GITLAB = (("image",), ("image", "name"), ("services", "*"), ("services", "*", "name"), ("variables", "*_IMAGE"))
_PLACES: dict[str, tuple[Keys, ...]] = {
    "compose": (("services", "*", "image"),),
    "github": (
        ("env", "*_IMAGE"),
        ("jobs", "*", "env", "*_IMAGE"),
        ("jobs", "*", "container"),
        ("jobs", "*", "container", "image"),
        ("jobs", "*", "services", "*", "image"),
        ("jobs", "*", "steps", "*", "uses"),
        ("runs", "steps", "*", "uses"),
        ("runs", "image"),
    ),
    "gitlab": (*_GITLAB, *(("*", *place) for place in _GITLAB)),
    "manifest": (
        ("**", "containers", "*", "image"),
        ("**", "initContainers", "*", "image"),
        ("**", "volumes", "*", "image", "reference"),
    ),
}
"""Where a file of a kind names images: keys from the top, `*` for one key or list item, `**` for any number of them."""

_ACTIONS = (("jobs", "*", "steps", "*", "uses"), ("runs", "steps", "*", "uses"), ("runs", "image"))
"""Places that name an image only behind `docker://`, else an action or a Dockerfile."""

_KINDS = (
    (re.compile(r"(?:.*/)?(?:docker-)?compose(?:\..+)?\.ya?ml"), "compose"),
    (re.compile(r"\.github/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml"), "github"),
    (re.compile(r"(?:.*/)?\.gitlab-ci\.ya?ml|\.gitlab/.+\.ya?ml"), "gitlab"),
    (re.compile(r"(?:.*/)?kustomization\.ya?ml"), "kustomization"),
    (re.compile(r".+\.ya?ml"), "manifest"),
)
_DEEPEST = 50


def yaml_kind(path: str) -> str:
    """Return what the YAML file at `path` (from the service's folder, with /) is for, or '' for any other file."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), "")


def images_in_yaml(path: str, kind: str, text: str) -> list[tuple[int, str]]:
    """Return the offset and the text of each image reference that is written out, in the order of the file.

    Left out are references with a variable in them, services that compose builds itself, and images of a manifest with
    neither tag nor digest: those stand for what the pipeline sets.

    Raises:
        DestinationError: when the file is no YAML, or writes a reference with escapes.
    """
    if kind == "manifest" and "image" not in text:
        return []
    try:
        scalars = list(_scalars(path, text))
    except DestinationError:
        if kind == "manifest" and "{{" in text:  # a template of a manifest, such as a Helm chart's
            return []
        raise
    built = _built(scalars) if kind == "compose" else set()
    found: dict[int, str] = {}
    for keys, node in scalars:
        if keys[:2] not in built and _names_image(kind, keys, node):
            reference = node.value.removeprefix("docker://")
            found[_offset(path, text, node, reference)] = reference
    return sorted(found.items())


def built_images(path: str, text: str) -> list[str]:
    """Return the names that a compose file gives to the images it builds."""
    scalars = list(_scalars(path, text))
    built = _built(scalars)
    return [node.value for keys, node in scalars if keys[:2] in built and keys[2:] == ("image",)]


def values_at(path: str, text: str, *places: Keys) -> list[str]:
    """Return the scalars at `places` of a YAML file, in its order."""
    return [node.value for keys, node in _scalars(path, text) if any(_at(keys, place) for place in places)]


def _names_image(kind: str, keys: Keys, node: yaml.ScalarNode) -> bool:
    if not any(_at(keys, place) for place in _PLACES.get(kind, ())):
        return False
    if node.tag != "tag:yaml.org,2002:str" or not node.value or re.search(r"[$<{]", node.value):
        return False
    if any(_at(keys, place) for place in _ACTIONS):
        return kind != "github" or node.value.startswith("docker://")
    return kind != "manifest" or "@" in node.value or ":" in node.value.rpartition("/")[2]


def _built(scalars: Iterable[tuple[Keys, yaml.ScalarNode]]) -> set[Keys]:
    """Return the keys of the compose services that are built."""
    return {keys[:2] for keys, _ in scalars if keys[2:3] == ("build",)}


def _scalars(path: str, text: str) -> Iterator[tuple[Keys, yaml.ScalarNode]]:
    """Yield each scalar of every document with the keys that lead to it (`*` for a list's item)."""
    try:
        documents = [node for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise DestinationError(f"{where} is no YAML ({getattr(error, 'problem', None) or error}); mend it.") from error
    seen: set[tuple[int, Keys]] = set()
    waiting: list[tuple[Keys, yaml.Node]] = [((), node) for node in reversed(documents)]
    while waiting:
        keys, node = waiting.pop()
        if (id(node), keys) in seen or len(keys) > _DEEPEST:  # an alias, or a loop of them
            continue
        seen.add((id(node), keys))
        if isinstance(node, yaml.ScalarNode):
            yield keys, node
        waiting += reversed([(keys + step, child) for step, child in _children(node)])


def _children(node: yaml.Node) -> list[tuple[Keys, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        return [(("*",), item) for item in node.value]
    if isinstance(node, yaml.MappingNode):  # a merge key (<<) puts its keys where it stands itself
        return [(() if key.value == "<<" else (str(key.value),), value) for key, value in node.value]
    return []


def _at(keys: Keys, place: Keys) -> bool:
    if place[:1] == ("**",):
        place = place[1:]
        keys = keys[-len(place) :]
    return len(keys) == len(place) and all(map(fnmatchcase, keys, place))


def _offset(path: str, text: str, node: yaml.ScalarNode, reference: str) -> int:
    """Return where `reference` starts: at the end of the node's span, which also holds its quotes, anchor and tag."""
    start = text.rfind(reference, node.start_mark.index, node.end_mark.index)
    if start < 0:
        line = node.start_mark.line + 1
        raise DestinationError(f"{path}:{line} writes the image {reference!r} with escapes; write it plainly.")
    return start
