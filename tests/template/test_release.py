"""In which order a release does what, and what stops it. The programs are stand-ins here; test_released.py has real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.release import DIGEST, IMAGE, OF_MAIN, service

HIGH = "exit 2"
THERE = '[ "$1" != digest ] || echo sha256:0'
UNREACHABLE = '[ "$1" != digest ] || { echo "Get https://registry.example.com/v2/: i/o timeout" >&2; exit 1; }'
KNOWN = "  - vulnerability: CVE-2026-1234"


def test_a_version_gets_its_tag_when_all_else_is_done(tmp_path: Path) -> None:
    done = service(tmp_path).run("publish", "1.2.3")
    assert done.code == 0, done.said
    after = [" ".join(each.split()[:2]) for each in done.calls_of("crane", "syft", "grype", "cosign")]
    assert after == [
        "crane digest", "crane push",
        "syft scan", "grype --quiet", "syft scan", "grype --quiet",
        "cosign sign", "cosign attest", "cosign attest", "cosign attest",
        "crane digest", "crane tag",
    ]  # fmt: skip
    assert f"crane push build/release/image {IMAGE}@{DIGEST}" in done.calls
    assert done.calls[-1] == f"crane tag {IMAGE}@{DIGEST} 1.2.3"
    assert (tmp_path / "service/build/release/image.env").read_text() == f"VERSION=1.2.3\nDIGEST={DIGEST}\n"


def test_it_is_built_and_scanned_for_each_platform(tmp_path: Path) -> None:
    done = service(tmp_path).run("publish", "1.2.3")
    (build,) = [each for each in done.calls if each.startswith("buildah build")]
    assert "--platform linux/amd64,linux/arm64 --build-arg VERSION=1.2.3" in build
    scanned = [re.sub(r".*--platform (\S+) .*", r"\1", each) for each in done.calls_of("syft")]
    assert scanned == ["linux/amd64", "linux/arm64"]


@pytest.mark.parametrize(
    ("programs", "words"),
    [
        ({"grype": HIGH}, "The scan stops the release for linux/amd64."),
        ({"syft": HIGH}, ""),
        ({"cosign": HIGH}, ""),
    ],
)
def test_what_fails_leaves_no_version(tmp_path: Path, programs: dict[str, str], words: str) -> None:
    done = service(tmp_path, **programs).run("publish", "1.2.3")
    assert done.code != 0 and words in done.said
    assert not [each for each in done.calls if each.startswith("crane tag")]
    assert "cosign" in programs or not done.calls_of("cosign")
    assert not (tmp_path / "service/build/release/image.env").exists()


@pytest.mark.parametrize(
    ("crane", "words"),
    [
        (THERE, "The registry already has version 1.2.3, and a pushed version never changes. Choose another one."),
        (UNREACHABLE, "The registry does not show whether it has version 1.2.3: Get https://registry.example.com"),
    ],
)
def test_a_version_is_pushed_once(tmp_path: Path, crane: str, words: str) -> None:
    done = service(tmp_path, crane=crane).run("publish", "1.2.3")
    assert done.code != 0 and words in done.said
    assert done.calls == [f"crane digest {IMAGE}:1.2.3"]


def test_a_version_that_another_release_pushed_meanwhile_is_kept(tmp_path: Path) -> None:
    meanwhile = f"{THERE}\n[ -e $(dirname $0)/asked ] || [ $1 != digest ] || {{ touch $(dirname $0)/asked; {UNREACHABLE.replace('Get https', 'MANIFEST_UNKNOWN')}; }}"
    done = service(tmp_path, crane=meanwhile).run("publish", "1.2.3")
    assert done.code != 0 and "Somebody else has just pushed version 1.2.3." in done.said
    assert not [each for each in done.calls if each.startswith("crane tag")]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (KNOWN, '8: add "# until YYYY-MM-DD: reason"'),
        (f"{KNOWN}  # until next year: no fix yet", '8: add "# until YYYY-MM-DD: reason"'),
        (f"{KNOWN}  # until 2026-01-31: no fix yet", "8: it ended on 2026-01-31. Remove it, or give it a new date"),
    ],
)
def test_an_exception_ends_on_its_date(tmp_path: Path, entry: str, words: str) -> None:
    made = service(tmp_path)
    allowed = made.folder / "deploy/release/allowed.yaml"
    made.commit("deploy/release/allowed.yaml", allowed.read_text().replace("ignore: []", f"ignore:\n{entry}"))
    done = made.run("publish", "1.2.3")
    assert done.code != 0 and done.calls == [] and words in done.said
    made.commit("deploy/release/allowed.yaml", f"ignore:\n{KNOWN}  # until 9999-12-31: no fix yet\n")
    assert made.run("publish", "1.2.3").code == 0


@pytest.mark.parametrize("version", ["v1.2.3", "latest", "1 2", "1.2.3+4", "1" * 64])
def test_a_wrong_version_is_refused(tmp_path: Path, version: str) -> None:
    done = service(tmp_path).run("publish", version)
    assert done.code != 0 and done.calls == []
    assert f"A version begins with a digit and has at most 63 letters, digits, . _ and -, not '{version}'." in done.said


def test_a_release_is_made_of_a_commit(tmp_path: Path) -> None:
    made = service(tmp_path)
    (made.folder / "README.md").write_text("# Changed\n")
    done = made.run("publish", "1.2.3")
    assert done.code != 0 and done.calls == []
    assert "A release is made of a commit, and this folder has changes. Commit them." in done.said


def test_the_version_is_that_of_the_tag(tmp_path: Path) -> None:
    made = service(tmp_path)
    done = made.run("publish")
    assert (
        done.code != 0 and "This commit has no tag, so its version is not known. Example: git tag v1.2.3" in done.said
    )
    made.git("tag", "v2.0.0")
    assert made.run("publish").calls[-1].endswith(" 2.0.0")


def test_the_version_is_that_of_the_last_commit_that_changed_more_than_an_overlay(tmp_path: Path) -> None:
    made = service(tmp_path, OF_MAIN)
    commit = made.git("rev-parse", "--short=12", "HEAD")
    made.commit("deploy/overlays/dev/kustomization.yaml", "a: proposal that was merged\n")
    done = made.run("publish")
    assert done.code == 0, done.said
    assert re.fullmatch(rf"crane tag \S+ \d{{8}}\.\d{{6}}-{commit}", done.calls[-1])
    revision = made.git("rev-parse", "HEAD^")
    assert any(f"REVISION={revision}" in each for each in done.calls)


def test_a_merged_proposal_releases_nothing(tmp_path: Path) -> None:
    done = service(tmp_path, OF_MAIN, crane=THERE).run("publish")
    assert done.code == 0 and "so there is nothing to release." in done.said
    assert len(done.calls) == 1


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    made = service(tmp_path)
    (made.programs / "grype").unlink()
    done = made.run("publish", "1.2.3")
    assert done.code != 0 and "grype is not installed. On Linux, run `make release-tools`" in done.said


def test_docker_builds_the_same_layout(tmp_path: Path) -> None:
    made = service(
        tmp_path,
        docker=f'mkdir -p build/release/image\necho \'{{"digest":"{DIGEST}"}}\' > build/release/image/index.json',
    )
    done = made.run("publish", "1.2.3", CONTAINER="docker")
    assert done.code == 0, done.said
    (build,) = done.calls_of("docker")
    assert "--output type=oci,tar=false,dest=build/release/image" in build
    assert done.calls[-1] == f"crane tag {IMAGE}@{DIGEST} 1.2.3"
