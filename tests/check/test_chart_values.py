"""Charts that need values: rendered with those that they have elsewhere; otherwise the one that lacks is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.check.built import chart_values
from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.helm import needs_helm, places
from tests.support.files import write_tree

pytestmark = [needs_helm, pytest.mark.usefixtures("with_helm")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: shop
      image: {{ include "shop.image" . }}
"""
HELPERS = """\
{{- define "shop.image" -}}
{{- if not .Values.image.name }}
{{- fail "Say \\"which\\" image" }}
{{- end }}
{{- .Values.image.name }}:{{ required "A tag is needed" .Values.image.tag }}
{{- end }}
"""
SHOP = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": 'image:\n  name: example.com/shop\n  tag: ""\n',
    "templates/_helpers.tpl": HELPERS,
    "templates/shop.yaml": POD,
}
TAG = "image: {tag: latest}\n"
SCHEMA = {
    "properties": {
        "image": {"$ref": "#/$defs/image"},
        "unused": {"type": "object", "properties": {"level": {"default": 1}}},
    },
    "$defs": {
        "image": {"required": ["tag"], "properties": {"tag": {"examples": ["latest"]}, "name": {"default": "x"}}}
    },
}


def checked(folder: Path) -> CheckReport:
    return check([folder], [all_rules()["P07-latest-image"]])


def messages(report: CheckReport) -> list[str]:
    return [note.message for note in report.notes]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "needs a value for image.tag (templates/_helpers.tpl:5): A tag is needed; not checked"),
        (
            {"values.yaml": "image: {}\n"},
            'needs a value for image.name (templates/_helpers.tpl:3): Say "which" image; not checked',
        ),
        (
            {
                "templates/_helpers.tpl": '{{- define "shop.image" -}}\n{{ .Values.image.tag | required "A tag" }}\n{{- end }}\n'
            },
            "needs a value for image.tag (templates/_helpers.tpl:2): A tag; not checked",
        ),
        ({"values.yaml": "other: 1\n"}, "needs a value for image; not checked"),
        ({"templates/shop.yaml": "{{ fail (print 1 2) }}\n"}, "can't be rendered: "),
    ],
)
def test_the_value_that_lacks_is_named(change: dict[str, str], said: str, tmp_path: Path) -> None:
    report = checked(write_tree(tmp_path / "shop", {**SHOP, **change}))
    (message,) = messages(report)
    assert message.startswith(said)
    assert report.judged == 0


@pytest.mark.parametrize("name", ["ci/default-values.yaml", "ci/values.yaml", "ci/test-values.yml"])
def test_the_values_of_its_tests_are_taken(name: str, tmp_path: Path) -> None:
    report = checked(write_tree(tmp_path / "shop", {**SHOP, name: TAG}))
    assert report.notes == []
    assert places(report, tmp_path / "shop", "P07-latest-image") == {(name, 1, "latest")}
    (latest,) = report.findings
    assert latest.scopes[0].endswith(f" with {name}")


def test_the_values_of_its_tests_are_left_alone_where_others_do(tmp_path: Path) -> None:
    report = checked(
        write_tree(tmp_path / "shop", {**SHOP, "values-prod.yaml": "image: {tag: 1.0.0}\n", "ci/test-values.yaml": TAG})
    )
    assert (report.notes, report.findings) == ([], [])
    assert report.judged == 1


def test_what_its_schema_gives_is_taken(tmp_path: Path) -> None:
    report = checked(write_tree(tmp_path / "shop", {**SHOP, "values.schema.json": json.dumps(SCHEMA)}))
    assert report.notes == []
    assert [each.message for each in report.findings] == [
        "example.com/shop:latest: the tag latest does not name a version"
    ]


@pytest.mark.parametrize("name", ["ci/test-values.yaml", "values-dev.yaml"])
def test_values_that_are_not_enough(name: str, tmp_path: Path) -> None:
    report = checked(write_tree(tmp_path / "shop", {**SHOP, name: "other: 1\n"}))
    assert messages(report)[0].startswith("needs a value for image.tag ")
    assert report.judged == 0


@pytest.mark.parametrize(
    "schema",
    [
        "[" * 100_000,
        "5",
        '{"properties": 5}',
        '{"$ref": "#/a/b"}',
        '{"$ref": "https://example.com/x"}',
        '{"required": 5}',
    ],
)
def test_a_schema_of_any_shape(schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path, {"values.schema.json": schema}))
    assert chart_values.of_schema(["values.schema.json"], "") == {}


def test_a_schema_that_refers_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {"required": ["a"], "properties": {"a": {"$ref": "#"}, "b": {"const": 1}}}
    monkeypatch.chdir(write_tree(tmp_path, {"values.schema.json": json.dumps(schema), "values.yaml": "a:\n"}))
    assert chart_values.of_schema(["values.schema.json"], "") == {}
    schema["required"] = ["a", "b"]
    Path("values.schema.json").write_text(json.dumps(schema))
    assert chart_values.of_schema(["values.schema.json"], "")["b"] == 1
