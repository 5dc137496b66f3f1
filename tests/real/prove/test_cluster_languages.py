"""A production overlay in each language passes the experiments on which languages differ, on a real Kubernetes.

Python's is the demo of test_cluster_stage.py, which passes all of them. And the load may come from a pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scaffold.engine.answers import Answers
from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import write_files
from tests.real.conformance.subjects import for_features
from tests.real.containers.conftest import build
from tests.real.prove.conftest import Attempts, Run, Twins, inputs_of_proof, on_cluster, several
from tests.real.prove.conftest import build as build_twin
from tests.support.answered import given
from tests.support.keeping import is_kept
from tests.support.verdicts import Inputs
from workshop import runtime
from workshop.cluster import Cluster
from workshop.go_tools import program
from workshop.goldens import ROOT, answers_of, engine, rendered

SUBJECTS = {each.language: each for each in for_features("critical", "auxiliary", "jobs") if each.language != "python"}
# The golden's image, since a service knows none of these, in pods of one container that a small node has room for.
SMALL = {
    "replicas": 2,
    "startup_seconds": 30,
    "shutdown_seconds": 20,
    "breaker": "none",
    "limiter": "none",
    "jobs": [],
    "environments": [{"name": "dev"}, {"name": "production"}],
    "cpu_request": "100m",
    "memory_limit": "512Mi",
}
DIFFER = {"P04-restart", "P06-root", "P08-rolling"}
FROM_A_POD = {"P08-rolling", "P10-breaker"}


def small_answers(name: str) -> Answers:
    given = read_answers(ROOT / "examples" / f"{name}.yml") | SMALL
    for each in given["dependencies"]:  # all stubbed, and patient: on a busy machine a time-out is no lost request
        each |= {"url": each["url"].replace("https://", "http://"), "timeout": 8}
    return engine()[1].resolve(given)


@cache
def inputs(name: str) -> Inputs:
    """Return the inputs of a language; each of the twins, whose load comes from a pod, goes without."""
    subjects = [SUBJECTS[name].name] if name in SUBJECTS else []
    return inputs_of_proof(*subjects, on_a_cluster=True, values=[given(small_answers(each)) for each in subjects])


pytestmark = pytest.mark.kept(inputs=lambda given: inputs(given.get("name", "pod")))


def language(kubernetes: Cluster, name: str, folder: Path) -> Run:
    """Deploy the service of a language and try it."""
    if reason := runtime.missing(name):
        pytest.skip(reason)  # in the test that asks for what came of it
    subject, golden, small = SUBJECTS[name], folder / "golden", folder / "small"
    golden.mkdir()
    write_files(golden, rendered(answers_of(subject.name)))
    image = build(golden, subject).reference  # all its layers are there from the suite of images
    kubernetes.load(image)
    small.mkdir()
    write_files(small, rendered(small_answers(subject.name)))
    (small / ".scaffold.toml").write_text("[prove]\nrate = 20\n")  # each request asks six dependencies
    return on_cluster(kubernetes, small, image, *(f"--only={each}" for each in sorted(DIFFER)))


def from_a_pod(kubernetes: Cluster, twins: Twins, folder: Path) -> Run:
    """Try the good twin with the load generator in a pod."""
    (folder / "vegeta").write_bytes(program("vegeta").read_bytes())
    reference = "localhost/kube-scaffold-test/load:1"
    build_twin(folder, reference, f"FROM {twins.reference}\nCOPY --chmod=755 vegeta /usr/local/bin/vegeta\n")
    kubernetes.load(twins.reference, reference)
    words = [f"--only={each}" for each in sorted(FROM_A_POD)]
    return on_cluster(kubernetes, twins.folder, twins.reference, *words, f"--load-image={reference}")


@pytest.fixture(scope="module")
def attempts(
    kubernetes: Cluster, twins: Twins, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Attempts]:
    """Try all that are asked for, two at once: they mostly wait."""
    running = [item for item in request.session.items if item.path == request.path and not is_kept(item)]
    asked = [item.callspec.params["name"] if hasattr(item, "callspec") else "pod" for item in running]

    def attempt(name: str) -> Run:
        folder = tmp_path_factory.mktemp(name)
        return language(kubernetes, name, folder) if name in SUBJECTS else from_a_pod(kubernetes, twins, folder)

    with several(attempt, asked, 2) as made:
        yield made


def rolling(run: Run) -> dict[str, object]:
    return {each["name"]: each["value"] for each in run.results["P08-rolling"]["measured"]}


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_production_overlay_passes(attempts: Attempts, name: str, request: pytest.FixtureRequest) -> None:
    run = attempts.of(name, request.node)
    assert run.out, run.err
    assert run.ids("pass") == DIFFER, run.told()
    assert run.code == 0
    assert int(str(rolling(run)["requests"])) > 200


def test_the_load_comes_from_a_pod(attempts: Attempts, request: pytest.FixtureRequest) -> None:
    """Where this machine can't reach the Service, or has no load generator: the same experiments, the same answers."""
    run = attempts.of("pod", request.node)
    assert run.out, run.err
    assert run.ids("pass") == FROM_A_POD, run.told()
    assert rolling(run)["through"] == "http://twin:80/"
    assert int(str(rolling(run)["requests"])) > 100
