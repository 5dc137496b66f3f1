"""Policies: which objects they are about, what they find, and where."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from scaffold.check.policy.matching import plural
from tests.check.policy.policies import APPS, CONTAINERS, DEPLOYMENT, EXPRESSIONS, judged, policy


def test_expressions(tmp_path: Path) -> None:
    found, notes = judged(tmp_path, *(policy(each, name=f"n{n}") for n, each in enumerate(EXPRESSIONS)))
    broken = {each.rule.id for each in found}
    assert {each: f"n{n}" not in broken for n, each in enumerate(EXPRESSIONS)} == EXPRESSIONS
    assert not notes and {each.message for each in found} == {"it is wrong"}


def test_the_element_and_the_field_that_break_a_rule_are_shown(tmp_path: Path) -> None:
    ours = "c.image.startsWith('registry.example.org/')"
    message = f"'image ' + variables.all.filter(c, !{ours})[0].image + ' is of another registry'"
    text = policy(
        {"expression": f"variables.all.all(c, {ours})", "messageExpression": message},
        {"expression": "object.metadata.labels.owner == 'x' || object.spec.replicas > 5", "message": "few replicas."},
        {"expression": f"{CONTAINERS}.size() == 1", "message": "one container"},
        variables=[{"name": "all", "expression": CONTAINERS}],
    )
    found, _ = judged(tmp_path, text, objects=json.dumps(DEPLOYMENT, indent=1))
    assert {(each.place.field, each.message) for each in found} == {
        ("spec.template.spec.containers[side].image", "image docker.io/side:1 is of another registry"),
        ("metadata.name", "policy acme-rule can't judge it: no such key: owner; its failurePolicy is Fail, so the cluster rejects the object")
    } | {("spec.template.spec.containers", "one container")}  # fmt: skip


def test_annotations_set_place_severity_and_words(tmp_path: Path) -> None:
    told = {
        "severity": "warning",
        "why": "Finance asks.",
        "do": "Add the label.",
        "at": "metadata.labels['cost.center']\nspec",
    }
    annotations = {f"kube-scaffold/{key}": value for key, value in told.items()}
    text = policy("'cost' in object.metadata.labels", "object.spec.replicas > 2", annotations=annotations)
    found, _ = judged(tmp_path, text)
    assert [(each.place.field, each.rule.severity) for each in found] == [
        ("metadata.labels", "warning"),
        ("spec", "warning"),
    ]
    rule = found[0].rule
    assert (rule.why, rule.advice, rule.title, rule.pattern) == (
        "Finance asks.",
        "Add the label.",
        "it is wrong",
        "policy",
    )


ABOUT: list[tuple[dict, int]] = [
    ({}, 1),
    ({"matchConstraints": {"resourceRules": [{**APPS, "operations": ["UPDATE"]}]}}, 0),
    ({"matchConstraints": {"resourceRules": [{**APPS, "operations": ["*"], "resources": ["*"]}]}}, 1),
    ({"matchConstraints": {"resourceRules": [{**APPS, "resources": ["pods", "deployments/scale"]}]}}, 0),
    ({"matchConstraints": {"resourceRules": [{**APPS, "apiVersions": ["v1beta1"]}]}}, 0),
    ({"matchConstraints": {"resourceRules": [{**APPS, "scope": "Cluster"}]}}, 0),
    ({"matchConstraints": {"resourceRules": [{**APPS, "resourceNames": ["web"]}]}}, 1),
    ({"matchConstraints": {"resourceRules": [APPS], "excludeResourceRules": [{**APPS, "resourceNames": ["web"]}]}}, 0),
    ({"matchConstraints": {"resourceRules": [APPS], "objectSelector": {"matchLabels": {"team": "blog"}}}}, 0),
    ({"matchConstraints": {"resourceRules": [APPS], "objectSelector": {
            "matchExpressions": [{"key": "team", "operator": "In", "values": ["shop"]}, {"key": "x", "operator": "DoesNotExist"}]
        }}}, 1),
    ({"matchConditions": [{"name": "big", "expression": "object.spec.replicas > 9"}]}, 0),
    ({"matchConditions": [{"name": "no", "expression": "object.none"}, {"name": "big", "expression": "false"}]}, 0),
    ({"matchConditions": [{"name": "no", "expression": "object.none"}]}, 1),
    ({"failurePolicy": "Ignore", "matchConditions": [{"name": "no", "expression": "object.none"}]}, 0),
]  # fmt: skip


def test_which_objects_a_policy_is_about(tmp_path: Path) -> None:
    texts = [policy("object.spec.replicas > 2", name=f"n{n}", **spec) for n, (spec, _) in enumerate(ABOUT)]
    found = Counter(each.rule.id for each in judged(tmp_path, *texts)[0])
    for n, (spec, count) in enumerate(ABOUT):
        assert found[f"n{n}"] == count, spec


def test_an_object_that_can_t_be_judged_follows_the_failure_policy(tmp_path: Path) -> None:
    """A variable without a value fails who reads it, and nobody else."""
    missing = [{"name": "none", "expression": "object.spec.none"}]
    text = policy("has(object.spec.none) && variables.none > 1 || true", "variables.none == 1", variables=missing)
    found, notes = judged(tmp_path, text)
    assert [each.message for each in found] == [
        "policy acme-rule can't judge it: no such key: none; its failurePolicy is Fail, so the cluster rejects the object"
    ] and not notes
    found, notes = judged(tmp_path, policy("object.spec.replicas", failurePolicy="Ignore"))
    assert not found and [each.message for each in notes] == [
        "Deployment/web: policy acme-rule can't judge it: it gives int, not bool; its failurePolicy is Ignore, so the object passes"
    ]


def test_a_namespace_counts_where_it_is_deployed_with_the_object(tmp_path: Path) -> None:
    def objects(**labels: str) -> str:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}
        inside = {**DEPLOYMENT, "metadata": {"name": "web", "namespace": "shop"}}
        return f"{json.dumps(namespace)}\n---\n{json.dumps(inside)}\n"

    rules = {"resourceRules": [APPS], "namespaceSelector": {"matchLabels": {"tier": "web"}}}
    selecting = policy("object.spec.replicas > 2", matchConstraints=rules)
    reading = policy("namespaceObject.metadata.labels.tier == 'db'", name="reads")
    found, notes = judged(tmp_path, selecting, reading, objects=objects(tier="web"))
    assert [each.rule.id for each in found] == ["reads", "acme-rule"] and not notes
    found, _ = judged(tmp_path, selecting, reading, objects=objects(tier="db"))
    assert not found
    found, notes = judged(tmp_path, selecting)
    assert not found and "reads its Namespace, which is not deployed with it" in notes[0].message


def test_resources_are_found_by_kind() -> None:
    kinds = {
        "Ingress": "ingresses",
        "NetworkPolicy": "networkpolicies",
        "Gateway": "gateways",
        "Endpoints": "endpoints",
    }
    assert {kind: plural(kind) for kind in kinds} == kinds


def test_values_are_those_of_the_api_server(tmp_path: Path) -> None:
    spec = "{a: 0644, b: 1.5, c: yes, d: '1', e: ~, f: true, g: 0x10, h: 1e3}"
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {spec}\n"
    expression = "object.spec == {'a': 420, 'b': 1.5, 'c': 'yes', 'd': '1', 'f': true, 'g': 16, 'h': 1000.0}"
    assert judged(tmp_path, policy(expression), objects=text)[0] == []
