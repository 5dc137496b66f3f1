"""Finds the images that a YAML file names: compose, GitHub Actions, GitLab CI and Kubernetes manifests.

The file is read as YAML, so a word in a script or in a ConfigMap never counts as an image, whatever the layout. It
is composed by libyaml and nothing is made of its nodes, so that aliases take no memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from scaffold.errors import FileError
from scaffold.pin.places import Keys, nodes_at, scalars_at
from scaffold.syntax.source import Note, Source
from scaffold.syntax.yaml_nodes import documents

_GITLAB = (("image",), ("image", "name"), ("services", "*"), ("services", "*", "name"), ("variables", "*_IMAGE"))
_PLACES: dict[str, tuple[Keys, ...]] = {
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
"""Places that name an image only behind `docker://`, otherwise an action or a Dockerfile."""

_SMALL = 64 * 1024
"""Bytes of a file that is read by PyYAML's own parser, too, which names the problem more exactly than libyaml's."""

_FLOWS = 500

_TEXT = "tag:yaml.org,2002:str"

_KINDS = (
    (re.compile(r"(?:.*/)?(?:docker-)?compose(?:\..+)?\.ya?ml"), "compose"),
    (re.compile(r"\.github/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml"), "github"),
    (re.compile(r"(?:.*/)?\.gitlab-ci\.ya?ml|\.gitlab/.+\.ya?ml"), "gitlab"),
    (re.compile(r"(?:.*/)?kustomization\.ya?ml"), "kustomization"),
    (re.compile(r".+\.ya?ml"), "manifest"),
)


def yaml_kind(path: str) -> str:
    """Return what the YAML file at `path` (from the service's folder, with /) is for, or '' for any other file."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), "")


def documents_of(path: str, data: bytes) -> list[yaml.Node]:
    """Return the documents of a YAML file.

    Raises:
        FileError: when it is not YAML, or more than can be read.
    """
    found, note = documents(Source(path, data))
    if note:
        raise _broken(path, data, note)
    return [each.node for each in found]


def _broken(path: str, data: bytes, note: Note) -> FileError:
    """Return what is wrong with a file, by line, and by column where it is small."""
    try:
        for _ in yaml.parse(data, yaml.SafeLoader) if _is_small(data) else ():
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        return FileError(f"{where} is not YAML ({problem}); fix it.")
    where = f"{path}:{note.line}" if note.line else path
    return FileError(f"{where} {note.message.removesuffix('; not checked')}; fix it.")


def _is_small(data: bytes) -> bool:
    """Return whether PyYAML's own parser reads a file in no time; for flow style it needs the square of the depth."""
    return len(data) < _SMALL and data.count(b"[") + data.count(b"{") < _FLOWS


def images_in_yaml(path: str, kind: str, text: str, roots: Iterable[yaml.Node]) -> list[tuple[int, str]]:
    """Return the offset and the text of each image reference that is written out, in the order of the file.

    Left out are references with a variable in them, services that compose builds itself, and images of a manifest with
    neither tag nor digest: those stand for what the pipeline sets.

    Raises:
        FileError: when the file writes a reference with escapes.
    """
    found: dict[int, str] = {}
    for node, is_action in _named(kind, roots):
        if _names_image(kind, node, is_action=is_action):
            reference = node.value.removeprefix("docker://")
            found[_offset(path, text, node, reference)] = reference
    return sorted(found.items())


def _named(kind: str, roots: Iterable[yaml.Node]) -> list[tuple[yaml.ScalarNode, bool]]:
    """Return the scalars at the places of a kind of file, and whether each stands where actions are named."""
    if kind == "compose":
        pulled = (service for service in _services(roots) if not _is_built(service))
        return [(node, False) for node in scalars_at(pulled, [("image",)])]
    places = _PLACES.get(kind, ())
    plain = [place for place in places if place not in _ACTIONS]
    actions = [place for place in places if place in _ACTIONS]
    roots = list(roots)
    return [(node, False) for node in scalars_at(roots, plain)] + [(node, True) for node in scalars_at(roots, actions)]


def built_images(roots: Iterable[yaml.Node]) -> list[str]:
    """Return the names that a compose file gives to the images it builds."""
    built = (service for service in _services(roots) if _is_built(service))
    return [node.value for node in scalars_at(built, [("image",)])]


def values_at(roots: Iterable[yaml.Node], *places: Keys) -> list[str]:
    """Return the scalars at places of a YAML file, in its order."""
    return [node.value for node in scalars_at(roots, places)]


def _services(roots: Iterable[yaml.Node]) -> list[yaml.Node]:
    return list(nodes_at(roots, [("services", "*")]))


def _is_built(service: yaml.Node) -> bool:
    return any(True for _ in nodes_at([service], [("build",)]))


def _names_image(kind: str, node: yaml.ScalarNode, *, is_action: bool) -> bool:
    if not node.value or not _is_text(node) or re.search(r"[$<{]", node.value):
        return False
    if is_action:
        return str(node.value).startswith("docker://")
    return kind != "manifest" or "@" in node.value or ":" in node.value.rpartition("/")[2]


def _is_text(node: yaml.ScalarNode) -> bool:
    """Return whether a scalar is text, as YAML 1.1 resolves it: `1.5` and `true` without quotes are none."""
    if node.tag != _TEXT:
        return False
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(node.value[:1], ())
    return bool(node.style) or not any(pattern.match(node.value) for _, pattern in resolvers)


def _offset(path: str, text: str, node: yaml.ScalarNode, reference: str) -> int:
    """Return where `reference` starts: at the end of the node's span, which also holds its quotes, anchor and tag."""
    shift = text.startswith("\ufeff")  # libyaml does not count it
    start = text.rfind(reference, node.start_mark.index + shift, node.end_mark.index + shift)
    if start < 0:
        line = node.start_mark.line + 1
        raise FileError(f"{path}:{line} writes the image {reference!r} with escapes; write it without them.")
    return start
