"""What changes in the cluster and in the findings is seen before anything is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from scaffold.adopt.effects import Effects, effects
from scaffold.adopt.plan import plan
from scaffold.adopt.proposal import Build, Proposal
from scaffold.check.rules import all_rules
from scaffold.errors import ServiceError
from scaffold.git.repository import locate
from scaffold.releases.home import project_url
from tests.adopt.conftest import FILES, MANIFESTS, OBJECTS, objects, proposal

RULES = tuple(each for each in all_rules().values() if each.id in ("P06-writable-root", "P01-copies-everything"))


@pytest.fixture
def seen(make, lineage, editions):
    def run(read: Proposal, files: dict[str, str] = FILES, rules=RULES) -> Effects:
        with closing(locate(make(files), looking=True)[0]) as repository:
            made = plan(editions, repository, read, lineage.revision("0.1.0"), project_url(), keep=False)
            return effects(made, rules)

    return run


def by_name(found: Effects, environment: str) -> dict[str, str]:
    return {f"{each.identity.kind}/{each.identity.name}": each.what for each in found.objects[environment]}


def test_objects_are_compared_with_those_of_production(seen) -> None:
    found = seen(proposal())
    named = by_name(found, "production")
    assert named["Deployment/orders"] == "changed" and named["Service/orders-metrics"] == "lost"
    assert named["Service/orders"] == "added" and not found.unmatched
    fields = {each.field: each for change in found.objects["production"] for each in change.fields}
    grace = fields["spec.template.spec.terminationGracePeriodSeconds"]
    assert (grace.before, grace.after) == ("600", "50")
    assert "metadata.namespace" not in fields and not [each for each in fields if "origin" in each]


def test_each_environment_has_its_own(seen) -> None:
    read = proposal()
    there = (Build("dev", objects(), frozenset()), Build("blue", objects(), frozenset()))
    found = seen(replace(read, builds=(*read.builds, *there)))
    assert found.unmatched == ("blue",) and set(by_name(found, "blue").values()) == {"lost"}
    one = next(each for each in found.objects["dev"] if each.what == "changed")
    assert ("spec.replicas", "4", "1") in [(each.field, each.before, each.after) for each in one.fields]


def test_findings_go_stay_and_come(seen) -> None:
    found = seen(proposal())
    assert [(each.rule.id, each.place.path) for each in found.goes] == [("P06-writable-root", MANIFESTS)]
    assert [(each.rule.id, each.place.path) for each in found.stays] == [("P01-copies-everything", "Dockerfile")]
    assert not found.comes and not found.notes


def test_a_finding_of_the_same_object_stays_in_another_file(seen) -> None:
    rule = next(each for each in all_rules().values() if each.id == "P08-liveness-dependency")
    probe = "          livenessProbe: {httpGet: {path: /readyz, port: 8080}}\n          readinessProbe: "
    text = OBJECTS.replace("          ports:", probe + "{httpGet: {path: /readyz, port: 8080}}\n          ports:")
    found = seen(proposal(text=text), {**FILES, MANIFESTS: text}, (rule,))
    assert [each.place.path for each in found.stays] == ["deploy/base/deployment.yaml"]
    assert not found.goes and not found.comes


def test_a_comment_hides_a_finding_here_too(seen) -> None:
    ignored = FILES["Dockerfile"].replace("COPY", "# scaffold: ignore P01-copies-everything because of a test\nCOPY")
    assert not seen(proposal(), {**FILES, "Dockerfile": ignored}).stays


def test_what_can_not_be_built_is_refused(seen, monkeypatch) -> None:
    monkeypatch.setattr("scaffold.check.built.kustomize.build_command", lambda: None)
    with pytest.raises(ServiceError, match=r"the objects for production can't be built here.*install kubectl"):
        seen(proposal())
