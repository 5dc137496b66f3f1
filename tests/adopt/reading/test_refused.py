"""What nothing follows from is refused in a sentence that names the place and what to do."""

from __future__ import annotations

import pytest

from scaffold.adopt.reading import propose
from scaffold.errors import ServiceError

DOCKERFILE = "FROM example.com/ruby:3\nUSER 1000\n"


def deployment(name: str, image: str = "", kind: str = "Deployment", namespace: str = "") -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}{space}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - {{name: web, image: "{image or f"example.com/{name}:1"}"}}
"""


JOB = deployment("clean").replace("apps/v1", "batch/v1").replace("kind: Deployment", "kind: Job")
KUSTOMIZATION = "resources: [{}]\n"
CHART = "apiVersion: v2\nname: orders\nversion: 1.0.0\n"
CASES = {
    "no Dockerfile": (
        {"k8s/web.yaml": deployment("web")},
        ["The repository has no Dockerfile", "commit it, and adopt again"],
    ),
    "only a Dockerfile for work": (
        {"Dockerfile.dev": DOCKERFILE},
        ["The repository has no Dockerfile"],
    ),
    "two Dockerfiles": (
        {"a.dockerfile": DOCKERFILE, "b.dockerfile": DOCKERFILE},
        ["more than one Dockerfile: a.dockerfile, b.dockerfile", "call that one Dockerfile"],
    ),
    "two services": (
        {"Dockerfile": DOCKERFILE, "k8s/web.yaml": deployment("web"), "k8s/worker.yaml": deployment("worker")},
        ["more than one service: Deployment web (k8s/web.yaml:3) and Deployment worker (k8s/worker.yaml:3)"],
    ),
    "two services of Compose": (
        {"Dockerfile": DOCKERFILE, "compose.yaml": "services:\n  a: {build: .}\n  b:\n    build: {dockerfile: B}\n"},
        ["more than one service: a (compose.yaml:2), b (compose.yaml:4)"],
    ),
    "one object in two files": (
        {"Dockerfile": DOCKERFILE, "deployment.yaml": deployment("web"), "deployment-update.yaml": deployment("web")},
        ["contradict each other: Deployment web (deployment-update.yaml:3) and Deployment web (deployment.yaml:3)"],
    ),
    "one object twice in a file": (
        {"Dockerfile": DOCKERFILE, "web.yaml": deployment("web") + "---\n" + deployment("web")},
        ["contradict each other: Deployment web (web.yaml:3) and Deployment web (web.yaml:14)"],
    ),
    "two ways to deploy": (
        {
            "Dockerfile": DOCKERFILE,
            "k8s/web.yaml": deployment("web"),
            "deploy/kustomization.yaml": KUSTOMIZATION.format("web.yaml"),
            "deploy/web.yaml": deployment("web"),
        },
        ["contradict each other", "k8s/web.yaml:3", "deploy/web.yaml:3"],
    ),
    "a kustomization that does not build": (
        {"Dockerfile": DOCKERFILE, "deploy/kustomization.yaml": KUSTOMIZATION.format("missing.yaml")},
        ["deploy/kustomization.yaml can't be built", "missing.yaml", "fix that, and adopt again"],
    ),
    "a chart that does not render": (
        {
            "Dockerfile": DOCKERFILE,
            "chart/Chart.yaml": CHART,
            "chart/templates/web.yaml": '{{ fail "no image" }}\n',
        },
        ["chart/Chart.yaml", "no image", "fix that, and adopt again"],
    ),
    "another kind": (
        {"Dockerfile": DOCKERFILE, "k8s/web.yaml": deployment("web", kind="StatefulSet")},
        ["StatefulSet web (k8s/web.yaml:3) can't be adopted"],
    ),
    "only jobs": (
        {"Dockerfile": DOCKERFILE, "k8s/job.yaml": JOB},
        ["deploys only jobs: Job clean (k8s/job.yaml:3)"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_a_sentence(tree, case: str) -> None:
    files, words = CASES[case]
    with pytest.raises(ServiceError) as caught:
        propose(tree(files), "")
    assert [word for word in words if word not in str(caught.value)] == []
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_a_refusal_names_the_folder_of_the_service(tree) -> None:
    top = tree({"services/cart/web.yaml": deployment("web"), "Dockerfile": DOCKERFILE})
    with pytest.raises(ServiceError, match=r"services/cart has no Dockerfile.* services/cart/Dockerfile"):
        propose(top, "services/cart/")


def test_a_database_beside_the_service_is_not_a_second_service(tree) -> None:
    web, db = deployment("web", "example.com/team/frontend:1"), deployment("db", "postgres:18.0")
    files = {"Dockerfile": DOCKERFILE, "web.yaml": web, "db.yaml": db}
    proposal = propose(tree(files), "")
    assert [build.files for build in proposal.builds] == [frozenset({"web.yaml"})]
    assert "db.yaml:3: Deployment db is deployed with the service, and stays as it is." in proposal.unread


def test_tests_and_hooks_are_not_services(tree) -> None:
    files = {"Dockerfile": DOCKERFILE, "web.yaml": deployment("web"), "e2e/stub.yaml": deployment("stub")}
    assert [each.value for each in propose(tree(files), "").answers if each.name == "name"] == ["web"]
