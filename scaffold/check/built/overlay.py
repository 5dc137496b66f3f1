"""What a kustomization changes in an object that is written elsewhere, and what it generates.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from scaffold.check.built.closure import KustomizationFile
from scaffold.syntax.embedded import Embedded
from scaffold.syntax.source import Place, Source
from scaffold.syntax.yaml_nodes import Key, Value, documents

_FIELD_KEY = re.compile(r"\[[^\[\]]*\]|(?:\\.|[^.\[\]\\])+")
_LONGEST_NAME = 253  # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_HASH = re.compile(r"-[a-z0-9]{10}$")


def changed_by(kustomization: Value, root: Value, base: Value | None, built: Value) -> Value | None:
    """Return the value in a kustomization, or in one of its patches, that made `built` what it is."""
    path = built.path
    names = {each.text("metadata", "name") for each in (root, base) if each}
    if path[-1:] == ("image",) and (image := _image(kustomization, built.text() or "")):
        return image
    if path == ("spec", "replicas"):
        for each in kustomization.items("replicas"):
            if each.text("name") in names and each.text("count") == built.text():
                return each.get("count")
    if path == ("metadata", "namespace") and kustomization.text("namespace") == built.text():
        return kustomization.get("namespace")
    if label := _label(kustomization, path, built.text()):
        return label
    if replaced := _replaced(kustomization, root, names, built):
        return replaced
    return next(_patched(kustomization, root, names, built), None)


def _image(kustomization: Value, image: str) -> Value | None:
    """Return the tag, digest or name of `images:` that an image got."""
    for each in kustomization.items("images"):
        name = each.text("newName") or each.text("name") or ""
        rest = image.removeprefix(name)
        if not name or rest == image or rest[:1] not in ("", ":", "@"):
            continue
        for key in ("digest", "newTag", "newName"):
            if (text := each.text(key)) and text in image:
                return each.get(key)
    return None


def _label(kustomization: Value, path: tuple[Key, ...], text: str | None) -> Value | None:
    if len(path) < 2 or path[-2] not in ("labels", "matchLabels", "selector", "annotations"):
        return None
    key = str(path[-1])
    pairs = [each.get("pairs", key) for each in kustomization.items("labels")]
    pairs += [kustomization.get("commonLabels", key), kustomization.get("commonAnnotations", key)]
    return next((pair for pair in pairs if pair and pair.text() == text), None)


def _replaced(kustomization: Value, root: Value, names: set[str | None], built: Value) -> Value | None:
    """Return the path of `replacements:` that names `built`."""
    for replacement in _inline_or_read(kustomization, "replacements"):
        for target in replacement.items("targets"):
            select = target.get("select")
            for path in target.items("fieldPaths") if select and _is_selected(select, root, names) else ():
                keys = [found[0].strip("[]") for found in _FIELD_KEY.finditer(path.text() or "")]
                if _fits(keys, built):
                    return path
    return None


def _fits(keys: Sequence[str], built: Value) -> bool:
    """Return whether the keys of a field path (`*`, a number or `name=web` for an item) lead to a value."""
    if len(keys) != len(built.path):
        return False
    value: Value | None = built
    for key in reversed(keys):
        if value is None:
            return False
        name, equals, text = key.partition("=")
        item = isinstance(value.key, int) and (key == "*" or (equals and value.text(name) == text))
        if not item and key.replace("\\", "") != str(value.key):
            return False
        value = value.parent
    return True


def _patched(kustomization: Value, root: Value, names: set[str | None], built: Value) -> Iterator[Value]:
    """Yield the values of patches that lead to `built` and are the same."""
    for patch, target in _patches(kustomization):
        if not _is_selected(target or patch.get("metadata") or patch, root, names):
            continue
        if patch.items():
            found = [_operated(operation, built.path) for operation in patch.items()]
        else:
            found = [_follow(patch, root, built.path)] if target or patch.text("kind") == root.text("kind") else []
        yield from (value for value in found if value and value.text() == built.text())


def _is_selected(target: Value, root: Value, names: set[str | None]) -> bool:
    """Return whether a target may be an object: by kind and name, an expression. Labels are not looked at."""
    kind, name = target.text("kind"), target.text("name")
    if kind and kind != root.text("kind"):
        return False
    if name is None or "(" in name or sum(map(name.count, "*+{?")) > 2:  # Python could try those without end
        return True
    try:
        return any(len(each or "") > _LONGEST_NAME or re.fullmatch(name, each or "") for each in names)
    except re.error:
        return False


def _operated(operation: Value, path: tuple[Key, ...]) -> Value | None:
    """Return the value that an operation (RFC 6902) puts at a path, or above it."""
    keys = [key.replace("~1", "/").replace("~0", "~") for key in (operation.text("path") or "").split("/")[1:]]
    if len(keys) > len(path) or any(key not in ("-", str(there)) for key, there in zip(keys, path, strict=False)):
        return None
    value = operation.get("value")
    for key in path[len(keys) :]:
        items = value.items() if value else []
        if isinstance(key, str):
            value = value.get(key) if value else None
        else:
            value = items[key] if key < len(items) else None
    return value


def _follow(patch: Value, root: Value, path: tuple[Key, ...]) -> Value | None:
    for key in path:
        following = step(patch, root, key)
        if following is None:
            return None
        patch, root = following
    return patch


def step(written: Value, built: Value, key: Key) -> tuple[Value, Value] | None:
    """Return what a key leads to in both, or None where one of them ends."""
    if isinstance(key, str):
        here, there = written.get(key), built.get(key)
        return (here, there) if here and there else None
    item = built.items()[key]
    name = item.text("name")
    candidates = written.items()
    if name is not None:
        candidates = [each for each in candidates if each.text("name") == name]
        return (_alike(candidates, item, built, name), item) if candidates else None
    return (candidates[key], item) if key < len(candidates) else None


def _alike(candidates: Sequence[Value], item: Value, built: Value, name: str) -> Value:
    """Return the one of several items with one name that a built item is: two mounts of one volume have the same.

    It has the most fields of it; of those that have as many, it is the one at the same place among them.
    """
    if len(candidates) == 1:
        return candidates[0]
    texts = item.texts()
    same = [sum(texts.get(key) == text for key, text in each.texts().items()) for each in candidates]
    before = sum(each.text("name") == name for each in built.items()[: item.key if isinstance(item.key, int) else 0])
    if before < len(candidates) and same[before] == max(same):
        return candidates[before]
    return candidates[same.index(max(same))]


def _patches(kustomization: Value) -> Iterator[tuple[Value, Value | None]]:
    """Yield each patch, a part of an object or a list of operations (RFC 6902), and its target if it names one."""
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for each in kustomization.items(key):
            inline = each.get("patch") or (each if "\n" in (each.text() or "") else None)
            source = Embedded.of(inline) if inline else _read(kustomization, each.text("path") or each.text() or "")
            if source:
                yield from ((document.root, each.get("target")) for document in documents(source)[0])


def _inline_or_read(kustomization: Value, key: str) -> Iterator[Value]:
    """Yield the records of a list, some of which may name a file by `path` that holds one or a list of them."""
    for each in kustomization.items(key):
        path = each.text("path")
        source = _read(kustomization, path) if path else None
        for document in documents(source)[0] if source else ():
            yield from document.root.items() or [document.root]
        if not path:
            yield each


def _read(kustomization: Value, path: str) -> Source | None:
    """Return a file that a kustomization names, where it may be shown."""
    document = kustomization.document
    return document.beside(path) if isinstance(document, KustomizationFile) else None


def generated_from(kustomization: Value, root: Value, path: tuple[Key, ...]) -> Value | Source | Place | None:
    """Return what a generated ConfigMap or Secret comes from: a literal, a file, otherwise the generator's name."""
    kind, name = root.text("kind"), _HASH.sub("", root.text("metadata", "name") or "")
    if kind not in ("ConfigMap", "Secret"):
        return None
    for generator in kustomization.items(f"{kind[0].lower()}{kind[1:]}Generator"):
        own = generator.text("name") or ""
        if not own or own not in name:
            continue
        if len(path) < 2:
            return generator.get("name")
        if found := _entry(kustomization, generator, str(path[1])):
            return found
    return None


def _entry(kustomization: Value, generator: Value, key: str) -> Value | Source | Place | None:
    for literal in generator.items("literals"):
        if (literal.text() or "").startswith(f"{key}="):
            return literal
    for each in generator.items("files"):
        name, equals, file = (each.text() or "").partition("=")
        if (name if equals else posixpath.basename(name)) == key:
            return _read(kustomization, file if equals else name)
    files = [*generator.items("envs"), *([one] if (one := generator.get("env")) else [])]
    hidden = None
    for each in files:
        source = _read(kustomization, each.text() or "")
        if source and (place := _line_of(source, key)):
            return place
        hidden = hidden or (each if source is None else None)
    return hidden


def _line_of(source: Source, key: str) -> Place | None:
    """Return where the value of a key stands in a file of lines `KEY=value`."""
    for number, line in enumerate(source.lines, 1):
        name, equals, value = line.lstrip().partition("=")
        if equals and name == key:
            return source.place(number, len(line) - len(value) + 1, len(value.rstrip()))
    return None
