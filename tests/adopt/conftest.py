"""A service that exists already, in a repository of its own or in a folder of one, and what was read of it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scaffold.adopt.proposal import Build, Place, Proposal, Proposed
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, documents
from tests.support.lineages import editions, lineage
from workshop.history import commit, git

__all__ = ["editions", "lineage"]  # fixtures

NAME = "orders"
MANIFESTS = "k8s/all.yaml"
OBJECTS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  replicas: 4
  selector:
    matchLabels: {app.kubernetes.io/name: orders, app.kubernetes.io/component: serve}
  template:
    metadata:
      labels: {app.kubernetes.io/name: orders, app.kubernetes.io/component: serve}
    spec:
      terminationGracePeriodSeconds: 600
      containers:
        - name: serve
          image: registry.example.com/example-org/orders:1.4.2
          ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: orders-metrics}
spec: {selector: {app.kubernetes.io/name: orders}, ports: [{port: 9000}]}
"""
FILES = {
    "Dockerfile": "FROM example.com/ruby:3\nCOPY . .\n",
    "Makefile": "test:\n\tbundle exec rake\n",
    ".gitignore": "/log/\n.env\n",
    "app.rb": "puts 1\n",
    MANIFESTS: OBJECTS,
}

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a repository with these files in its only commit."""

    def make(files: Mapping[str, str] | None = None, prefix: str = "") -> Path:
        top = tmp_path / "shop"
        top.mkdir()
        git(top, "init", "--quiet", "--initial-branch=main")
        for name, value in {"user.name": "t", "user.email": "t@example.com"}.items():
            git(top, "config", name, value)
        for path, text in (FILES if files is None else files).items():
            file = top / (path if path.startswith("/") else prefix + path).lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        commit(top, "as it was")
        return top

    return make


def objects(text: str = OBJECTS) -> list[Document]:
    found, note = documents(Source(MANIFESTS, text.encode()))
    assert note is None
    return found


def proposal(prefix: str = "", text: str = OBJECTS, **more: object) -> Proposal:
    """Return what a reader would find: `more` are further answers."""
    where = (Place(prefix + MANIFESTS, 3),)
    values = {"name": NAME, "code": "own", "container_command": ["ruby", "app.rb"], "image_user": 10101, **more}
    answers = tuple(Proposed(name, value, "it is there", where) for name, value in values.items())
    return Proposal(prefix, answers, (Build("", objects(text), frozenset({prefix + MANIFESTS})),))
