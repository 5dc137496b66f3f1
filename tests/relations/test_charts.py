"""One truth: what a chart renders with an environment's values is, object by object, what its overlay builds."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.charts import Charted, lay_out
from tests.support.deployed import Object
from tests.support.equality import ABSENT, Difference, differences
from workshop import helm

LABELS = {"app.kubernetes.io/name": "web", "app.kubernetes.io/managed-by": "kustomize"}


def workload(**pod: Any) -> Object:
    template = {"metadata": {"labels": dict(LABELS), "annotations": {"team/a": "b"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "labels": dict(LABELS)},
        "spec": {"replicas": 2, "template": template},
    }


def configuration(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"},
        "data": {"A": "1"},
    }


def reading(name: str) -> Object:
    return workload(containers=[{"name": "serve", "stdin": False, "envFrom": [{"configMapRef": {"name": name}}]}])


OVERLAY = [reading("web-config-bb46k8fk6d"), configuration("web-config-bb46k8fk6d")]


def rendered() -> list[Object]:
    """Return what helm would render of the same: its own labels, a checksum, no namespace, a pod that only tests."""
    made = [reading("web-config"), configuration("web-config")]
    for each in made:
        del each["metadata"]["namespace"]
        each["metadata"]["labels"] = {**each["metadata"].get("labels", {}), "helm.sh/chart": "web-0.1.0"}
    pod(made)["metadata"]["annotations"]["checksum/config"] = "ab12"
    pod(made)["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm"
    made[1]["metadata"]["annotations"] = {"helm.sh/hook-weight": "-1"}
    test = {"name": "web-test", "annotations": {"helm.sh/hook": "test"}}
    return [*made, {"apiVersion": "v1", "kind": "Pod", "metadata": test, "spec": {}}]


def pod(objects: list[Object]) -> Object:
    found: Object = objects[0]["spec"]["template"]
    return found


def container(objects: list[Object]) -> Object:
    found: Object = pod(objects)["spec"]["containers"][0]
    return found


def test_what_each_tool_must_have_for_itself_is_no_difference() -> None:
    assert differences(rendered(), OVERLAY, "shop") == []


SERVE = "spec.template.spec.containers[serve]"
DEPLOYMENT = "Deployment/web"
TWINS: dict[str, tuple[Callable[[list[Object]], object], tuple[str, str, Any, Any]]] = {
    "another value": (lambda o: o[0]["spec"].update(replicas=3), (DEPLOYMENT, "spec.replicas", 3, 2)),
    "another type": (lambda o: o[0]["spec"].update(replicas="2"), (DEPLOYMENT, "spec.replicas", "2", 2)),
    "0 for false": (lambda o: container(o).update(stdin=0), (DEPLOYMENT, f"{SERVE}.stdin", 0, False)),
    "a value too many": (
        lambda o: container(o).update(tty=True),
        (DEPLOYMENT, f"{SERVE}.tty", True, ABSENT),
    ),
    "a value too few": (lambda o: o[1].pop("data"), ("ConfigMap/web-config", "data", ABSENT, {"A": "1"})),
    "an element too many": (
        lambda o: pod(o)["spec"]["containers"].append({"name": "b"}),
        (DEPLOYMENT, "spec.template.spec.containers[b]", {"name": "b"}, ABSENT),
    ),
    "an element too few": (
        lambda o: container(o).update(envFrom=[]),
        (DEPLOYMENT, f"{SERVE}.envFrom[0]", ABSENT, {"configMapRef": {"name": "web-config"}}),
    ),
    "another name of a reference": (
        lambda o: container(o)["envFrom"][0]["configMapRef"].update(name="other"),
        (DEPLOYMENT, f"{SERVE}.envFrom[0].configMapRef.name", "other", "web-config"),
    ),
    "a label of the team": (
        lambda o: o[0]["metadata"]["labels"].update({"example.org/owner": "x"}),
        (DEPLOYMENT, "metadata.labels[example.org/owner]", "x", ABSENT),
    ),
    "an annotation of the pods": (
        lambda o: pod(o)["metadata"]["annotations"].update({"team/a": "c"}),
        (DEPLOYMENT, "spec.template.metadata.annotations[team/a]", "c", "b"),
    ),
    "another version of the API": (
        lambda o: o[1].update(apiVersion="v2"),
        ("ConfigMap/web-config", "apiVersion", "v2", "v1"),
    ),
    "another namespace": (
        lambda o: o[1]["metadata"].update(namespace="other"),
        ("ConfigMap/web-config", "metadata.namespace", "other", ABSENT),
    ),
    "an object too few": (lambda o: o.pop(1), ("ConfigMap/web-config", "", ABSENT, "an object")),
    "an object too many": (
        lambda o: o.append(configuration("more")),
        ("ConfigMap/more", "", "an object", ABSENT),
    ),
    "an object twice": (
        lambda o: o.append(copy.deepcopy(o[1])),
        ("ConfigMap/web-config", "", "2 objects of that name", "an object"),
    ),
    "no checksum of a configuration": (
        lambda o: pod(o)["metadata"]["annotations"].pop("checksum/config"),
        (DEPLOYMENT, "spec.template.metadata.annotations", "no checksum/…", "a hash in the name of web-config"),
    ),
}


@pytest.mark.parametrize("twin", TWINS)
def test_each_kind_of_difference_is_found(twin: str) -> None:
    change, expected = TWINS[twin]
    made = rendered()
    change(made)
    assert differences(made, OVERLAY, "shop") == [Difference(*expected)]


def test_a_difference_shows_object_path_and_both_values() -> None:
    made = rendered()
    container(made)["tty"] = True
    (found,) = differences(made, OVERLAY, "shop")
    assert str(found) == f"Deployment/web {SERVE}.tty: True in the chart, nothing in the overlay"


needs_helm = pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))


@needs_helm
@pytest.mark.parametrize("major", helm.LAYERS)
def test_a_chart_gives_what_its_overlays_give(major: str, charted: Charted) -> None:
    for environment in charted.environments:
        found = charted.differences(environment, major=major)
        assert not found, f"{charted.name}, {environment}:\n" + "\n".join(map(str, found))


@needs_helm
def test_a_value_that_only_the_chart_changes_is_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    charted = lay_out(tmp_path_factory.mktemp("changed"))
    (found,) = charted.differences("production", "--set", "replicas=3", "--set", "autoscaling.maxReplicas=6")
    assert str(found) == "HorizontalPodAutoscaler/mail spec.minReplicas: 3 in the chart, 2 in the overlay"


@needs_helm
def test_a_copy_for_a_hook_that_is_not_like_its_original_is_found(tmp_path: Path) -> None:
    charted = lay_out(tmp_path, "frontend")
    template = charted.chart / "templates/before-jobs.yaml"
    template.write_text(template.read_text().replace("169.254.20.10", "169.254.20.11"))
    (found,) = charted.differences("production")
    assert str(found).startswith("NetworkPolicy/frontend-hook spec.egress[0].to[1].ipBlock.cidr: ")
