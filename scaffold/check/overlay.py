"""What a kustomization changes in an object that is written elsewhere, and what it generates.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scaffold.check.embedded import Embedded
from scaffold.check.files import read
from scaffold.check.source import Source
from scaffold.check.yaml_nodes import Key, Value, documents

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


def _patched(kustomization: Value, root: Value, names: set[str | None], built: Value) -> Iterator[Value]:
    """Yield the values of patches that lead to `built` and are the same."""
    for patch in _patches(kustomization):
        if patch.items():
            pointer = "/" + "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in built.path)
            for operation in patch.items():
                if operation.text("path") == pointer and operation.text("value") == built.text():
                    yield operation.get("value") or operation
        elif patch.text("kind") == root.text("kind") and patch.text("metadata", "name") in names:
            value = _follow(patch, root, built.path)
            if value and value.text() == built.text():
                yield value


def _follow(patch: Value, root: Value, path: tuple[Key, ...]) -> Value | None:
    from scaffold.check.origin import step

    for key in path:
        following = step(patch, root, key)
        if following is None:
            return None
        patch, root = following
    return patch


def _patches(kustomization: Value) -> Iterator[Value]:
    """Yield each patch: a part of an object, or a list of operations (RFC 6902)."""
    folder = posixpath.dirname(kustomization.document.source.path)
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for each in kustomization.items(key):
            inline = each.get("patch") or (each if "\n" in (each.text() or "") else None)
            if inline:
                source: Source | None = Embedded.of(inline)
            else:
                found = read(posixpath.normpath(posixpath.join(folder, each.text("path") or each.text() or "")))
                source = found if isinstance(found, Source) else None
            if source:
                yield from (document.root for document in documents(source)[0])


def generated_from(kustomization: Value, root: Value, path: tuple[Key, ...]) -> Value | Source | None:
    """Return what a generated ConfigMap or Secret comes from: a literal, a file, or else the generator's name."""
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


def _entry(kustomization: Value, generator: Value, key: str) -> Value | Source | None:
    for literal in generator.items("literals"):
        if (literal.text() or "").startswith(f"{key}="):
            return literal
    folder = posixpath.dirname(kustomization.document.source.path)
    for each in generator.items("files"):
        name, equals, file = (each.text() or "").partition("=")
        if (name if equals else posixpath.basename(name)) == key:
            found = read(posixpath.normpath(posixpath.join(folder, file if equals else name)))
            return found if isinstance(found, Source) else None
    return None
