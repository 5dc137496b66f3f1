"""The images that Dockerfiles, compose files, pipelines and manifests name, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FileError, OptionError
from scaffold.pin.dockerfile import images_in_dockerfile
from scaffold.pin.plan import find_images
from tests.pin.files import OLD, found, references
from tests.support.files import write_tree


def test_dockerfile(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Dockerfile": f"""\
# syntax=docker/dockerfile:1.7
# FROM commented:1
ARG BUILD_IMAGE=golang:1.26-trixie PLAIN=1
ARG RUNTIME_IMAGE="debian:13.1-slim@{OLD}" # not a comment to Docker
ARG UNUSED_IMAGE=unused:1
FROM --platform=$BUILDPLATFORM ${{BUILD_IMAGE}} AS build
ARG RUNTIME_IMAGE=other:1
RUN --mount=type=bind,from=ghcr.io/astral-sh/uv:0.8,source=/uv,target=/uv --mount=from=build,target=/x \\
    # from a:1
    from b:1
RUN <<END python
from os import path
FROM nothing:1
END
FROM \\
  --platform=linux/amd64 \\
  gcr.io/distroless/static:nonroot as Middle
FROM $RUNTIME_IMAGE
FROM middle
FROM scratch
FROM base:${{TAG}}
COPY --chown=1:1 --from=busybox:1.37 /bin/busybox /bin/
COPY --from=build --from=0 /a /b
from alpine:3.22"""})  # fmt: skip
    assert found(tmp_path) == [
        ("Dockerfile", 1, "docker/dockerfile:1.7"),
        ("Dockerfile", 3, "golang:1.26-trixie"),
        ("Dockerfile", 4, f"debian:13.1-slim@{OLD}"),
        ("Dockerfile", 8, "ghcr.io/astral-sh/uv:0.8"),
        ("Dockerfile", 17, "gcr.io/distroless/static:nonroot"),
        ("Dockerfile", 22, "busybox:1.37"),
        ("Dockerfile", 24, "alpine:3.22"),
    ]


@given(st.text(st.sampled_from("FROM ARG=x:1\\\n\r\t\"'$#<E-"), max_size=60))
def test_any_dockerfile_is_read_and_offsets_are_right(text: str) -> None:
    for start, image in images_in_dockerfile(text):
        assert text[start : start + len(image)] == image


def test_names_of_dockerfiles(tmp_path: Path) -> None:
    names = ["Dockerfile", "Dockerfile.dev", "Containerfile", "web.Dockerfile", "sub/Dockerfile"]
    others = ["Dockerfile.dockerignore", "Dockerfile~", "node_modules/a/Dockerfile", ".venv/Dockerfile", "README.md"]
    write_tree(tmp_path, dict.fromkeys(names + others, "FROM a:1\n"))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "Dockerfile").symlink_to(tmp_path / "Dockerfile")
    assert sorted(path for path, _, _ in found(tmp_path)) == sorted(names)


# YAML


def test_compose(tmp_path: Path) -> None:
    write_tree(tmp_path, {"compose.yaml": f"""\
x-base: &base
  image: &shared nginx:1.29   # both services
services:
  frontend: {{build: ., image: "frontend:dev"}}
  mail: {{<<: *base}}
  weather:
    <<: *base
  quoted: {{image: 'quay.io/a/b:1@{OLD}'}}
  variable: {{image: "${{IMAGE:-a:1}}"}}
  again: {{image: *shared}}
  untagged:
    image: redis
    command: "image: not:1"
    environment: {{image: not:1}}
"""})  # fmt: skip
    expected = [
        ("compose.yaml", 2, "nginx:1.29"),
        ("compose.yaml", 8, f"quay.io/a/b:1@{OLD}"),
        ("compose.yaml", 12, "redis"),
    ]
    assert found(tmp_path) == expected


def test_github(tmp_path: Path) -> None:
    write_tree(tmp_path, {".github/workflows/ci.yml": """\
on: push
env: {TOOL_IMAGE: "tool:1", OTHER: "a:1"}
jobs:
  one:
    container: python:3.13
    services: {db: {image: postgres:18}}
    steps:
    - uses: actions/checkout@v5
    - uses: docker://hadolint/hadolint:v2
    - run: |
        container: "not:1"
  two: {container: {image: "go:1", env: {image: "a:1"}}}
  three: {container: "${{ matrix.image }}"}
"""})  # fmt: skip
    assert references(tmp_path) == ["tool:1", "python:3.13", "postgres:18", "hadolint/hadolint:v2", "go:1"]


def test_gitlab(tmp_path: Path) -> None:
    write_tree(tmp_path, {".gitlab-ci.yml": """\
default: {image: "python:3.13"}
variables: {KUBE_IMAGE: "kubectl:1", IMAGE: "own:1"}
lint:
  image: {name: "hadolint/hadolint:v2", entrypoint: [""]}
  services: ["postgres:18", {name: "redis:8", alias: cache}]
  script: ["image: not:1"]
build: {image: $KUBE_IMAGE, script: !reference [lint, script]}
"""})  # fmt: skip
    assert references(tmp_path) == ["python:3.13", "kubectl:1", "hadolint/hadolint:v2", "postgres:18", "redis:8"]


def test_manifests_without_the_service_s_own_image(tmp_path: Path) -> None:
    deployment = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      initContainers:
      - image: busybox:1.37
      containers:
      - image: {own}
      - {{name: proxy, image: "envoyproxy/envoy:v1.35"}}
      volumes: [{{name: data, image: {{reference: "data:1"}}}}]
---
apiVersion: v1
kind: ConfigMap
data: {{image: "not:1", text: "{{{{ .x }}}}"}}
"""
    third_party = ["busybox:1.37", "envoyproxy/envoy:v1.35", "data:1"]
    by_kustomize, by_answers, untagged = (tmp_path / name for name in ("kustomize", "answers", "untagged"))
    write_tree(
        by_kustomize, {"deploy/base/deployment.yaml": deployment.format(own="registry.example.com/a/frontend:1")}
    )
    assert len(references(by_kustomize)) == 4
    kustomization = "images:\n- name: registry.example.com/a/frontend\n  newTag: 1.2.3\n"
    write_tree(by_kustomize, {"deploy/overlays/dev/kustomization.yaml": kustomization})
    write_tree(by_answers, {"deploy/deployment.yaml": deployment.format(own="registry.example.com/a/frontend:1")})
    write_tree(by_answers, {".copier-answers.yml": "image_registry: registry.example.com/a\nname: frontend\n"})
    write_tree(untagged, {"deploy/deployment.yaml": deployment.format(own="frontend")})
    for folder in (by_kustomize, by_answers, untagged):
        assert references(folder) == third_party


def test_other_yaml_is_left_alone(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {"chart/templates/a.yaml": "containers:\n{{- if .x }}\n- image: {{ .image }}\n", "values.yaml": "image: a:1\n"},
    )
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("compose.yaml", "services:\n  a: [\n", r"compose.yaml:3:1 is not YAML"),
        ("compose.yaml", "services: \x01", r"compose.yaml is not YAML"),
        (
            "compose.yaml",
            'services: {a: {image: "ngin\\x78:1"}}',
            r"compose.yaml:1 writes the image 'nginx:1' with escapes",
        ),
        (
            "deploy/a.yaml",
            "kind: Pod\nspec:\n  containers: [{image: A:1}]",
            r"deploy/a.yaml:3: 'A:1' is not an image reference",
        ),
        ("deploy/a.yaml", "containers: [{image: a:1}", r"deploy/a.yaml:1:26 is not YAML"),
        ("Dockerfile", "\nFROM a:1:2", r"Dockerfile:2: 'a:1:2' is not an image reference"),
    ],
)
def test_file_that_is_broken(tmp_path: Path, path: str, content: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        find_images(write_tree(tmp_path, {path: content}))


def test_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="is not a folder"):
        find_images(tmp_path / "missing")
