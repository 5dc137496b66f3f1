"""Manifests: who the service is, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.proposal import Proposed
from scaffold.kubernetes.references import written
from scaffold.syntax.yaml_nodes import Value

STRENGTH = strength.RUNS

_OF_TEMPLATE = ("app.kubernetes.io/", "helm.sh/", "kustomize.toolkit.fluxcd.io/", "argocd.argoproj.io/")
_OF_TOOLS = frozenset({"app", "chart", "release", "heritage", "pod-template-hash", "version", "name", "component"})
_FREE = frozenset({"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"})
_NEVER = frozenset({"pod-template-hash", "helm.sh/chart", "deployed-from", "deployed-to"})


def facts(found: Found) -> Iterator[Fact]:
    """Yield the name, the namespace, the image's registry and the labels."""
    live = found.production
    if live is None:
        return
    name, at = live.server.name, found.at(live.server.at)
    if fits.is_label(name):
        yield Proposed("name", name, f"the {live.server.kind} has this name", (at,))
    else:
        yield f"{at}: {live.title} has a name that a service can't have; answer name."
    yield from _other_names(found, live)
    yield from _namespace(found, live)
    yield from _registry(found, live)
    yield from _labels(found, live)


def _other_names(found: Found, live: Environment) -> Iterator[Fact]:
    for each in found.environments[1:]:
        if each.server.name != live.server.name:
            at = found.at(each.server.at)
            yield (
                f"{at}: {each.title} of {each.name} gets the name {live.server.name}, as in "
                "production; delete the old object after the first deployment."
            )


def _namespace(found: Found, live: Environment) -> Iterator[Fact]:
    value = live.server.value.get("metadata", "namespace")
    text = live.server.certain_namespace
    if value and fits.is_namespace(text):
        why = f"the {live.server.kind} is in this namespace"
        yield Proposed("kubernetes_namespace", text, why, (found.at(value),))
        return
    why = "no manifest names the namespace, so look where it runs; this is the name of the service"
    at = found.at(value or live.server.at)
    if text:
        why = f"{text} can't be the namespace of a service; this is its name"
        yield (
            f"{at}: {live.title} runs in the namespace {text}, and the template needs one of the "
            "service. Its objects are new there, and you delete the old ones."
        )
    if fits.is_namespace(live.server.name):
        yield Proposed("kubernetes_namespace", live.server.name, why, (at,), sure=False)


def _registry(found: Found, live: Environment) -> Iterator[Fact]:
    image = live.container.image
    text = image.text() if image else None
    if image is None or not text or "$" in text:
        return
    name, at = written(text).name, found.at(image)
    registry, _, last = name.rpartition("/")
    if last != live.server.name:
        yield (
            f"{at}: the image is called {last}, and the template calls it like the service "
            f"({live.server.name}); push it under that name, too."
        )
    if fits.is_registry(registry) and ("." in registry.partition("/")[0] or ":" in registry):
        yield Proposed("image_registry", registry, "the image of the container is there", (at,))


def _labels(found: Found, live: Environment) -> Iterator[Fact]:
    part_of = live.server.value.get("metadata", "labels", "app.kubernetes.io/part-of")
    text = part_of.text() if part_of else None
    if part_of and text and fits.is_label_pair("part-of", text):
        yield Proposed("part_of", text, "the label app.kubernetes.io/part-of has it", (found.at(part_of),))
    selector = live.server.value.get("spec", "selector", "matchLabels")
    chosen = selector.texts() if selector else {}
    if selector and chosen:
        yield _selector(found, live, selector, chosen)
    labels = live.server.value.get("metadata", "labels")
    own = [
        {"name": name, "value": value}
        for name, value in (labels.texts() if labels else {}).items()
        if name not in chosen and _is_own(name) and fits.is_label_pair(name, value)
    ]
    if labels and own:
        why = f"the {live.server.kind} has these labels"
        yield Proposed("object_labels", own[:16], why, (found.at(labels),))


def _selector(found: Found, live: Environment, selector: Value, chosen: dict[str, str]) -> Fact:
    at = found.at(selector)
    wrong = [
        name
        for name, value in chosen.items()
        if name not in _FREE
        and (name.startswith("app.kubernetes.io/") or name in _NEVER or not fits.is_label_pair(name, value))
    ]
    if wrong or len(chosen) > 16 or selector.parent is None or selector.parent.get("matchExpressions"):
        name = wrong[0] if wrong else "matchExpressions"
        return (
            f"{at}: the selector of {live.title} has {name}, which the template can't keep. A "
            "Deployment never changes its selector, so the new one has to replace the old one."
        )
    why = f"the {live.server.kind} selects its pods by these labels, and can't change that"
    return Proposed("selector_labels", chosen, why, (at,))


def _is_own(name: str) -> bool:
    return not name.startswith(_OF_TEMPLATE) and name not in _OF_TOOLS and name not in _NEVER
