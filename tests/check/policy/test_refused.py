"""Policies that check can't judge are refused in one sentence with their place; none can hold it up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.check.policy import judge, rule
from scaffold.check.policy.child import compiled
from scaffold.check.policy.files import rules_of
from scaffold.check.policy.read import read_policies
from scaffold.errors import FileError
from scaffold.syntax.source import Source
from tests.check.policy.policies import APPS, judged, policy

LITERAL = f"[{', '.join(map(str, range(60)))}]"

BROKEN = {
    "YAML": ("kind: [", "policy.yml:2 is not YAML from here on"),
    "another kind": ("apiVersion: v1\nkind: Pod\n", "policy.yml:1: 'v1 Pod' is not a policy."),
    "no name": (policy("true", name=""), "metadata.name is ''."),
    "a spec without rules": (policy("true", matchConstraints={}), "spec.matchConstraints.resourceRules must name"),
    "no validations": (policy(validations=[]), "spec.validations must have an expression"),
    "an unknown key": (policy("true", validation=[]), "validation is not a key of spec. Did you mean validations?"),
    "a key of a rule": (
        policy("true", matchConstraints={"resourceRules": [{**APPS, "resource": ["pods"]}]}),
        "resource is not a key of resourceRules. Did you mean resources?",
    ),
    "an operation": (
        policy("true", matchConstraints={"resourceRules": [{**APPS, "operations": ["CREATED"]}]}),
        "'CREATED' is not an operation.",
    ),
    "failurePolicy": (policy("true", failurePolicy="Warn"), "failurePolicy is 'Warn'. Write Fail or Ignore."),
    "parameters": (policy("true", paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), "paramKind names objects"),
    "an annotation": (policy("true", annotations={"kube-scaffold/serverity": "error"}), "Did you mean severity?"),
    "a severity": (policy("true", annotations={"kube-scaffold/severity": "bad"}), "Write error or warning."),
    "a place": (policy("true", annotations={"kube-scaffold/at": "spec[0"}), "kube-scaffold/at has 'spec[0'"),
    "a name of a rule": (policy("true", name="p08-probe-port"), "the name p08-probe-port is taken by the rule P08-probe-port"),
    "a name of a pattern": (policy("true", name="p08"), "the name p08 is taken by the rule P08"),
    "a name given twice": (f"{policy('true')}---\n{policy('true')}", "is taken by the policy at policy.yml:1"),
    "a binding with parameters": (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nspec: {paramRef: {name: x}}\n",
        "paramRef names objects of the cluster",
    ),
    "an expression that does not parse": (policy("object.spec.("), "can't be evaluated: line 1, column 13: "),
    "an expression of another type": (policy("'a' + 'b'"), "it gives string, not bool."),
    "a message of another type": (
        policy({"expression": "true", "messageExpression": "1"}),
        "the expression `1` can't be evaluated: it gives int, not string.",
    ),
    "the authorizer": (policy("authorizer.group('').resource('pods').check('get').allowed()"), "authorizer asks the cluster"),
    "params": (policy("object.spec.replicas > params.most"), "params are objects of the cluster"),
    "optional fields": (policy("object.?spec.hasValue()"), "check can't evaluate optional fields"),
    "a library": (policy("sets.contains([1], [object.spec.replicas])"), "check does not have the library sets"),
    "a function": (policy("object.kind.lowerAsci() == 'a'"), "check does not have the function lowerAsci. Did you mean lowerAscii?"),
    "an unknown value": (policy("objct.kind == 'a'"), "there is no variable objct. Did you mean object?"),
    "an unknown variable": (policy("variables.a == 'a'"), "variables.a is not declared above. There is none."),
    "a later variable": (
        policy("true", variables=[{"name": "a", "expression": "variables.b"}, {"name": "b", "expression": "1"}]),
        "variables.b is not declared above.",
    ),
    "a user": (policy("request.userInfo.username == 'a'"), "request.userInfo is not known without a cluster."),
    "more brackets than a parser takes": (policy("(" * 3000 + "true" + ")" * 3000), "can't be evaluated: "),
    "more than a stack holds": (policy("1" + " + 1" * 100_000 + " > 0"), "it needs more time or memory than check gives"),
}  # fmt: skip


IN_ITS_PROCESS = ("an expression of another type", "more than a stack holds")


def read(text: str) -> None:
    """Read policies and their expressions, in this process: that takes no time."""
    for each in rules_of(read_policies(Source("policy.yml", text.encode()))):
        done: list[str] = []
        try:
            done.extend(text for text, _ in compiled(*judge.requests([each.policy]), judge.FIELDS))
        except ValueError as error:
            raise judge.refusal(each.policy.expressions[len(done)], str(error)) from error


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    text, words = BROKEN[name]
    with pytest.raises(FileError) as error:
        judged(tmp_path, text) if name in IN_ITS_PROCESS else read(text)
    told = str(error.value)
    assert words in told and told.startswith("policy.yml:") and "\n" not in told and len(told) < 500


ENDLESS = f"{LITERAL}.all(a, {LITERAL}.all(b, {LITERAL}.all(c, {LITERAL}.all(d, {LITERAL}.all(e, a + b + c + d + e < 9999)))))"
DOUBLED = [
    {"name": "a0", "expression": "object.metadata.name"},
    *({"name": f"a{n + 1}", "expression": f"variables.a{n} + variables.a{n}"} for n in range(60)),
]


def test_an_expression_without_end_is_one_that_can_t_be_judged(tmp_path: Path) -> None:
    """It is ended by the processor time that it takes, and other policies are judged."""
    found, _ = judged(
        tmp_path,
        policy(f"{ENDLESS} && object.kind == ''", name="endless"),
        policy("variables.a60.size() > 9", name="huge", variables=DOUBLED),
        policy("object.spec.replicas > 2", name="fine"),
    )
    said = {each.rule.id: each.message for each in found}
    assert said.pop("fine") == "it is wrong"
    assert set(said) == {"endless", "huge"}
    assert all("it needs more time or memory than check gives one expression" in each for each in said.values())


def test_many_such_policies_use_up_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "MOST_DEATHS", 1)
    deep = "variables.a60.size() > 9"
    found, _ = judged(tmp_path, *(policy(deep, name=f"huge-{n}", variables=DOUBLED) for n in range(3)))
    assert ["used up the time of check" in each.message for each in found] == [False, True, True]


def test_objects_are_judged_in_processes_of_a_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    whole = judge._run
    monkeypatch.setattr(judge, "_run", lambda request: asked.append(request) or whole(request))
    monkeypatch.setattr(judge, "AT_ONCE", 2000)
    monkeypatch.setattr(rule, "LARGEST", 1500)
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"web-{n}"}, "spec": {"replicas": n}}
        for n in range(9)
    ]
    objects.append({**objects[0], "metadata": {"name": "huge"}, "spec": {"replicas": 0, "text": "x" * 1500}})
    texts = [policy("object.spec.replicas > 5", name=name) for name in ("one", "two")]
    found, notes = judged(tmp_path, *texts, objects="\n---\n".join(map(json.dumps, objects)))
    assert [(each.rule.id, each.place.object) for each in found] == [
        (name, f"Deployment/web-{n}") for n in range(6) for name in ("one", "two")
    ]
    assert len(asked) == 3
    assert [each.message for each in notes] == [
        "Deployment/huge: it is larger than an API server takes, so no policy judges it"
    ]
