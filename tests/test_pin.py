"""What `scaffold pin` finds, plans and writes; the digests come from a real registry where one is installed."""

from __future__ import annotations

import json
import re
import shutil
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import AnswerError, DestinationError, RegistryError
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.dockerfile import images_in_dockerfile
from scaffold.pin.plan import Change, apply, find_images, plan, resolve, wanted
from scaffold.pin.references import Reference, is_digest, parse_reference, with_digest
from scaffold.pin.registry import RegistryClient
from tests.support import goldens
from tests.support import registry as support
from tests.support.registry import Registry, Response, digest_of, running_registry, serving
from tests.test_new import scaffold

OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def found(folder: Path) -> list[tuple[str, int, str]]:
    return [(use.path, use.line, use.reference) for use in find_images(folder)]


def references(folder: Path) -> list[str]:
    return [use.reference for use in find_images(folder)]


def planned(folder: Path, digest: str = NEW) -> list[Change]:
    return plan(folder, dict.fromkeys(wanted(find_images(folder)), digest))


# References


@pytest.mark.parametrize(
    ("text", "spelled_out"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.13", "docker.io/library/python:3.13"),
        ("docker.io/python:3.13", "docker.io/library/python:3.13"),
        ("index.docker.io/library/python:3.13", "docker.io/library/python:3.13"),
        ("hadolint/hadolint:v2", "docker.io/hadolint/hadolint:v2"),
        ("ghcr.io/a/b/c:d", "ghcr.io/a/b/c:d"),
        ("localhost/a:1", "localhost/a:1"),
        ("localhost:5000/a:1", "localhost:5000/a:1"),
        ("[::1]:5000/a:1", "[::1]:5000/a:1"),
        ("MYHOST/a:1", "MYHOST/a:1"),
        ("a.b/c__d/e--f.g:_1.2-x", "a.b/c__d/e--f.g:_1.2-x"),
        (f"python@{OLD}", f"docker.io/library/python@{OLD}"),
        (f"python:3.13@{OLD}", f"docker.io/library/python:3.13@{OLD}"),
    ],
)
def test_reference(text: str, spelled_out: str) -> None:
    assert str(parse_reference(text)) == spelled_out
    assert parse_reference(spelled_out) == parse_reference(text)


@pytest.mark.parametrize(
    "text",
    ["", "Python:3", "a b", "a:", ":1", "a:1:2", "a@sha256:12", "a@md5:" + "0" * 32, "/a", "a/", "a//b", "a_-b",
     "a:1\n", "http://a/b", "a:-1", "a:" + "1" * 129, "a" * 256, "a.b_c/d:1",
     "\uff41:1", "a:\uff11", f"a@{OLD.upper()}"],
)  # fmt: skip
def test_no_reference(text: str) -> None:
    with pytest.raises(AnswerError, match="is no image reference"):
        parse_reference(text)


components = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
hosts = st.from_regex(
    r"([a-z0-9]{1,8}\.){1,3}[a-z]{2,5}(:[1-9][0-9]{0,4})?|localhost(:[1-9][0-9]{0,3})?", fullmatch=True
)
tags = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
digests = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
written = st.builds(
    lambda host, path, tag, digest: f"{host}{'/'.join(path)}{tag}{digest}",
    st.just("") | hosts.map(lambda host: f"{host}/"),
    st.lists(components, min_size=1, max_size=4).filter(lambda path: "." not in path[0] or len(path) == 1),
    st.just("") | tags.map(lambda tag: f":{tag}"),
    st.just("") | digests.map(lambda digest: f"@{digest}"),
)


@given(written)
def test_any_reference_is_the_same_spelled_out(text: str) -> None:
    image = parse_reference(text)
    assert parse_reference(str(image)) == image
    assert image.tag or image.digest


@given(written, digests)
def test_any_pinned_reference_keeps_its_words(text: str, digest: str) -> None:
    image, pinned = parse_reference(text), with_digest(text, digest)
    assert pinned.startswith(text.partition("@")[0])
    assert parse_reference(pinned) == Reference(image.registry, image.repository, image.tag or "latest", digest)
    assert with_digest(pinned, digest) == pinned


@given(st.text(max_size=40) | st.text("ab/:.@-_A1[]", max_size=20))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        image = parse_reference(text)
    except AnswerError:
        return
    assert parse_reference(str(image)) == image


# Dockerfiles


def test_dockerfile(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": f"""\
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
    write(tmp_path, dict.fromkeys(names + others, "FROM a:1\n"))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "Dockerfile").symlink_to(tmp_path / "Dockerfile")
    assert sorted(path for path, _, _ in found(tmp_path)) == sorted(names)


# YAML


def test_compose(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": f"""\
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
    write(tmp_path, {".github/workflows/ci.yml": """\
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
    write(tmp_path, {".gitlab-ci.yml": """\
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
    write(by_kustomize, {"deploy/base/deployment.yaml": deployment.format(own="registry.example.com/a/frontend:1")})
    assert len(references(by_kustomize)) == 4
    kustomization = "images:\n- name: registry.example.com/a/frontend\n  newTag: 1.2.3\n"
    write(by_kustomize, {"deploy/overlays/dev/kustomization.yaml": kustomization})
    write(by_answers, {"deploy/deployment.yaml": deployment.format(own="registry.example.com/a/frontend:1")})
    write(by_answers, {".copier-answers.yml": "image_registry: registry.example.com/a\nname: frontend\n"})
    write(untagged, {"deploy/deployment.yaml": deployment.format(own="frontend")})
    for folder in (by_kustomize, by_answers, untagged):
        assert references(folder) == third_party


def test_other_yaml_is_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"chart/templates/a.yaml": "containers:\n{{- if .x }}\n- image: {{ .image }}\n", "values.yaml": "image: a:1\n"},
    )
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("compose.yaml", "services:\n  a: [\n", r"compose.yaml:3:1 is no YAML"),
        ("compose.yaml", "services: \x01", r"compose.yaml is no YAML"),
        (
            "compose.yaml",
            'services: {a: {image: "ngin\\x78:1"}}',
            r"compose.yaml:1 writes the image 'nginx:1' with escapes",
        ),
        (
            "deploy/a.yaml",
            "kind: Pod\nspec:\n  containers: [{image: A:1}]",
            r"deploy/a.yaml:3: 'A:1' is no image reference",
        ),
        ("deploy/a.yaml", "containers: [{image: a:1}", r"deploy/a.yaml:1:26 is no YAML"),
        ("Dockerfile", "\nFROM a:1:2", r"Dockerfile:2: 'a:1:2' is no image reference"),
    ],
)
def test_file_that_is_broken(tmp_path: Path, path: str, content: str, said: str) -> None:
    with pytest.raises(DestinationError, match=said):
        find_images(write(tmp_path, {path: content}))


def test_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match="is no folder"):
        find_images(tmp_path / "missing")


# Plan and apply


def test_everything_but_the_digests_stays(tmp_path: Path) -> None:
    dockerfile = b"\xef\xbb\xbfARG A_IMAGE='a:1'\r\nFROM ${A_IMAGE} AS b  \r\n# caf\xe9 a:1 \t\r\nFROM b\rFROM"
    compose = "services:\r\n  ü: { image: \"nginx:1.29\" }   # ☃ nginx:1.29\r\n  b: {image: 'a:1'}"
    write(tmp_path, {"Dockerfile": dockerfile, "compose.yaml": compose, ".gitlab-ci.yml": f"image: a:1@{OLD}\n\n\n"})
    apply(planned(tmp_path))
    assert (tmp_path / "Dockerfile").read_bytes() == dockerfile.replace(b"'a:1", f"'a:1@{NEW}".encode())
    expected = compose.replace('nginx:1.29"', f'nginx:1.29@{NEW}"').replace("a:1", f"a:1@{NEW}")
    assert (tmp_path / "compose.yaml").read_bytes() == expected.encode()
    assert (tmp_path / ".gitlab-ci.yml").read_text() == f"image: a:1@{NEW}\n\n\n"
    assert planned(tmp_path) == []


def test_plan_says_what_is_unpinned_and_what_is_stale(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": f"FROM a:1\nFROM a:1@{OLD}\nFROM a:1@{NEW}\nFROM a@{OLD}\nFROM c\n"})
    (change,) = planned(tmp_path)
    assert [(edit.use.line, edit.reference, edit.stale) for edit in change.edits] == [
        (1, f"a:1@{NEW}", False),
        (2, f"a:1@{NEW}", True),
        (5, f"c:latest@{NEW}", False),
    ]
    assert change.file == tmp_path / "Dockerfile"
    assert (tmp_path / "Dockerfile").read_bytes() == change.before


@given(st.lists(st.tuples(written, st.sampled_from(["", " # ü", "\r", "  "])), min_size=1, max_size=5))
def test_any_compose_file_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, images: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("compose")
    lines = [f"  s{number}: {{image: '{image}'}}{end}\n" for number, (image, end) in enumerate(images)]
    write(folder, {"compose.yaml": "services:\n" + "".join(lines)})
    assert references(folder) == [image for image, _ in images]
    apply(planned(folder))
    expected = [with_digest(image, NEW) if parse_reference(image).tag else image for image, _ in images]
    assert references(folder) == expected
    text = (folder / "compose.yaml").read_bytes().decode()
    for image, (plain, _) in zip(expected, images, strict=True):
        text = text.replace(f"'{image}'", f"'{plain}'", 1)
    assert text == "services:\n" + "".join(lines)


def test_mode_stays_and_nothing_is_left_beside(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    (tmp_path / "Dockerfile").chmod(0o640)
    apply(planned(tmp_path))
    assert stat.S_IMODE((tmp_path / "Dockerfile").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Dockerfile", "Dockerfile", "sub"]


def test_file_that_changed_since_the_plan_stops_all(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    changes = planned(tmp_path)
    write(tmp_path, {"sub/Dockerfile": "FROM b:2\n"})
    with pytest.raises(DestinationError, match=r"sub/Dockerfile changed meanwhile; run again\. Nothing was changed"):
        apply(changes)
    assert references(tmp_path) == ["a:1", "b:2"]
    assert len(list(tmp_path.iterdir())) == 2


def test_rename_that_fails_takes_the_others_back(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    changes = planned(tmp_path)

    def then_a_folder_is_in_the_way() -> Iterator[Change]:
        yield from changes
        changes[-1].file.unlink()
        changes[-1].file.mkdir()

    with pytest.raises(DestinationError, match=r"sub/Dockerfile: Is a directory\. Nothing was changed"):
        apply(then_a_folder_is_in_the_way())
    assert (tmp_path / "Dockerfile").read_text() == "FROM a:1\n"
    assert not list(tmp_path.rglob(".*"))


def test_image_without_a_digest_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match=r"Dockerfile:1 now names a:1: it changed meanwhile; run again"):
        plan(write(tmp_path, {"Dockerfile": "FROM a:1\n"}), {})


# Resolve


@dataclass
class Slow:
    """A client whose look-ups wait until `together` of them run at once; `asked` is what it was asked."""

    together: int
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.together, timeout=10)

    def digest(self, image: Reference) -> str:
        self.asked.append(str(image))
        self.barrier.wait()
        return digest_of(str(image).encode())


def test_look_ups_run_in_parallel_once_for_each_image() -> None:
    images = [parse_reference(f"a:{number}") for number in (3, 1, 2, 1)]
    client, told = Slow(together=3), list[tuple[int, int]]()
    answers = resolve(images, client, lambda done, total, _: told.append((done, total)), parallel=3)
    assert list(answers) == images[:3]
    assert all(answers[image] == digest_of(str(image).encode()) for image in images)
    assert len(client.asked) == 3
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert resolve([], client) == {}


def test_every_failure_is_told_and_no_digest_given(tmp_path: Path) -> None:
    manifest = b'{"schemaVersion": 2}'

    with (
        serving(lambda request: Response(body=manifest) if request.path.endswith("/1") else Response(404)) as server,
        RegistryClient(config=DockerConfig(tmp_path / "none"), attempts=1) as client,
        pytest.raises(RegistryError) as error,
    ):
        resolve([Reference(server.host, "a", tag) for tag in ("1", "2", "3")], client)
    assert str(error.value).count("has no such image") == 2
    assert error.value.exit_code == 7


def test_bug_in_a_client_is_not_swallowed() -> None:
    class Broken:
        def digest(self, image: Reference) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resolve([parse_reference("a:1")], Broken())


# All of it, against a real registry


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)
def test_service_is_pinned_and_refreshed(real: Registry, tmp_path: Path) -> None:
    python, proxy = (
        real.push_index("library/python", "3.13"),
        real.push("team/proxy", "1", media_type=support.DOCKER_MANIFEST),
    )
    write(tmp_path, {
        "Dockerfile": f"ARG BUILD_IMAGE={real.host}/library/python:3.13 # why\nFROM ${{BUILD_IMAGE}}\n",
        "compose.yaml": f"services:\n  proxy:\n    image: '{real.host}/team/proxy:1'\n",
    })  # fmt: skip

    def pin() -> list[Change]:
        with RegistryClient(config=DockerConfig(tmp_path / "none")) as client:
            changes = plan(tmp_path, resolve(wanted(find_images(tmp_path)), client))
        apply(changes)
        return changes

    assert len(pin()) == 2
    assert references(tmp_path) == [f"{real.host}/library/python:3.13@{python}", f"{real.host}/team/proxy:1@{proxy}"]
    assert pin() == []
    moved = real.push("team/proxy", "1", "moved")
    (change,) = pin()
    assert [edit.stale for edit in change.edits] == [True]
    assert references(tmp_path)[1] == f"{real.host}/team/proxy:1@{moved}"
    for use in find_images(tmp_path):
        assert use.image.digest
        assert is_digest(use.image.digest)
        body = real.get(
            use.image.repository, use.image.digest, ", ".join((support.OCI_INDEX, support.OCI_MANIFEST))
        ).content
        assert digest_of(body) == use.image.digest
        assert json.loads(body)["schemaVersion"] == 2


@pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)
def test_the_command_writes_digests_and_then_finds_nothing_to_do(tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry:
        digest = registry.push("team/base", "1.2")
        folder = tmp_path / "service"
        folder.mkdir()
        (folder / "Dockerfile").write_text(f"ARG BASE={registry.host}/team/base:1.2\nFROM ${{BASE}}\n")
        check = scaffold("pin", "service", "--check", cwd=tmp_path)
        assert check.returncode == 1, check.stderr
        assert digest in check.stdout
        done = scaffold("pin", "service", "--json", cwd=tmp_path)
        assert [each["line"] for each in json.loads(done.stdout)["changes"]] == [1]
        assert f"team/base:1.2@{digest}\n" in (folder / "Dockerfile").read_text()
        assert scaffold("pin", "service", "--check", cwd=tmp_path).returncode == 0
        (folder / "Dockerfile").write_text(f"FROM {registry.host}/team/none:1\n")
        missing = scaffold("pin", "service", cwd=tmp_path)
        assert missing.returncode == 7
        assert "Traceback" not in missing.stderr


@pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)
@pytest.mark.parametrize("name", ["everything-go", "frontend"])
def test_a_generated_service_is_pinned_as_a_whole(name: str, real: Registry, tmp_path: Path) -> None:
    """Its images come from this registry instead of their own; all else is as it was generated."""
    folder = tmp_path / name
    shutil.copytree(goldens.EXAMPLES / name, folder)
    images = {use.reference for use in find_images(folder)}
    assert any("golang" in each or "python" in each for each in images)
    assert any("nginx" in each for each in images)
    for path in {folder / use.path for use in find_images(folder)}:
        text = path.read_text()
        for image in sorted(images, key=len, reverse=True):
            text = re.sub(
                rf"(?<![\w.])(?<!\w/){re.escape(image)}(?![\w.-])", f"{real.host}/{image.rpartition(':')[0]}:1", text
            )
        path.write_text(text)
    for image in images:
        real.push(image.rpartition(":")[0], "1", image)
    before = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
    done = scaffold("pin", cwd=folder)
    assert done.returncode == 0, done.stderr
    uses = list(find_images(folder))
    assert len({use.reference for use in uses}) == len(images)
    assert all(use.image.digest and use.image.tag == "1" for use in uses)
    assert {path: re.sub("@sha256:[0-9a-f]{64}", "", path.read_text()) for path in before} == before
    assert scaffold("pin", "--check", cwd=folder).returncode == 0
