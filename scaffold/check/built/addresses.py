"""Finds which texts in a kustomization are addresses that kustomize, of any version, would fetch or clone.

Files are fetched by HTTP; folders are cloned by git from what its repospec.go accepts as a repository. More is refused
here than one version understands: `https:x`, `host/path//folder?ref=v1`, `gh:org/repo`, `git::…` and `s3::…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

FOLDERS = frozenset({"resources", "bases", "components", "generators", "transformers", "validators"})
"""Fields whose texts may name a folder with a kustomization."""

PLUGINS = frozenset({"generators", "transformers", "validators"})
"""Fields whose texts define plugins, or name files or folders that do."""

PATHS = FOLDERS | {
    "crds", "configurations", "patches", "patchesstrategicmerge", "path", "paths", "files", "envs", "env",
    "valuesfile", "additionalvaluesfiles", "targetfilepath", "argsfromfile",
}  # fmt: skip
"""Fields whose texts name files or folders; kustomize takes names of fields in any case."""

_HARMLESS = frozenset(
    {
        *("annotations", "commonannotations", "labels", "commonlabels", "literals", "images", "imagetags", "patch"),
        *("repo", "valuesinline"),
    }
)
"""Fields whose texts are never read from anywhere; the last two belong to charts, which kustomize does not see here."""

_FETCHED = re.compile(r"\s*https?:", re.IGNORECASE)
_CLONED = re.compile(
    r"\s*(?:[a-z0-9]+::|[a-z][a-z0-9+.-]*://|gh:|github\.com[/:]|[a-z][\w.-]*@.+[:/])", re.IGNORECASE | re.DOTALL
)
_LOOSE = re.compile(r"\S*(?:[^/\s]//|\?(?:ref|version|timeout|submodules)=|\.git(?:/|\?|$)|/_git/)\S*", re.IGNORECASE)
_BINARY = "tag:yaml.org,2002:binary"
_MOST = 200_000


def is_address(text: str, field: str, *, is_there: bool) -> bool:
    """Return whether kustomize may ask somebody for a text of a field; `is_there` shows whether it is a local path."""
    if _FETCHED.match(text):
        return True
    if _CLONED.match(text):  # a folder is first tried as an address, a file never
        return field in FOLDERS or not is_there
    return not is_there and field in PATHS and bool(_LOOSE.fullmatch(text.strip()))


def is_encoded(node: yaml.ScalarNode) -> bool:
    """Return whether a text is written in base64, so that nobody sees what it says."""
    return bool(node.tag == _BINARY)


def texts(root: yaml.Node) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield all texts below a node with the field that they stand in, in small letters, but those that are harmless.

    A field that is written twice, in another case, or merged from elsewhere counts each time.

    Raises:
        ValueError: when there are too many.
    """
    waiting = [("", root)]
    seen: set[tuple[str, int]] = set()
    steps = 0
    while waiting:
        field, node = waiting.pop()
        steps += 1
        if steps > _MOST:
            raise ValueError(f"has more than {_MOST} values")
        if (field, id(node)) in seen:
            continue
        seen.add((field, id(node)))
        if isinstance(node, yaml.ScalarNode):
            yield field, node
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(field, each) for each in reversed(node.value)]
        else:
            inside = [(str(key.value).casefold(), value) for key, value in reversed(node.value)]
            waiting += [each for each in inside if each[0] not in _HARMLESS]
