"""`make api-breaking` fails if a change of openapi.json breaks callers, and passes where there is nothing to compare."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workshop import go_tools
from workshop.goldens import EXAMPLES, answers_of
from workshop.history import commit, git

pytestmark = pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))

Document = dict[str, Any]


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """Return a repository of what the target needs; the base has the file of a golden."""
    folder = tmp_path / "service"
    folder.mkdir()
    for name in ("Makefile", "openapi.json"):
        shutil.copy(EXAMPLES / "standalone-java" / name, folder)
    git(folder, "init", "--quiet")
    return folder


def compare(folder: Path, base: str = "HEAD^") -> subprocess.CompletedProcess[str]:
    programs = folder.parent / "programs"
    if not programs.exists():
        programs.mkdir()
        (programs / "oasdiff").symlink_to(go_tools.program("oasdiff"))
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    words = ["make", "api-breaking", *([f"API_BASE={base}"] if base else [])]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)


def edit(folder: Path, change: Callable[[Document], object]) -> None:
    file = folder / "openapi.json"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document, indent=2) + "\n")
    commit(folder)


def body(document: Document) -> Document:
    """Return the schema of the example route's body."""
    content = document["paths"]["/greetings"]["post"]["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    found: Document = document["components"]["schemas"][name]
    return found


BREAKING: dict[str, tuple[Callable[[Document], object], str]] = {
    "a removed route": (lambda document: document["paths"].pop("/greetings"), "API path removed"),
    "a required field": (lambda document: body(document)["required"].append("language"), "became required"),
    "a narrower rule": (lambda document: body(document)["properties"]["name"].update(maxLength=9), "maxLength"),
}
ADDITIONS: dict[str, Callable[[Document], object]] = {
    "a route": lambda document: document["paths"].update({"/more": document["paths"]["/"]}),
    "an optional field": lambda document: body(document)["properties"].update(title={"type": "string"}),
    "a wider rule": lambda document: body(document)["properties"]["name"].update(maxLength=200),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_fails(service: Path, name: str) -> None:
    change, message = BREAKING[name]
    commit(service)
    edit(service, change)
    done = compare(service)
    assert done.returncode != 0
    assert "POST /greetings" in done.stdout
    assert message in done.stdout


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_passes(service: Path, name: str) -> None:
    commit(service)
    edit(service, ADDITIONS[name])
    done = compare(service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No breaking changes" in done.stdout


def test_a_change_that_a_team_wants_passes(service: Path) -> None:
    readme = (EXAMPLES / "standalone-java" / "README.md").read_text()
    line = readme.partition("`.oasdiff-ignore` has")[2].partition("`")[2].partition("`")[0]
    commit(service)
    (service / ".oasdiff-ignore").write_text(f"{line}\n")
    edit(service, BREAKING["a removed route"][0])
    done = compare(service)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_commit_has_nothing_to_compare(service: Path) -> None:
    commit(service)
    for base in ("HEAD^", ""):
        done = compare(service, base)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Nothing to compare: no commit is earlier" in done.stdout


def test_a_base_without_the_file_has_nothing_to_compare(service: Path) -> None:
    document = (service / "openapi.json").read_text()
    (service / "openapi.json").unlink()
    commit(service)
    (service / "openapi.json").write_text(document)
    commit(service)
    done = compare(service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to compare: HEAD^ has no openapi.json." in done.stdout


def test_a_base_that_git_does_not_know_fails(service: Path) -> None:
    commit(service)
    commit(service)
    shallow = service.parent / "shallow"
    git(service.parent, "clone", "--quiet", "--depth=1", f"file://{service}", str(shallow))
    for folder, base in ((service, "origin/next"), (shallow, "HEAD^")):
        done = compare(folder, base)
        assert done.returncode != 0
        assert f"git knows no commit {base}." in done.stderr


def test_a_service_in_a_folder_compares_its_own_file(service: Path) -> None:
    folder = service / "services" / "orders"
    folder.mkdir(parents=True)
    for name in ("Makefile", "openapi.json"):
        (service / name).rename(folder / name)
    commit(service)
    edit(folder, BREAKING["a removed route"][0])
    assert compare(folder).returncode != 0


def test_the_version_is_that_of_the_pipelines() -> None:
    assert go_tools.PACKAGES["oasdiff"].endswith(f"@{answers_of('defaults').context['pins']['oasdiff']}")
