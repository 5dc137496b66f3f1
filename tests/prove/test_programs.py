"""Names that a repository chooses, and programs that `scaffold prove` starts: fake ones that write down their words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scaffold.errors import BuildError, FileError, PlatformError
from scaffold.prove.clock import Clock
from scaffold.prove.cluster import images, place, stage
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed, find_cluster
from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.files import files
from scaffold.prove.containers.lab import ContainerStage
from scaffold.prove.load import Vegeta, find_vegeta
from scaffold.prove.model import Experiment, Failed, Skip, Stage
from scaffold.prove.runtime import CommandFailed, Runtime, build, find_runtime, image_id
from scaffold.prove.subject.read import load_subject
from scaffold.prove.subject.subject import Subject

FAKE = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\\n")
print({says!r})
"""
INSPECTED = json.dumps([{"Id": "sha256:abc", "State": {"Pid": 0, "Running": False, "ExitCode": 0}, "Config": {}}])
SAYS = {
    "docker": INSPECTED,
    "kubectl": json.dumps({"items": [], "clusters": [{"cluster": {"server": "https://127.0.0.1:1"}}]}),
}
OPTIONS = ("--privileged", "-v=/:/host", "--config=evil", "-")

Words = Callable[[], list[list[str]]]


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Words:
    """Put fake programs on the PATH; return what tells the words that each was started with."""
    log, folder = tmp_path / "log", tmp_path / "programs"
    folder.mkdir()
    for name in ("docker", "kubectl", "kustomize", "kind", "k3d", "minikube", "vegeta"):
        file = folder / name
        file.write_text(FAKE.format(python=sys.executable, log=str(log), says=SAYS.get(name, "")))
        file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SCAFFOLD_VEGETA", raising=False)
    return lambda: [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def docker(words: Words) -> Runtime:
    return Runtime("docker", is_podman=False)


def seen(words: Words, hostile: str) -> bool:
    return any(hostile in command for command in words())


@pytest.mark.parametrize("hostile", OPTIONS)
def test_an_image_s_name_is_no_option(docker: Runtime, words: Words, hostile: str) -> None:
    with pytest.raises(BuildError, match="would read it as an option"):
        image_id(docker, hostile)
    with pytest.raises(CommandFailed):
        docker.inspect("container", hostile)
    with pytest.raises((Failed, CommandFailed), match="option"):
        files(docker, hostile, "P01-a", Clock(5))
    with pytest.raises(CommandFailed):
        find_vegeta(docker, hostile)
    subject = Subject("a", Path(), image=hostile)
    with (
        ContainerStage(docker, subject, hostile).lab(
            Experiment("P01-a", Stage.CONTAINER, "", "", print), Clock(5)
        ) as lab,
        pytest.raises((PlatformError, CommandFailed)),
        lab.start(),
    ):
        pass
    assert not seen(words, hostile)


@pytest.mark.parametrize("hostile", ["--output=x", "-f=evil", "--help"])
def test_a_folder_s_name_is_no_option(
    docker: Runtime, words: Words, hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(hostile)
    folder.mkdir()
    (folder / "kustomization.yaml").write_text("resources: []\n")
    build(docker, folder, "tag", [f"A={hostile}"])
    with pytest.raises(FileError, match="has no Deployment"):
        place.build(place.Place(folder))
    assert words()[0] == ["docker", "build", "--tag=tag", f"--build-arg=A={hostile}", str(folder.absolute())]
    assert ["kustomize", "build", str(folder.absolute())] in words()
    assert not seen(words, hostile)


def test_variables_paths_and_words_of_a_service_are_no_options(docker: Runtime, words: Words) -> None:
    subject = Subject(
        "a",
        Path(),
        env={"--privileged": "--x", "": "-v=/:/host"},
        writable={"--device=/dev/sda": 1},
        user="--privileged",
    )
    subject = replace(subject, args=("--privileged", "-v=/:/host"))
    experiment = Experiment("P01-a", Stage.CONTAINER, "", "", print)
    stage_ = ContainerStage(docker, subject, "image", network="host")
    with stage_.lab(experiment, Clock(5)) as lab, lab.start(restricted=True):
        pass
    (run,) = (command for command in words() if command[1] == "run")
    before, after = run[2 : run.index("image")], run[run.index("image") + 1 :]
    assert after == ["--privileged", "-v=/:/host"]  # the container's own words
    assert "--env=--privileged=--x" in before and "--user=--privileged" in before
    assert not {"--privileged", "--x", "-v=/:/host", "--device=/dev/sda"} & set(before)


def test_a_nul_is_a_sentence(docker: Runtime, words: Words) -> None:
    subject = Subject("a", Path(), env={"A": "\0"})
    experiment = Experiment("P01-a", Stage.CONTAINER, "", "", print)
    with (
        ContainerStage(docker, subject, "image").lab(experiment, Clock(5)) as lab,
        pytest.raises(PlatformError, match="can't be started: embedded null byte"),
        lab.start(),
    ):
        pass


@pytest.mark.parametrize(
    ("context", "started"),
    [
        ("kind---config=x", ["kind", "load", "image-archive", "--name=--config=x"]),
        ("k3d---config=x", ["k3d", "image", "import", "--cluster=--config=x"]),
        ("minikube", ["minikube", "image", "load"]),
    ],
)
def test_a_context_s_name_is_no_option(docker: Runtime, words: Words, context: str, started: list[str]) -> None:
    images.hand_over(docker, "sha256:abc", "localhost/a:1", context, None)
    assert [word for word in words()[-1] if not word.endswith("image.tar")] == started


@pytest.mark.parametrize("hostile", ["--all", "-A", "--kubeconfig=x"])
def test_an_object_s_name_is_no_option(words: Words, hostile: str) -> None:
    cluster = Kubectl("kubectl", hostile, hostile)
    with pytest.raises(KubectlFailed, match="would read it as an option"):
        cluster.named("pod", hostile)
    with pytest.raises(PlatformError):
        stage.delete_namespace(cluster, hostile)
    find_cluster(hostile)
    assert not seen(words, hostile)


@pytest.mark.parametrize("path", ["/\nGET http://203.0.113.1/", "/\n@/etc/passwd", "/ x", "/\x1b[31m", "/\u2028"])
def test_a_path_is_one_target_on_one_line(path: str, words: Words, tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="contains blanks or control characters"),
        Vegeta(("vegeta",)).attack(f"http://127.0.0.1:1{path}", Clock(5), rate=1, seconds=1),
    ):
        pass
    assert not words()
    (tmp_path / ".scaffold.toml").write_text(f"[prove]\nimage = 'a'\npath = {json.dumps(path)}\n")
    with pytest.raises(FileError, match="contains blanks or control characters"):
        load_subject(tmp_path)


def test_a_path_leads_to_no_other_host(tmp_path: Path) -> None:
    (tmp_path / ".scaffold.toml").write_text("[prove]\nimage = 'a'\npath = '@203.0.113.1/'\nliveness_path = ':x@y'\n")
    subject = load_subject(tmp_path)
    assert (subject.path, subject.probes.liveness, subject.probes.startup) == ("/@203.0.113.1/", "/:x@y", "")


def test_programs_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match="docker is not on the PATH"):
        find_runtime("docker")
    with pytest.raises(PlatformError, match="kubectl is not on the PATH"):
        find_cluster("a")
    with pytest.raises(PlatformError, match="load is not installed, or not on the PATH"):
        images._run(["load"], "it can't be loaded")
    with (
        pytest.raises(Skip, match="the load generator is not installed"),
        Vegeta(("vegeta",)).attack("http://127.0.0.1:1/", Clock(5), rate=1, seconds=1),
    ):
        pass
    gone = RunningContainer("a", Runtime("docker", is_podman=False), Clock(5), None, {}, 0)  # type: ignore[arg-type]
    with pytest.raises(CommandFailed, match="is not installed"):
        gone.logs()


MANIFESTS = {
    "bomb": "\n".join(["b0: &b0 [x]", *(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]" for n in range(1, 44))]) + "\nkind: x\n",
    "loop": "kind: a\nx: &a [*a]\n",
    "deep": "kind: " + "[" * 20_000,
    "date": "kind: a\nx: 2026-99-99\n",
    "port": "kind: Deployment\nspec: {template: {spec: {containers: [{ports: [{containerPort: '1@203.0.113.1'}]}]}}}\n",
}


@pytest.mark.parametrize("text", MANIFESTS.values(), ids=MANIFESTS)
def test_hostile_manifests_are_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.yaml").write_text(text)
    (tmp_path / ".scaffold.toml").write_text("[prove]\nimage = 'a'\nmanifests = 'app.yaml'\n")
    with pytest.raises(FileError, match=r"app\.yaml"):
        load_subject(tmp_path)


def test_pipes_and_endless_files_are_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "app.yaml")
    settings = tmp_path / ".scaffold.toml"
    settings.write_text("[prove]\nimage = 'a'\nmanifests = 'app.yaml'\n")
    with pytest.raises(FileError, match="not a regular file"):
        load_subject(tmp_path)
    os.truncate(settings, 20 * 2**30)
    with pytest.raises(FileError, match="larger than 1 MiB"):
        load_subject(tmp_path)
    settings.write_text("a = " + "[" * 100_000)
    with pytest.raises(FileError, match="is not valid TOML"):
        load_subject(tmp_path)
