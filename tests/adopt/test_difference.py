"""The difference between what runs and what comes: each case is seen in the object and the field, before and after."""

from __future__ import annotations

import pytest

from scaffold.adopt.difference import HIDDEN, FieldChange, difference
from scaffold.adopt.live import is_fixed
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, documents

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: web
          image: web:1
          env: [{name: A, value: a}, {name: B, value: b}]
          resources: {limits: {cpu: 500m, memory: 1Gi}}
          args: [serve, --fast]
          volumeMounts: [{name: tmp, mountPath: /tmp}, {name: tmp, mountPath: /run}]
"""


def read(text: str) -> list[Document]:
    found, note = documents(Source("deploy.yaml", text.encode()))
    assert note is None
    return found


def fields(before: str, after: str) -> list[FieldChange]:
    found = difference(read(before), read(after))
    return [each for change in found for each in change.fields]


def test_what_is_written_another_way_does_not_count() -> None:
    other = (
        WEB.replace("500m", '"0.5"')
        .replace("{name: A, value: a}, {name: B, value: b}", "{value: b, name: B}, {name: A, value: a}")
        .replace("replicas: 2", "replicas: 2\n  paused: null")
        .replace(
            "{name: tmp, mountPath: /tmp}, {name: tmp, mountPath: /run}",
            "{mountPath: /run, name: tmp}, {name: tmp, mountPath: /tmp}",
        )
    )
    assert difference(read(WEB), read(other)) == []
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + WEB.strip().replace("\n", "\n  ")
    assert difference(read(WEB), read(listed)) == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("replicas: 2", "replicas: 3", FieldChange("spec.replicas", "2", "3")),
        (
            "terminationGracePeriodSeconds: 60",
            "hostNetwork: true",
            FieldChange("spec.template.spec.terminationGracePeriodSeconds", "60", None),
        ),
        ("memory: 1Gi", "memory: 1G", FieldChange(f"{(POD := 'spec.template.spec.containers[web]')}.resources.limits.memory", "1Gi", "1G")),
        ("value: b", "value: c", FieldChange(f"{POD}.env[B].value", "b", "c")),
        (", {name: B, value: b}", "", FieldChange(f"{POD}.env[B]", {"name": "B", "value": "b"}, None)),
        ("--fast", "--slow", FieldChange(f"{POD}.args[1]", "--fast", "--slow")),
        (
            "matchLabels: {app: web}",
            "matchLabels: {app: shop}",
            FieldChange("spec.selector.matchLabels.app", "web", "shop", fixed=True),
        ),
    ],
)  # fmt: skip
def test_a_field_that_changes_is_named_with_both_values(old: str, new: str, change: FieldChange) -> None:
    after = WEB.replace(old, new)
    assert after != WEB
    assert change in fields(WEB, after)
    assert [each.needs_deletion for each in difference(read(WEB), read(after))] == [change.fixed]


def test_an_object_of_another_name_namespace_or_group_is_lost_and_another_is_added() -> None:
    for old, new in (("name: web, ", "name: shop, "), ("namespace: shop", "namespace: prod"), ("apps/v1", "other/v1")):
        found = difference(read(WEB), read(WEB.replace(old, new)))
        assert [each.what for each in found] == ["lost", "added"]
    newer = difference(read(WEB), read(WEB.replace("apps/v1", "apps/v2")))
    assert [(each.what, each.fields) for each in newer] == [
        ("changed", (FieldChange("apiVersion", "apps/v1", "apps/v2"),))
    ]


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {COLOUR: red}\n"


def test_a_hash_behind_a_name_does_not_hide_what_changed() -> None:
    before = MAP.replace("NAME", "web-5h2bck7mt9")
    after = MAP.replace("NAME", "web-9kt7m2bfgd").replace("red", "blue")
    assert fields(before, after) == [FieldChange("data.COLOUR", "red", "blue")]
    two = "---\n".join(MAP.replace("NAME", name) for name in ("web-5h2bck7mt9", "web-6h2bck7mt9"))
    assert [each.what for each in difference(read(two), read(after))] == ["lost", "lost", "added"]
    assert [each.what for each in difference(read(MAP), read(after))] == ["lost", "added"]


def test_no_value_of_a_secret_is_shown() -> None:
    before = MAP.replace("ConfigMap", "Secret").replace("COLOUR", "PASSWORD")
    after = before.replace("red", "c2VjcmV0").replace("{PASSWORD", "{MORE: bW9yZQ==, PASSWORD")
    found = difference(read(before), read(after))
    assert {(each.field, each.before, each.after) for change in found for each in change.fields} == {
        ("data.PASSWORD", HIDDEN, HIDDEN),
        ("data.MORE", None, HIDDEN),
    }
    none = difference(read(before.partition("\ndata")[0]), read(after))
    assert [each.what for each in none] == ["changed"] and "c2VjcmV0" not in repr(none)
    applied = before.replace("NAME}", 'NAME, annotations: {last-applied-configuration: "c2VjcmV0"}}')
    kept = difference(read(before), read(applied))
    assert [each.what for each in kept] == ["changed"] and "c2VjcmV0" not in repr(kept)


def test_a_service_keeps_its_address_where_the_new_one_names_none() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ClusterIP}\n"
    headless = service.replace("type: ClusterIP", "type: ClusterIP, clusterIP: None")
    to_headless, from_headless = difference(read(service), read(headless)), difference(read(headless), read(service))
    assert [each.needs_deletion for each in (*to_headless, *from_headless)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "field", "fixed"),
    [
        ("apps/Deployment", "spec.selector.matchLabels.app", True),
        ("apps/Deployment", "spec.selector", True),
        ("apps/Deployment", "spec.selectors", False),
        ("apps/Deployment", "spec.template.metadata.labels.app", False),
        ("apps/StatefulSet", "spec.volumeClaimTemplates[data].spec", True),
        ("apps/StatefulSet", "spec.replicas", False),
        ("batch/Job", "spec.template.spec.containers[web].image", True),
        ("batch/CronJob", "spec.jobTemplate.spec.template", False),
        ("/PersistentVolumeClaim", "spec.accessModes[0]", True),
        ("/PersistentVolumeClaim", "spec.resources.requests.storage", False),
        ("/Service", "spec.selector.app", False),
    ],
)
def test_what_a_cluster_refuses_to_change_is_known(kind: str, field: str, fixed: bool) -> None:
    group, _, name = kind.partition("/")
    assert is_fixed(group, name, field) is fixed


def test_the_file_that_a_build_notes_does_not_count() -> None:
    built = WEB.replace("name: web, ", 'name: web, annotations: {config.kubernetes.io/origin: "path: a.yaml"}, ', 1)
    assert built != WEB and difference(read(WEB), read(built)) == []


def test_an_object_without_a_namespace_is_in_the_usual_one() -> None:
    bare = WEB.replace(", namespace: shop", "")
    assert not difference(read(bare), read(WEB), "shop")
    assert [each.what for each in difference(read(bare), read(WEB), "other")] == ["lost", "added"]
