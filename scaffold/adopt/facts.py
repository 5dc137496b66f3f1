"""Facts of several sources, and the one answer that follows from them for each question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scaffold.adopt.proposal import Proposed
from scaffold.text.shown import shown

Fact = Proposed | str
"""An answer that a source proposes, or a sentence about what it could not read, or has no question."""

ORDER = (
    "code", "name", "description", "owner", "kubernetes_namespace", "part_of", "object_labels", "ci", "repository",
    "image_registry", "ports", "container_command", "container_arguments", "image_user", "image_group", "probe_kind",
    "probe_port", "startup_path", "readiness_path", "liveness_path", "probe_command", "metrics_port", "metrics_path",
    "settings", "selector_labels", "dockerfile", "build_context", "setup_command", "lint_command", "test_command",
    "run_command", "code_image", "replicas", "max_replicas", "cpu_request", "cpu_limit", "memory_request",
    "memory_limit", "writable_paths", "startup_seconds", "shutdown_seconds", "dependencies", "jobs", "secrets",
    "expose", "hosts", "path_prefixes", "gateway", "gateway_listener", "ingress_class", "tls_issuer", "environments",
    "prometheus",
)  # fmt: skip
"""The questions that facts are for, in the order of the template."""

_WEIGHED = frozenset({"image_user", "ports"})
"""Questions where a weaker source that has another value makes the stronger one unsure."""


def chosen(by_strength: Iterable[Iterable[Fact]]) -> tuple[tuple[Proposed, ...], tuple[str, ...]]:
    """Return one answer for each question, and all sentences; of the sources, the strongest comes first."""
    answers: dict[str, Proposed] = {}
    unread: dict[str, None] = {}
    for facts in by_strength:
        for fact in facts:
            if isinstance(fact, str):
                unread[fact] = None
            elif fact.name not in answers:
                answers[fact.name] = fact
            elif fact.name in _WEIGHED and _differs(answers[fact.name], fact):
                answers[fact.name] = _unsure(answers[fact.name], fact)
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    return tuple(sorted(answers.values(), key=lambda each: ranks[each.name])), tuple(unread)


def _differs(stronger: Proposed, weaker: Proposed) -> bool:
    """Return whether a weaker source contradicts: of ports, an image may open fewer than the manifests."""
    if not (stronger.sure and weaker.sure):
        return False
    if stronger.name == "ports":
        opened = {port["number"] for port in stronger.value}
        return not {port["number"] for port in weaker.value} <= opened
    return bool(stronger.value != weaker.value)


def _unsure(stronger: Proposed, weaker: Proposed) -> Proposed:
    why = f"{stronger.why}; but {weaker.why} ({shown(weaker.value)})"
    return replace(stronger, why=why, places=(*stronger.places, *weaker.places), sure=False)
