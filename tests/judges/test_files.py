"""yamllint, hadolint, shellcheck and nginx find nothing to say about the files of any golden, nor shellcheck about ours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.prove.ports import free_ports
from tests.support.answered import inputs_of_goldens
from tests.support.deployed import each_example, examples, files_of, read_yaml, workflows_of
from workshop import goldens, judges

pytestmark = pytest.mark.judges

with_stubs = pytest.mark.parametrize(
    "conf",
    [path / "stubs" / "nginx.conf" for path in examples() if (path / "stubs").exists()],
    ids=lambda c: c.parts[-3],
)


@pytest.mark.kept(inputs=inputs_of_goldens)
@each_example
def test_yamllint(example: Path) -> None:
    judges.acquits("yamllint", "--strict", ".", cwd=example)


OF_TEAMS = sorted((goldens.EXAMPLES / goldens.CODE).rglob("Dockerfile"))
"""The Dockerfiles of own code, which the template does not bring."""
each_dockerfile = pytest.mark.parametrize(
    "file",
    [*sorted(goldens.EXAMPLES / name / "Dockerfile" for name in goldens.GENERATED), *OF_TEAMS],
    ids=lambda path: path.relative_to(goldens.EXAMPLES).as_posix(),
)


@each_dockerfile
def test_hadolint(file: Path) -> None:
    judges.acquits("hadolint", file.name, cwd=file.parent)


@each_dockerfile
def test_hadolint_ignores_with_a_reason(file: Path) -> None:
    """The reason stands behind the ignored rule or in the comment line above it."""
    lines = file.read_text().splitlines()
    for above, line in pairwise(["", *lines]):
        if found := re.search(r"hadolint (?:global )?ignore=\S+(.*)", line):
            assert len(found[1]) > 20 or (above.startswith("# ") and len(above) > 20), f"no reason beside {line!r}"


def is_shell(path: Path) -> bool:
    return path.suffix == ".sh" or path.read_bytes().startswith((b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash"))


def scripts_of(example: Path) -> Iterator[tuple[str, str]]:
    """Yield all shell of a golden: its scripts, what its pipelines run, and what each verb of its Makefile would run."""
    for path in files_of(example):
        if is_shell(path):
            yield str(path.relative_to(example)), path.read_text()
    workflows = [(path, ("run",)) for path in workflows_of(example)]
    for path, keys in (*workflows, (example / ".gitlab-ci.yml", ("script", "before_script"))):
        if path.exists():
            lines = "set -e\n" + "\n".join(values(read_yaml(path)[0], keys))
            yield path.name, re.sub(r"\$\{\{.*?\}\}", "value", lines)
    verbs = re.findall(r"^([a-z-]+):.*?##", (example / "Makefile").read_text(), re.MULTILINE)
    for verb in verbs:
        command = ["make", "-n", "-B", "--no-print-directory", verb]
        told = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
        assert told.returncode == 0, f"make -n {verb} in {example.name}: {told.stderr}"
        yield f"make {verb}", told.stdout


def values(tree: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield every string below one of the keys, wherever it stands in the tree."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in keys:
                yield from [value] if isinstance(value, str) else value
            else:
                yield from values(value, keys)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value, keys)


@pytest.mark.kept(inputs=inputs_of_goldens)
@each_example
def test_shellcheck(example: Path, tmp_path: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("make is not installed, so nobody can tell what the Makefile would run")
    scripts = []
    for name, text in scripts_of(example):
        scripts.append(tmp_path / name.replace("/", "_").replace(" ", "_"))
        scripts[-1].write_text(text)
    assert scripts
    judges.acquits("shellcheck", "--shell=sh", *scripts)


def test_shellcheck_of_our_own_scripts() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--", ":!examples", ":!templates"],
        cwd=goldens.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    scripts = [path for name in listed.stdout.split() if is_shell(path := goldens.ROOT / name)]
    assert {"dev", "run"} <= {path.name for path in scripts}
    judges.acquits("shellcheck", *scripts)


@with_stubs
def test_nginx_accepts_the_stubs(conf: Path) -> None:
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed; workshop/install-system installs it")
    told = subprocess.run(["nginx", "-t", "-q", "-c", conf], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@with_stubs
def test_the_stubs_answer(conf: Path, tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed; workshop/install-system installs it")
    names = re.findall(r'\{"stub": "([a-z0-9-]+)"\}', conf.read_text())
    ports = iter(free_ports(len(names)))
    listening = re.sub(r"listen \d+", lambda _: f"listen 127.0.0.1:{next(ports)}", conf.read_text())
    (tmp_path / "nginx.conf").write_text(
        listening.replace("/tmp/", f"{tmp_path}/").replace("/dev/std", f"{tmp_path}/std")
    )
    with subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf", "-g", "daemon off;"]) as nginx:
        try:
            found = [answer(int(port)) for port in re.findall(r"listen 127.0.0.1:(\d+)", listening)]
        finally:
            nginx.terminate()
    assert found == [{"stub": name} for name in names]


def answer(port: int) -> Any:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/any/path", timeout=5) as response:
                return json.load(response)
        except ConnectionError:
            time.sleep(0.05)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.05)
    raise AssertionError(f"the stub on port {port} does not answer")


@each_example
def test_every_structured_file_parses(example: Path) -> None:
    for path in files_of(example):
        if path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix in {".yaml", ".yml"}:
            list(yaml.safe_load_all(path.read_text()))
