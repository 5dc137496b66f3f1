"""What a release proposes: a branch for each environment that is next, with tag and digest in its overlay, and no more."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from scaffold.kubernetes.kustomize import build_command
from tests.support.release import DIGEST, OF_MAIN, OF_TAGS, Ended, Service, service
from workshop import goldens

OTHER = f"sha256:{'b' * 64}"
KEYS = ("tag", "newTag")
"""What names the version in the chart's values, and in the overlay: the service of tags has both."""


def released(made: Service, version: str = "1.2.3", digest: str = DIGEST) -> Ended:
    """Propose what `publish` has released."""
    image = made.folder / "build/release/image.env"
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_text(f"VERSION={version}\nDIGEST={digest}\n")
    return made.run("propose")


def branch(environment: str, name: str = OF_TAGS) -> str:
    return f"release/{name}-to-{environment}"


def overlay(environment: str) -> str:
    return f"deploy/overlays/{environment}/kustomization.yaml"


def changed(made: Service, request: str) -> list[str]:
    """Return the lines that a proposal changes, without their indentation."""
    made.git("fetch", "--quiet", "origin", request)
    diff = made.git("diff", "--unified=0", "origin/main", "FETCH_HEAD")
    return [f"{each[0]} {each[1:].strip()}" for each in diff.splitlines() if each[:2] in {"+ ", "- "}]


def merge(made: Service, request: str) -> None:
    made.git("fetch", "--quiet", "origin", request)
    made.git("merge", "--quiet", "FETCH_HEAD")
    made.git("push", "--quiet", "origin", "main")


def test_a_version_is_proposed_for_the_first_environment(tmp_path: Path) -> None:
    made = service(tmp_path)
    done = released(made)
    assert done.code == 0, done.said
    assert changed(made, branch("dev")) == [
        *(line for key in KEYS for line in (
            f'- {key}: "0.1.0"  # P07: an exact tag, never "latest"',
            f'+ {key}: "1.2.3"  # P07: an exact tag, never "latest"',
            f"+ digest: {DIGEST}",
        )),
    ]  # fmt: skip
    assert made.git("ls-remote", "--heads", "origin", "release/*").count("\n") == 0, "for no other environment yet"
    title = f"--title Release {OF_TAGS} 1.2.3 to dev --body"
    assert [each.split()[2] for each in done.calls] == ["list", "create"]
    assert title in done.calls[-1] and f"@{DIGEST}" in done.calls[-1]


def test_your_branch_and_files_stay_as_they_are(tmp_path: Path) -> None:
    made = service(tmp_path)
    made.git("checkout", "--quiet", "-b", "work")
    (made.folder / "README.md").write_text("# Not committed\n")
    (made.folder / "new").write_text("neither\n")
    before = made.git("status", "--porcelain"), made.git("rev-parse", "HEAD")
    assert released(made).code == 0
    assert (made.git("status", "--porcelain"), made.git("rev-parse", "HEAD")) == before
    assert made.git("branch", "--show-current") == "work"


def test_what_is_merged_is_proposed_for_the_next_environment(tmp_path: Path) -> None:
    made = service(tmp_path, OF_MAIN)
    assert released(made).code == 0
    for before, after in (("dev", "staging"), ("staging", "production")):
        merge(made, branch(before, OF_MAIN))
        (made.folder / "build/release/image.env").unlink(missing_ok=True)
        done = made.run("propose")
        assert done.code == 0, done.said
        assert f"Proposed version 1.2.3 for {after}, by the branch {branch(after, OF_MAIN)}." in done.said
        assert changed(made, branch(after, OF_MAIN))[-1] == f"+ digest: {DIGEST}"
    merge(made, branch("production", OF_MAIN))
    assert made.run("propose").said == ""


def test_gitlab_opens_the_merge_request_by_the_push(tmp_path: Path) -> None:
    made = service(tmp_path, OF_MAIN)
    hook = made.origin / "hooks/pre-receive"
    hook.write_text(f'#!/bin/sh\nenv | sed -n "s/^GIT_PUSH_OPTION_[0-9]*=//p" | sort > {tmp_path}/options\n')
    hook.chmod(0o755)
    assert released(made).code == 0
    options = [f"merge_request.{each}" for each in ("create", "target=main", f"title=Release {OF_MAIN} 1.2.3 to dev")]
    assert (tmp_path / "options").read_text().splitlines() == options


def test_a_proposal_is_made_once_and_follows_the_newest_version(tmp_path: Path) -> None:
    made = service(tmp_path)
    assert released(made).code == 0
    again = released(made)
    assert "Version 1.2.3 is already proposed for dev" in again.said and again.calls == []
    assert released(made, "1.2.4", OTHER).code == 0
    assert changed(made, branch("dev"))[-2:] == [
        '+ newTag: "1.2.4"  # P07: an exact tag, never "latest"',
        f"+ digest: {OTHER}",
    ]
    merge(made, branch("dev"))
    assert released(made, "1.2.5").code == 0
    assert changed(made, branch("dev")) == [
        *(line for key in KEYS for line in (
            f'- {key}: "1.2.4"  # P07: an exact tag, never "latest"',
            f"- digest: {OTHER}",
            f'+ {key}: "1.2.5"  # P07: an exact tag, never "latest"',
            f"+ digest: {DIGEST}",
        )),
    ]  # fmt: skip


def test_an_open_request_is_renamed(tmp_path: Path) -> None:
    done = released(service(tmp_path, gh='[ "$2" != list ] || echo 7'))
    assert done.calls[-1] == f"gh pr edit {branch('dev')} --title Release {OF_TAGS} 1.2.3 to dev"


def test_only_the_image_of_the_service_is_changed(tmp_path: Path) -> None:
    made = service(tmp_path)
    other = '  - name: example.com/other\n    newTag: "7"\n'
    text = (made.folder / overlay("dev")).read_text().replace("images:\n", f"images:\n{other}")
    made.commit(overlay("dev"), text)
    assert released(made).code == 0
    made.git("fetch", "--quiet", "origin", branch("dev"))
    proposed = yaml.safe_load(made.git("show", f"FETCH_HEAD:{overlay('dev')}"))["images"]
    assert [(each["newTag"], each.get("digest")) for each in proposed] == [("7", None), ("1.2.3", DIGEST)]


def test_an_overlay_without_a_tag_is_named(tmp_path: Path) -> None:
    made = service(tmp_path)
    made.commit(overlay("dev"), "resources: [../../base]\n")
    done = released(made)
    assert done.code != 0
    assert (
        f"deploy/overlays/dev/kustomization.yaml names no version of registry.example.com/example-org/{OF_TAGS}."
        in done.said
    )


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
def test_pods_run_the_digest_and_have_the_version_as_a_label(tmp_path: Path) -> None:
    made = service(tmp_path)
    assert released(made).code == 0
    merge(made, branch("dev"))
    command = build_command()
    assert command
    built = subprocess.run(
        [*command, overlay("dev").rpartition("/")[0]], cwd=made.folder, capture_output=True, check=True
    )
    pods = [
        each["spec"]["template"] for each in yaml.safe_load_all(built.stdout) if each["kind"] in {"Deployment", "Job"}
    ]
    image = f"registry.example.com/example-org/{OF_TAGS}:1.2.3@{DIGEST}"
    assert pods and all(image in [each["image"] for each in pod["spec"]["containers"]] for pod in pods)
    assert {pod["metadata"]["labels"]["app.kubernetes.io/version"] for pod in pods} == {"1.2.3"}


def test_an_update_does_not_conflict_with_what_a_release_wrote(tmp_path: Path) -> None:
    """The template's lines beside the image change, as by another number of replicas."""
    made = service(tmp_path)
    assert released(made).code == 0
    merge(made, branch("dev"))
    base = (goldens.EXAMPLES / OF_TAGS / overlay("dev")).read_text()
    assert "    count: 1" in base
    (tmp_path / "base").write_text(base)
    (tmp_path / "newer").write_text(base.replace("    count: 1", "    count: 2"))
    merged = tmp_path / "merged"
    shutil.copy(made.folder / overlay("dev"), merged)
    words = ["git", "merge-file", "-p", str(merged), str(tmp_path / "base"), str(tmp_path / "newer")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and DIGEST in done.stdout and "    count: 2" in done.stdout


def test_an_image_that_no_release_wrote_is_not_verified(tmp_path: Path) -> None:
    done = service(tmp_path).run("verify", "production")
    assert done.code != 0 and done.calls == []
    assert "deploy/overlays/production/kustomization.yaml has no digest, so a release has not written it." in done.said


@pytest.mark.parametrize(
    ("name", "issuer", "identity"),
    [
        (
            OF_TAGS,
            "https://token.actions.githubusercontent.com",
            f"^https://github[.]com/example-org/{OF_TAGS}/[.]github/workflows/release[.]yml@",
        ),
        (
            OF_MAIN,
            "https://gitlab.example.com",
            "^https://gitlab[.]example[.]com/example-group/backend/everything-go//[.]gitlab-ci[.]yml@",
        ),
    ],
)
def test_the_signature_is_that_of_the_pipeline(tmp_path: Path, name: str, issuer: str, identity: str) -> None:
    made = service(tmp_path, name)
    assert released(made).code == 0
    merge(made, branch("dev", name))
    done = made.run("verify", "dev")
    assert done.code == 0, done.said
    (call,) = done.calls
    assert f" --certificate-oidc-issuer {issuer} --certificate-identity-regexp {identity} " in call
    assert call.startswith("cosign verify ") and call.endswith(f"@{DIGEST}")
