"""What Argo CD and Flux are given is there, builds, and comes in the order of `make deploy-…`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.deployed import Object
from tests.support.gitops import EXAMPLES, files, lay_out, objects
from workshop import goldens, judges

HOOK, WAVE = "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave"
LATE = ("serve", "cronjob")
PRUNE, FORCE = "kustomize.toolkit.fluxcd.io/prune", "kustomize.toolkit.fluxcd.io/force"

each_example = pytest.mark.parametrize("example", EXAMPLES)


def built(overlay: Path) -> dict[tuple[str, str], Object]:
    """Return the objects of an overlay by kind and name."""
    done = judges.ask("kubectl", "kustomize", overlay)
    assert done.returncode == 0, done.stderr
    found = yaml.load_all(done.stdout, yaml.CSafeLoader)
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def annotation(each: Object, key: str) -> str | None:
    return (each["metadata"].get("annotations") or {}).get(key)


def component(each: Object) -> str | None:
    return (each["metadata"].get("labels") or {}).get("app.kubernetes.io/component")


def as_flux_builds(repository: Path, each: Object) -> dict[tuple[str, str], Object]:
    """Build the path of a Flux Kustomization as its controller does: its patches are added to the file in that folder."""
    file = repository / each["spec"]["path"] / "kustomization.yaml"
    before = file.read_text()
    told: dict[str, Any] = yaml.safe_load(before)
    told["patches"] = [*told.get("patches", []), *each["spec"].get("patches", [])]
    told["namespace"] = each["spec"]["targetNamespace"]
    try:
        file.write_text(yaml.safe_dump(told))
        return built(file.parent)
    finally:
        file.write_text(before)


@each_example
def test_an_application_deploys_what_the_overlay_builds(example: str, tmp_path: Path) -> None:
    repository = lay_out(tmp_path, example, "argocd")
    context = goldens.answers_of(example).context
    made = objects(example, "argocd")
    assert set(made) == {each["name"] for each in context["placed"]}
    for (application,) in made.values():
        found = built(repository / application["spec"]["source"]["path"])
        spaces = {each["metadata"]["namespace"] for each in found.values()}
        assert spaces == {application["spec"]["destination"]["namespace"]}
        labels = {each["metadata"]["labels"]["app.kubernetes.io/instance"] for each in found.values()}
        assert labels == {application["metadata"]["name"]}, "Argo CD 2 knows its objects by this label"
        scales = ("HorizontalPodAutoscaler", context["name"]) in found
        assert ("ignoreDifferences" in application["spec"]) == scales


@each_example
def test_jobs_are_hooks_and_what_serves_comes_after_them(example: str, tmp_path: Path) -> None:
    repository = lay_out(tmp_path, example, "argocd")
    for (application,) in objects(example, "argocd").values():
        found = list(built(repository / application["spec"]["source"]["path"]).values())
        jobs = [each for each in found if each["kind"] == "Job"]
        for each in found:
            assert annotation(each, HOOK) == ("Sync" if each in jobs else None)
            assert annotation(each, WAVE) == ("1" if jobs and component(each) in LATE else None)
        assert {annotation(each, f"{HOOK}-delete-policy") for each in jobs} <= {"BeforeHookCreation"}


@each_example
def test_flux_deploys_each_object_once_and_the_jobs_first(example: str, tmp_path: Path) -> None:
    repository = lay_out(tmp_path, example, "flux")
    overlays = repository / str(goldens.answers_of(example).context["folder"]) / "deploy/overlays"
    for environment, (source, *steps) in objects(example, "flux").items():
        (cloned,) = source["spec"]["sparseCheckout"]
        whole = built(overlays / environment)
        parts = [as_flux_builds(repository, each) for each in steps]
        assert sorted(key for part in parts for key in part) == sorted(whole)
        assert all((repository / each["spec"]["path"]).is_relative_to(repository / cloned) for each in steps)
        jobs = [each for part in parts[:-1] for each in part.values() if each["kind"] == "Job"]
        assert len(jobs) == len([kind for kind, _ in whole if kind == "Job"])
        assert len(steps) == (2 if jobs else 1)
        for each in jobs:
            assert annotation(each, FORCE) == "enabled" and "ttlSecondsAfterFinished" not in each["spec"]
        if jobs:
            first, second = steps
            assert first["spec"]["wait"] and "dependsOn" not in first["spec"]
            assert second["spec"]["dependsOn"] == [{"name": first["metadata"]["name"]}]
            longest = max(each["spec"]["activeDeadlineSeconds"] for each in jobs)
            assert int(first["spec"]["timeout"].removesuffix("s")) > longest
        for each in (each for part in parts for each in part.values() if each["kind"] == "ConfigMap"):
            assert annotation(each, PRUNE) == "disabled"
        (checked,) = steps[-1]["spec"]["healthChecks"]
        assert (checked["kind"], checked["name"]) in parts[-1]
        deployment = parts[-1][checked["kind"], checked["name"]]
        assert deployment["metadata"]["namespace"] == checked["namespace"]
        assert int(steps[-1]["spec"]["timeout"].removesuffix("s")) > deployment["spec"]["progressDeadlineSeconds"]


@pytest.mark.parametrize("deploy", ["argocd", "flux"])
@each_example
def test_the_files_of_the_chart_are_there(example: str, deploy: str) -> None:
    made, context = objects(example, deploy, "helm"), goldens.answers_of(example).context
    folder = f"{context['folder']}/" if context["folder"] else ""
    paths = {folder + path for path in files(example, deploy, "helm")}
    for environment, each in made.items():
        if deploy == "argocd":
            source = each[0]["spec"]["source"]
            named = [f"{source['path']}/{file}" for file in source["helm"]["valueFiles"]]
        else:
            source = each[1]["spec"]["chart"]["spec"]
            named = [file.removeprefix("./") for file in source["valuesFiles"]]
            assert source["chart"].removeprefix("./") == f"{folder}deploy/chart"
        assert named[-1] == f"{folder}deploy/chart/values-{environment}.yaml"
        assert set(named) <= paths


@pytest.mark.parametrize("manifests", ["kustomize", "helm", "both"])
def test_nobody_else_deploys(manifests: str) -> None:
    """`make` would race with Argo CD, which would undo a rollback."""
    for deploy, prefix in (("make", "deploy-"), ("argocd", "gitops-"), ("flux", "gitops-")):
        made = files("mail", deploy, manifests)
        targets = {
            line.split(":")[0] for line in made["Makefile"].splitlines() if ":  ##" in line or ": needs-" in line
        }
        assert {f"{prefix}dev", f"{prefix}production"} <= targets
        assert any("rollback" in each for each in targets) == (deploy == "make")
        assert any("deploy-" in each for each in targets) == (deploy == "make")
        assert ("deploy/apply.sh" in made) == (deploy == "make" and manifests != "helm")
        told = made["README.md"] + made["RUNBOOK.md"]
        assert ("make deploy-" in told) == ("make rollback" in told) == (deploy == "make")
