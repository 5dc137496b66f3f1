"""A rollout, a drain and a change of configuration lose nothing; dev and production differ as little as they can."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tests.support.deployed import Deployed, deployed, each_example
from workshop import judges

DIFFERENT_IN_DEV = {"LOG_LEVEL"}  # and the URLs of dependencies


def test_an_old_pod_goes_when_a_new_one_is_ready(service: Deployed) -> None:
    spec = service.one("Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": "25%"}
    assert spec["minReadySeconds"] > 0 and spec["revisionHistoryLimit"] > 0


def test_the_number_of_pods_has_one_master(service: Deployed) -> None:
    replicas = service.one("Deployment")["spec"].get("replicas")
    scalers = [each["spec"] for each in service.all("HorizontalPodAutoscaler")]
    answered, most = service.answers["replicas"], service.answers["max_replicas"]
    if not service.production:
        assert replicas == service.environment.get("replicas", 1) and not scalers
    elif most > answered:
        assert replicas is None
        assert [(each["minReplicas"], each["maxReplicas"]) for each in scalers] == [(answered, most)]
    else:
        assert replicas == answered >= 2 and not scalers


def test_a_node_can_be_drained(service: Deployed) -> None:
    spec = service.one("PodDisruptionBudget")["spec"]
    assert spec["maxUnavailable"] == 1 and "minAvailable" not in spec


@each_example
def test_dev_differs_in_what_it_says(example: Path) -> None:
    dev, production = deployed(example, "dev"), deployed(example, "production")
    differ = {key for key in dev.config | production.config if dev.config.get(key) != production.config.get(key)}
    assert {key for key in differ if not key.endswith("_URL")} == DIFFERENT_IN_DEV and dev.config[
        "LOG_LEVEL"
    ] == "debug"


@each_example
def test_a_changed_value_rolls_the_pods(example: Path, tmp_path: Path) -> None:
    shutil.copytree(example / "deploy", tmp_path / "deploy")
    config = tmp_path / "deploy" / "base" / "config.env"
    config.write_text(config.read_text().replace("LOG_LEVEL=info", "LOG_LEVEL=warn"))
    built = judges.ask("kubectl", "kustomize", tmp_path / "deploy" / "overlays" / "production")
    changed = Deployed(example, "production", list(yaml.safe_load_all(built.stdout)))
    before = deployed(example, "production")
    assert changed.config["LOG_LEVEL"] == "warn" and before.config["LOG_LEVEL"] == "info"
    assert changed.container["envFrom"] != before.container["envFrom"]
