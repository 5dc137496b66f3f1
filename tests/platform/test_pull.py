"""`scaffold template pull`: our fixes reach a platform's template and its services; all of it, or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.platform.conftest import DOCKERFILE, Run, release, tree
from tests.support.commands import scaffold
from workshop.history import git

pytestmark = pytest.mark.aside

MAKEFILE = "Makefile.jinja"
TITLE = "A job of the pipeline shows the patterns by experiments on the image, on GitHub in a kind cluster too"
PULL = ("pull", "--to", "0.3.0")  # of releases that never change


def service_of_an_override(acme: Path, run: Run, folder: Path) -> Path:
    """Release a template that overrides the Makefile, and make the service `shop` of it; return the overriding file."""
    run("override", MAKEFILE)
    file = acme / "platform/files" / MAKEFILE
    file.write_text("# Ours\n" + file.read_text())
    run("build")
    release(acme, "1.0.0")
    scaffold("new", "shop", "--template", str(acme), "--defaults", cwd=folder)
    return file


def test_pull_brings_the_base_s_fixes_to_the_services(acme: Path, run: Run, tmp_path: Path) -> None:
    file = service_of_an_override(acme, run, tmp_path)
    status = run("status", code=1).stdout
    assert "newer: v0.3.0" in status and "scaffold template pull --dry-run" in status
    before = tree(acme)
    dry = json.loads(run(*PULL, "--dry-run", "--json").stdout)
    assert (dry["from"], dry["to"], dry["applied"]) == ("v0.2.0", "v0.3.0", False)
    assert "P07" in {each["pattern"] for each in dry["changes"]} and tree(acme) == before
    run(*PULL)
    assert file.read_text().startswith("# Ours\n") and file.read_bytes() != before[f"platform/files/{MAKEFILE}"]
    run("build", "--check")
    assert "Already at v0.3.0" in run(*PULL).stdout
    release(acme, "1.1.0")
    lacks = json.loads(scaffold("status", "shop", "--json", cwd=tmp_path).stdout)[0]["lacks"]
    assert {each["id"] for each in lacks} == {each["id"] for each in dry["changes"]}
    done = scaffold("update", "shop", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    fresh = scaffold("new", "fresh", "--template", str(acme), "--defaults", "--data", "name=shop", cwd=tmp_path)
    assert fresh.returncode == 0, fresh.stderr
    ours, theirs = tree(tmp_path / "shop"), tree(tmp_path / "fresh")
    assert {path for path in ours | theirs if ours.get(path) != theirs.get(path)} <= {".copier-answers.yml"}


def test_pull_and_build_are_one(acme: Path, run: Run) -> None:
    """What pull writes is what build gives of the merged overlay on the new base."""
    manifest = acme / "scaffold-template.yml"
    manifest.write_text(manifest.read_text().replace("base:", 'min_scaffold: "0.4.0"\nbase:'))
    run("override", DOCKERFILE, MAKEFILE)
    run(*PULL)
    pulled = tree(acme)
    assert b'min_scaffold: "0.4.0"' in pulled["scaffold-template.yml"]
    for path in [each for each in pulled if each.startswith("templates/") or each == "copier.yml"]:
        (acme / path).unlink()
    run("build")
    assert tree(acme) == pulled


def test_a_clash_stops_the_pull_or_is_marked(acme: Path, run: Run) -> None:
    run("override", MAKEFILE)
    file = acme / "platform/files" / MAKEFILE
    file.write_text("".join(f"# {line}\n" for line in file.read_text().splitlines()))
    run("build")
    before = tree(acme)
    done = run(*PULL, code=8)
    assert f"platform/files/{MAKEFILE}: both the base and the platform changed the same lines." in done.stderr
    assert tree(acme) == before
    done = run(*PULL, "--conflict", "inline", code=8)
    assert "Resolve them, then run: scaffold template build" in done.stderr
    assert "has conflict markers. Resolve them first." in run("build", code=12).stderr
    file.write_text("all:\n")
    run("build")
    assert run("status", code=1).stdout.startswith("acme on v0.3.0 of the base\n")


def test_a_file_that_the_base_changed_stays_removed_and_is_told(acme: Path, run: Run) -> None:
    run("remove", "Makefile.jinja")
    assert "Makefile.jinja changed in the base; your services still do not get it." in run(*PULL).stdout
    assert not (acme / "templates/service/skeleton/Makefile.jinja").exists()


@pytest.mark.parametrize("version", ["9.0", "0.1.0"])
def test_a_version_that_can_t_be_pulled(version: str, acme: Path, run: Run) -> None:
    before = tree(acme)
    assert version in run("pull", "--to", version, code=11).stderr
    assert tree(acme) == before


def test_a_question_that_the_new_base_does_not_have(acme: Path, run: Run) -> None:
    (acme / "platform/pins.yml").write_text("languages:\n  go: {version: '1.26'}\n")
    run("build")
    text = (acme / "platform/pins.yml").read_text().replace("version:", "no_such_key:")
    (acme / "platform/pins.yml").write_text(text)
    before = tree(acme)
    assert "no_such_key" in run(*PULL, code=12).stderr
    assert tree(acme) == before
    assert git(acme, "tag") == ""


def test_a_pull_is_taken_back(acme: Path, run: Run) -> None:
    run("override", MAKEFILE)
    file = acme / "platform/files" / MAKEFILE
    file.write_text("# Ours\n" + file.read_text())
    run("build")
    before = tree(acme)
    run(*PULL)
    assert tree(acme) != before
    assert run("pull", "--abort").stdout == "Took the pull of v0.3.0 back: all files are as before.\n"
    assert tree(acme) == before
    assert "the last change of" in run("pull", "--abort", code=10).stderr
    run(*PULL)
    file.write_text("# Edited\n")
    pulled = tree(acme)
    assert "files were changed after the pull" in run("pull", "--abort", code=10).stderr
    assert tree(acme) == pulled


def test_a_folder_without_git_is_changed_as_a_whole_too(acme: Path, run: Run) -> None:
    shutil.rmtree(acme / ".git")
    before = tree(acme)
    run(*PULL)
    run("pull", "--abort")
    assert {path: text for path, text in tree(acme).items() if ".scaffold-template" not in path} == before


def test_what_git_merged_into_an_override_needs_no_decision(acme: Path, run: Run, tmp_path: Path) -> None:
    service_of_an_override(acme, run, tmp_path)
    assert json.loads(run(*PULL, "--json").stdout)["undecided"] == []
    assert not (acme / "platform/fixes.yml").exists()


def test_a_fix_in_lines_that_both_changed_is_decided(acme: Path, run: Run) -> None:
    run("override", MAKEFILE)
    file = acme / "platform/files" / MAKEFILE
    file.write_text("".join(f"# {line}\n" for line in file.read_text().splitlines()))
    run("build")
    run(*PULL, "--conflict", "inline", code=8)
    assert "make-update: undecided\n" in (acme / "platform/fixes.yml").read_text()


def test_a_fix_in_a_removed_file_is_decided(acme: Path, run: Run, tmp_path: Path) -> None:
    run("remove", MAKEFILE)
    release(acme, "1.0.0")
    scaffold("new", "shop", "--template", str(acme), "--defaults", cwd=tmp_path)
    undecided = json.loads(run(*PULL, "--dry-run", "--json").stdout)["undecided"]
    assert f"Decide in platform/fixes.yml: {undecided[0]}: {TITLE}\n" in run(*PULL).stdout
    ledger = acme / "platform/fixes.yml"
    assert all(f"{each}: undecided\n" in ledger.read_text() for each in undecided)
    assert f"undecided: {undecided[0]}: {TITLE}\n" in run("status", code=1).stdout
    assert ledger.read_text().splitlines()[2:4] == [f"# {TITLE}", f"{undecided[0]}: undecided"]
    run("test", "--accept", code=1)
    problems = json.loads(run("test", "--json", code=1).stdout)["problems"]
    assert {(each["file"], each["law"]) for each in problems} == {("platform/fixes.yml", "fixes")}
    assert problems[0]["line"] == 4
    git(acme, "add", "--all")
    git(acme, "commit", "--quiet", "--message", "0.3.0")
    refused = run("release", "1.1.0", code=12).stderr
    assert f"platform/fixes.yml: {undecided[0]} is undecided. Write taken, or {{declined: a reason}}." in refused
    assert git(acme, "tag") == "1.0.0"
    rest = "".join(f"{each}: taken\n" for each in undecided[1:])
    ledger.write_text(f"{undecided[0]}: {{declined: We have our own.}}\n{rest}")
    run("build")
    run("test", "--accept")
    run("test")
    assert "undecided" not in run("status", code=1).stdout
    release(acme, "1.1.0")
    shown = scaffold("status", "shop", cwd=tmp_path).stdout
    assert shown.count("(base 0.3.0, in 1.1.0; declined by acme: We have our own.)") == 1
    assert "(base 0.3.0, in 1.1.0)" in shown
    assert "  declined by acme: We have our own.\n" in scaffold("update", "shop", "--dry-run", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("drain: maybe\n", "platform/fixes.yml: drain is 'maybe'. Write taken, or {declined: a reason}."),
        ("drain: {declined: ''}\n", "platform/fixes.yml: drain is"),
        ("no-such-change: taken\n", "platform/fixes.yml: no-such-change is not a change of the base."),
    ],
)
def test_a_ledger_that_is_wrong(text: str, words: str, acme: Path, run: Run) -> None:
    (acme / "platform/fixes.yml").write_text(text)
    before = tree(acme)
    assert words in run("build", code=12).stderr
    assert tree(acme) == before
