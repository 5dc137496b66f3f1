"""What runs with more than the template derives keeps it, at once and after updates; what has less is changed."""

from __future__ import annotations

import pytest
import yaml

from scaffold.adopt.difference import FieldChange, Identity, ObjectChange
from scaffold.adopt.kept import KeptValue, edits, values_to_keep
from scaffold.adopt.run import Request, adopt
from scaffold.update import run as updates
from tests.adopt.conftest import FILES, MANIFESTS, OBJECTS, proposal

LIVE = OBJECTS.replace(
    "          ports:",
    "          resources: {limits: {cpu: 250m, memory: 4Gi}, requests: {cpu: 200m, memory: 3Gi}}\n          ports:",
)
OVERLAY = "deploy/overlays/production/"
WEB = Identity("apps", "Deployment", "", "web")
BOX = "spec.template.spec.containers[web]."


def fields_of(changes) -> dict[str, tuple[object, object]]:
    return {f.field: (f.before, f.after) for each in changes for f in each.fields}


def test_more_is_kept_and_less_is_not(make, lineage) -> None:
    top = make({**FILES, MANIFESTS: LIVE})
    read = proposal(text=LIVE)
    done = adopt(top, Request(lineage.home, to="0.1.0", commit=True), lambda _top, _prefix: read)
    changed = fields_of(done.effects.objects["production"])
    kept = {each.field.rpartition(".")[2]: (each.value, each.derived) for each in done.plan.values}
    assert kept["terminationGracePeriodSeconds"] == ("600", "50")
    assert [each for each in done.plan.values if each.field in changed] == [], "what is kept does not change"
    box = "spec.template.spec.containers[serve].resources."
    assert box + "limits.memory" not in changed and box + "requests.memory" not in changed
    assert changed[box + "limits.cpu"] == ("250m", "1"), "less than the derived value"
    assert changed[box + "requests.cpu"] == ("200m", "100m"), "more, but its limit is the derived one"
    assert 'newTag: "1.4.2"' in (top / OVERLAY / "kustomization.yaml").read_text()
    assert not (top / "deploy/overlays/dev/kept.yaml").exists()
    before = {name: (top / OVERLAY / name).read_text() for name in ("kept.yaml", "kustomization.yaml")}
    updates.update(top, updates.Request(lineage.home, "0.2.0", commit=True))
    assert before == {name: (top / OVERLAY / name).read_text() for name in before}


@pytest.mark.parametrize(
    "change",
    [
        FieldChange("spec.replicas", "9", "2"),  # an answer, and overlays set it
        FieldChange(BOX + "resources.limits.memory", "half", "1Gi"),
        FieldChange(BOX + "resources.limits.memory", None, "1Gi"),
        FieldChange(BOX + "resources.limits", {"memory": "8Gi"}, "1Gi"),
        FieldChange(BOX + "image", "example.com/a:1", "example.com/b:1"),
        FieldChange(BOX + "image", "example.com/a@sha256:0", "example.com/a:1"),
        FieldChange(BOX + "image", "example.com/a:1", None),
    ],
)
def test_not_kept(change: FieldChange) -> None:
    larger = FieldChange("spec.template.spec.terminationGracePeriodSeconds", "90", "30")
    found = values_to_keep({"dev": [ObjectChange(WEB, "changed", (change, larger))]})
    assert found == (KeptValue("dev", WEB, larger.field, "90", "30"),)


def test_a_request_above_the_limit_is_not_kept() -> None:
    fields = (
        FieldChange(BOX + "resources.limits.cpu", "2", "1"),
        FieldChange(BOX + "resources.requests.cpu", "3", "1"),
    )
    found = values_to_keep({"dev": [ObjectChange(WEB, "changed", fields)]})
    assert [each.field for each in found] == [fields[0].field]


def test_an_overlay_with_patches_gets_one_more() -> None:
    overlay = b"resources: [../../base]\n\npatches:\n  - patch: x\n"
    values = (
        KeptValue("dev", WEB, "spec.template.spec.terminationGracePeriodSeconds", "90", "30"),
        KeptValue("dev", WEB, BOX + "resources.limits.memory", "2Gi", "1Gi"),
        KeptValue("gone", WEB, BOX + "resources.limits.memory", "2Gi", "1Gi"),
    )
    made = edits(values, {"a/deploy/overlays/dev/kustomization.yaml": overlay}, "a/")
    assert sorted(made) == ["a/deploy/overlays/dev/kept.yaml", "a/deploy/overlays/dev/kustomization.yaml"]
    assert b"patches:\n  - path: kept.yaml\n  - patch: x\n" in made["a/deploy/overlays/dev/kustomization.yaml"]
    pod = yaml.safe_load(made["a/deploy/overlays/dev/kept.yaml"])["spec"]["template"]["spec"]
    box = {"name": "web", "resources": {"limits": {"memory": "2Gi"}}}
    assert pod == {"terminationGracePeriodSeconds": 90, "containers": [box]}
