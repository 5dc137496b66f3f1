"""A release with a real registry, buildah and crane. cosign takes minutes to build, so openssl signs in its place here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.registry import OCI_INDEX, PROGRAM, REASON, Registry, running_registry
from tests.support.release import OF_TAGS, Service, service
from workshop import go_tools, runtime

pytestmark = [
    pytest.mark.skipif(not PROGRAM, reason=REASON),
    pytest.mark.skipif(not shutil.which("buildah") or os.geteuid() != 0, reason="needs buildah and root"),
    pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing())),
]
REPOSITORY = f"example-org/{OF_TAGS}"
# The signature of a reference with its digest is a file of that name. What has none, or that of another, is refused.
COSIGN = """\
for image; do :; done
cd "$(dirname "$0")" || exit
[ -e key ] || openssl genrsa -out key 2048 2> /dev/null
case $1 in
sign) printf %s "$image" | openssl dgst -sha256 -sign key -out "signature-$(basename "$image")" ;;
verify) printf %s "$image" | openssl dgst -sha256 -prverify key -signature "signature-$(basename "$image")" ;;
esac
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture
def made(registry: Registry, tmp_path: Path) -> Service:
    """A service whose image is in the registry, with a container storage of its own."""
    found = service(tmp_path, cosign=COSIGN)
    for program, real in {"crane": go_tools.program("crane"), "buildah": shutil.which("buildah")}.items():
        (found.programs / program).unlink()
        (found.programs / program).symlink_to(str(real))
    for file in (found.folder / "deploy").rglob("*"):
        if file.is_file():
            file.write_text(file.read_text().replace("registry.example.com", registry.host))
    found.commit("README.md", "# A service with another registry\n")
    (tmp_path / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n'
    )
    return found


def run(made: Service, *words: str) -> tuple[int, str]:
    storage = str(made.folder.parent / "storage.conf")
    done = made.run(*words, CONTAINERS_STORAGE_CONF=storage, CONTAINERS_CONF=runtime.environment()["CONTAINERS_CONF"])
    return done.code, done.said


def test_a_version_is_pushed_once_and_a_changed_image_is_not_verified(made: Service, registry: Registry) -> None:
    code, said = run(made, "publish", "1.2.3")
    assert code == 0, said
    pushed = registry.get(REPOSITORY, "1.2.3", OCI_INDEX)
    digest = pushed.headers["Docker-Content-Digest"]
    assert (made.folder / "build/release/image.env").read_text() == f"VERSION=1.2.3\nDIGEST={digest}\n"
    platforms = [f"{each['platform']['os']}/{each['platform']['architecture']}" for each in pushed.json()["manifests"]]
    assert sorted(platforms) == ["linux/amd64", "linux/arm64"]

    made.commit("Dockerfile", "FROM scratch\nCOPY README.md /\n")
    code, said = run(made, "publish", "1.2.3")
    assert code == 1 and "The registry already has version 1.2.3, and a pushed version never changes." in said
    assert registry.get(REPOSITORY, "1.2.3", OCI_INDEX).headers["Docker-Content-Digest"] == digest

    (made.folder / "build/release/image.env").write_text(f"VERSION=1.2.3\nDIGEST={digest}\n")
    assert run(made, "propose")[0] == 0
    made.git("fetch", "--quiet", "origin", f"release/{OF_TAGS}-to-dev")
    made.git("merge", "--quiet", "FETCH_HEAD")
    assert run(made, "verify", "dev") == (0, "Verified OK\n")
    overlay = "deploy/overlays/dev/kustomization.yaml"
    other = registry.push(REPOSITORY, "1.2.3", "somebody else's")
    (made.folder / overlay).write_text((made.folder / overlay).read_text().replace(digest, other))
    assert run(made, "verify", "dev")[0] != 0


def test_a_scan_that_finds_something_leaves_no_version(made: Service, registry: Registry) -> None:
    (made.programs / "grype").write_text("#!/bin/sh\nexit 2\n")
    code, said = run(made, "publish", "2.0.0")
    assert code == 1 and "The scan stops the release for linux/amd64." in said
    code, said = run(made, "publish", "2.0.0")
    assert "already has version" not in said, "it can be tried again"
