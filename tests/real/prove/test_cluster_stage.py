"""The cluster stage for real: the demo with its breaker, and a twin for each experiment that must fail on it alone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffold.files.folder import write_files
from scaffold.prove.select import experiments
from tests.real.cluster.conftest import VERSION as DEPLOYED
from tests.real.prove.conftest import TWIN, Attempts, Run, Twins, inputs_of_proof, on_cluster, prove, several
from tests.support.keeping import is_kept
from workshop import runtime
from workshop.cluster import SCRIPT, Cluster
from workshop.goldens import answers_of, rendered
from workshop.machine import locked
from workshop.standins import sidecar

pytestmark = pytest.mark.kept(inputs=lambda _: inputs_of_proof("frontend", on_a_cluster=True))
CLUSTER = {each.id for each in experiments() if each.stage == "cluster"}
SERVICE = "deploy/overlays/production/service.yaml"
JOBS = "deploy/overlays/production/jobs.yaml"
KUSTOMIZATION = "deploy/overlays/production/kustomization.yaml"
NAKED = """\
apiVersion: v1
kind: Pod
metadata: {name: naked}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: serve
      image: registry.example.com/twin:1
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: twin
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: twin}}
---
"""
LIVENESS = """\
          livenessProbe:
            httpGet: {path: /live, port: 8001}
"""
PRE_STOP = """\
          lifecycle:
            preStop: {sleep: {seconds: 4}}
"""


@dataclass(frozen=True)
class Twin:
    """An anti-pattern: what is replaced by what in one file of the good twin's manifests, and what must fail."""

    fails: str
    file: str
    changes: tuple[tuple[str, str], ...]


def broken(antipattern: str) -> tuple[str, str]:
    return (
        "          args: [serve]\n",
        f"          args: [serve]\n          env: [{{name: ANTIPATTERN, value: {antipattern}}}]\n",
    )


HIDDEN = (
    "          args: [serve]\n",
    '          command: [sh, -c, "python /srv/service.py serve & exec sleep 1000"]\n',
)
TWINS = {
    "naked": Twin("P03-killed", SERVICE, ((BUDGET, BUDGET + NAKED),)),
    "no-budget": Twin("P03-drain", SERVICE, ((BUDGET, ""),)),
    "hidden": Twin("P04-restart", SERVICE, (HIDDEN, (LIVENESS, ""))),
    "writable": Twin("P06-root", SERVICE, (("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),)),
    "hasty": Twin("P08-rolling", SERVICE, (broken("hasty"), (PRE_STOP, ""))),
    "all-at-once": Twin("P08-broken", SERVICE, (("{maxUnavailable: 0, maxSurge: 1}", "{maxUnavailable: 100%, maxSurge: 0}"),)),
    "unbounded": Twin("P09-bounded", JOBS, (("      activeDeadlineSeconds: 60\n", ""),)),
    "piling-up": Twin("P09-overlap", JOBS, (("concurrencyPolicy: Forbid", "concurrencyPolicy: Allow"),)),
    "no-breaker": Twin("P10-breaker", SERVICE, (broken("no-breaker"),)),
    "unlimited": Twin("P11-limits", SERVICE, (broken("unlimited"),)),
    "no-hash": Twin("P12-rolls", KUSTOMIZATION, (("configMapGenerator:", "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:"),)),
    "unlimited-memory": Twin("P13-oom", SERVICE, (("            limits: {memory: 64Mi}\n", ""),)),
    "unbounded-disk": Twin("P13-disk", SERVICE, (("emptyDir: {sizeLimit: 8Mi}", "emptyDir: {}"),)),
}  # fmt: skip
QUICK = {"P03-killed", "P03-drain", "P06-root"}
"""Tried on every twin; the others only on the twin that they are for, unless KUBE_SCAFFOLD_TWINS=all."""


@pytest.fixture(scope="session")
def loaded(kubernetes: Cluster, twins: Twins) -> str:
    """Give the good twin's image, which the node has."""
    kubernetes.load(twins.reference)
    return twins.reference


def test_a_context_that_may_be_anybodys_must_be_named(kubernetes: Cluster, twins: Twins) -> None:
    env = {"KUBECONFIG": kubernetes.env["KUBECONFIG"]}
    told = prove(twins.folder, "--cluster", f"--image={twins.reference}", env=env)
    assert told.code == 9
    assert "to use it, add --context one-node" in told.err


def test_the_demo_with_its_breaker_passes(kubernetes: Cluster, tmp_path: Path) -> None:
    answers = answers_of("frontend")
    folder = tmp_path / "frontend"
    folder.mkdir()
    write_files(folder, rendered(answers))
    for name in answers.context["sidecars_in_pod"].values():
        reference = f"docker.io/{answers.context['sidecars'][name]['image']}"
        sidecar(name, reference)
        kubernetes.load(reference)
    html = tmp_path / "prove.html"
    with locked("build"):
        image = "localhost/kube-scaffold-test/frontend:prove"
        runtime.build(folder, "python", image, {"VERSION": DEPLOYED})
    load = f"--load-command={SCRIPT} load {{image}}"
    told = on_cluster(kubernetes, folder, image, "--only=cluster", f"--html={html}", load)
    assert told.results.keys() == CLUSTER, told.err
    assert told.ids("fail") == set(), told.told()
    assert told.ids("skip") <= {"P11-limits"}, told.told()  # the demo's frontend has no limiter
    assert "Rolling update" in html.read_text()


@pytest.fixture(scope="session")
def attempts(
    kubernetes: Cluster, loaded: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Attempts]:
    """Try every twin; each has a namespace of its own, so that a few are tried at once."""

    def attempt(name: str) -> Run:
        folder = tmp_path_factory.mktemp(name) / "twin"
        shutil.copytree(TWIN, folder)
        twin = TWINS[name]
        manifest = (folder / twin.file).read_text()
        for before, after in twin.changes:
            assert before in manifest, before
            manifest = manifest.replace(before, after)
        (folder / twin.file).write_text(manifest)
        tried = {twin.fails, *(CLUSTER if os.environ.get("KUBE_SCAFFOLD_TWINS") == "all" else QUICK)}
        return on_cluster(kubernetes, folder, loaded, *(f"--only={each}" for each in sorted(tried)))

    running = [item.name for item in request.session.items if not is_kept(item)]
    asked = [name for name in TWINS if any(each.endswith(f"[{name}]") for each in running)]
    with several(attempt, asked, 3) as made:
        yield made


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_fails_its_experiment_and_no_other(
    attempts: Attempts, name: str, request: pytest.FixtureRequest
) -> None:
    told = attempts.of(name, request.node)
    assert told.out, told.err
    assert told.ids("fail") == {TWINS[name].fails}, told.told() or told.err
    assert told.code == 1


def test_nothing_is_left(kubernetes: Cluster, attempts: Attempts) -> None:
    attempts.wait()
    left = json.loads(kubernetes.kubectl("get", "namespaces", "--selector=io.kube-scaffold.prove", "--output=json"))
    assert [each for each in left["items"] if each["status"]["phase"] != "Terminating"] == []
