"""All of it, against a real registry."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from scaffold.files.rewrite import rewrite
from scaffold.kubernetes.references import is_digest
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.plan import PinnedFile, find_images, plan, resolve, wanted
from scaffold.pin.registry import RegistryClient
from tests.pin.files import references
from tests.support import registry as support
from tests.support.commands import scaffold
from tests.support.files import write_tree
from tests.support.registry import Registry, digest_of, running_registry
from workshop import goldens


@pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)
def test_service_is_pinned_and_refreshed(real: Registry, tmp_path: Path) -> None:
    python, proxy = (
        real.push_index("library/python", "3.13"),
        real.push("team/proxy", "1", media_type=support.DOCKER_MANIFEST),
    )
    write_tree(tmp_path, {
        "Dockerfile": f"ARG BUILD_IMAGE={real.host}/library/python:3.13 # why\nFROM ${{BUILD_IMAGE}}\n",
        "compose.yaml": f"services:\n  proxy:\n    image: '{real.host}/team/proxy:1'\n",
    })  # fmt: skip

    def pin() -> list[PinnedFile]:
        with RegistryClient(config=DockerConfig(tmp_path / "none")) as client:
            changes = plan(tmp_path, resolve(wanted(find_images(tmp_path)), client))
        rewrite(changes)
        return changes

    assert len(pin()) == 2
    assert references(tmp_path) == [f"{real.host}/library/python:3.13@{python}", f"{real.host}/team/proxy:1@{proxy}"]
    assert pin() == []
    moved = real.push("team/proxy", "1", "moved")
    (change,) = pin()
    assert [edit.use.image.digest for edit in change.edits] == [proxy]
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
