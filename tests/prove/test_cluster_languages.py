"""A production overlay in each language passes the experiments on which languages differ, on a real Kubernetes.

Python's is the demo of test_cluster_stage.py, which passes all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from scaffold.answers_file import read_answers
from scaffold.write import write_files
from tests.conformance.subjects import Subject, for_features
from tests.containers.conftest import build
from tests.prove.conftest import Run, Twins, on_cluster
from tests.prove.conftest import build as build_twin
from tests.support.cluster import Cluster
from tests.support.go_tools import program
from tests.support.goldens import ROOT, answers_of, engine, rendered
from tests.support.standins import LANGUAGES

SUBJECTS = {
    each.language: each
    for each in for_features("critical", "auxiliary", "jobs")
    if each.language in LANGUAGES and each.language != "python"
}
# The golden's image, since a service knows none of these, in pods of one container that a small node has room for.
SMALL = {
    "replicas": 2,
    "startup_seconds": 30,
    "breaker": "none",
    "limiter": "none",
    "jobs": [],
    "cpu_request": "100m",
    "memory_limit": "512Mi",
}
DIFFER = ("P04-restart", "P06-root", "P08-rolling", "P13-oom")


def attempt(kubernetes: Cluster, subject: Subject, folder: Path) -> Run:
    """Deploy a language's service and try it; once more where this machine was too busy to measure."""
    golden = folder / "golden"
    golden.mkdir()
    write_files(golden, rendered(answers_of(subject.name)))
    image = build(golden, subject).reference  # all its layers are there from the suite of images
    kubernetes.load(image)
    given = read_answers(ROOT / "examples" / f"{subject.name}.yml") | SMALL
    for each in given["dependencies"]:
        each["url"] = each["url"].replace("https://", "http://")  # so that all are stubbed
    small = folder / "small"
    small.mkdir()
    write_files(small, rendered(engine()[1].resolve(given)))
    words = [f"--only={each}" for each in DIFFER]
    run = on_cluster(kubernetes, small, image, *words)
    return on_cluster(kubernetes, small, image, *words) if run.out and "too busy" in run.told() else run


@pytest.fixture(scope="module")
def runs(kubernetes: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Run]]]:
    """Give the runs of all languages, two at once: they mostly wait."""
    with ThreadPoolExecutor(2) as pool:
        yield {
            language: pool.submit(attempt, kubernetes, subject, tmp_path_factory.mktemp(language))
            for language, subject in SUBJECTS.items()
        }


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", SUBJECTS)
def test_a_production_overlay_passes(runs: Mapping[str, Future[Run]], language: str) -> None:
    run = runs[language].result(600)
    assert run.out, run.err
    assert run.ids("pass") == set(DIFFER), run.told()
    assert run.code == 0
    rolling = {each["name"]: each["value"] for each in run.results["P08-rolling"]["measured"]}
    assert rolling["requests"] > 500
    assert rolling["failed"] == 0


@pytest.mark.timeout(600)
def test_the_load_comes_from_a_pod(kubernetes: Cluster, twins: Twins, tmp_path: Path) -> None:
    """Where this machine can't reach the Service, or has no load generator: the same experiments, the same answers."""
    (tmp_path / "vegeta").write_bytes(program("vegeta").read_bytes())
    reference = "localhost/kube-scaffold-test/load:1"
    build_twin(tmp_path, reference, f"FROM {twins.reference}\nCOPY --chmod=755 vegeta /usr/local/bin/vegeta\n")
    kubernetes.load(twins.reference, reference)
    words = ("--only=P08-rolling", "--only=P10-breaker", f"--load-image={reference}")
    run = on_cluster(kubernetes, twins.folder, twins.reference, *words)
    assert run.ids("pass") == {"P08-rolling", "P10-breaker"}, run.told() or run.err
    rolling = {each["name"]: each["value"] for each in run.results["P08-rolling"]["measured"]}
    assert rolling["through"] == "http://twin:80/"
    assert rolling["requests"] > 100
