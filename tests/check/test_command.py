"""The command: selection, exit codes, explanations, output."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from tests.check.repositories import CASES
from tests.support.commands import scaffold


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Return a folder with a Pod that nothing replaces."""
    shutil.copy(CASES / "P03-naked-pod" / "breaks" / "pod.yaml", tmp_path)
    return tmp_path


def ids(folder: Path, *words: str, code: int = 1) -> list[str]:
    done = scaffold("check", "--json", *words, cwd=folder)
    assert done.returncode == code, done.stderr
    return [each["rule"] for each in json.loads(done.stdout)["findings"]]


def test_what_is_found_is_shown_with_its_line_and_a_caret(broken: Path) -> None:
    done = scaffold("check", "--select", "P03", "--verbose", cwd=broken)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "Pod/web"
    assert lines[1].startswith("  pod.yaml:2:7: warning P03-naked-pod: ")
    assert lines[2] == "        2 | kind: Pod"
    assert lines[3] == "          |       ^^^"
    assert "1 warning in 1 file." in lines
    brief = scaffold("check", "--select", "P03", cwd=broken).stdout.splitlines()
    assert brief[:2] == lines[:2] and not brief[2]


def test_rules_are_told_to_machines_too(tmp_path: Path) -> None:
    told = json.loads(scaffold("check", "--rules", "--json", cwd=tmp_path).stdout)
    assert [each["id"] for each in told] == list(all_rules())
    assert all(each["title"] and each["why"] and each["do"] for each in told)
    (one,) = json.loads(scaffold("check", "--explain", "P08-probe-port", "--json", cwd=tmp_path).stdout)
    assert one in told


def test_select_and_ignore(broken: Path) -> None:
    assert {"P03-naked-pod", "P13-memory-limit"} < set(ids(broken))
    assert ids(broken, "--select", "p03") == ["P03-naked-pod"]
    assert ids(broken, "--select", "P03,P13-memory-limit") == ["P03-naked-pod", "P13-memory-limit"]
    assert "P03-naked-pod" not in ids(broken, "--ignore", "P03-naked-pod")
    assert ids(broken, "--select", "P03", "--ignore", "P03", code=0) == []


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
def test_a_rule_that_is_none(option: str, broken: Path) -> None:
    where = "" if option == "--explain" else f"{option}: "
    done = scaffold("check", option, "P03-naked-pot", cwd=broken)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {where}there is no rule P03-naked-pot; name a rule such as P03-naked-pod, or a pattern such as P08.\n"
    )


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    done = scaffold("check", "nowhere", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: nowhere is not there; name a folder or a file to check.\n")


def test_a_single_file(broken: Path) -> None:
    (broken / "other.yaml").write_bytes((broken / "pod.yaml").read_bytes())
    done = scaffold("check", "--json", "--select", "P03", "other.yaml", cwd=broken)
    assert [each["path"] for each in json.loads(done.stdout)["findings"]] == ["other.yaml"]


def test_explanations(tmp_path: Path) -> None:
    done = scaffold("check", "--explain", "P03", cwd=tmp_path)
    assert done.returncode == 0
    for rule in all_rules().values():
        assert (rule.id in done.stdout) == (rule.pattern == "P03")
    listed = scaffold("check", "--rules", cwd=tmp_path).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(all_rules())


def test_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    done = scaffold("check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"No findings in 1 file by {len(all_rules())} rules.\n")
    done = scaffold("check", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_that_can_be_judged_has_a_code_of_its_own(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "README.md", "Makefile", ".hidden.yaml"):
        (tmp_path / name).touch()
    done = scaffold("check", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("error: nothing was checked. ")
    first, names, passed_by = done.stdout.splitlines()
    assert first.startswith("Nothing was checked. scaffold check reads Dockerfiles, Kubernetes manifests, ")
    assert names == "Other files here: 2 *.py, 1 *.md, 1 Makefile."
    assert passed_by.startswith("Skipped: hidden folders, node_modules, ")
    assert scaffold("check", "--quiet", cwd=tmp_path).stdout == done.stdout
    never = scaffold("check", "--fail-on", "never", cwd=tmp_path)
    assert (never.returncode, never.stdout, never.stderr) == (0, done.stdout, "")
    told = scaffold("check", "--json", cwd=tmp_path)
    assert (told.returncode, told.stderr, json.loads(told.stdout)["judged"]) == (1, done.stderr, 0)
    for format_ in ("sarif", "github", "junit"):
        told = scaffold("check", "--format", format_, cwd=tmp_path)
        assert (told.returncode, told.stderr) == (1, done.stderr)


def test_a_chart_that_nobody_renders_is_not_nothing_found(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).with_name("corpus") / "chart", tmp_path / "chart")
    git = str(Path(shutil.which("git") or "git").parent)
    empty = tmp_path / "bin"
    empty.mkdir()
    (empty / "git").symlink_to(Path(git) / "git")
    for words in ((), ("--write-baseline", "known.json")):
        done = scaffold("check", "chart", *words, cwd=tmp_path, PATH=str(empty))
        assert (done.returncode, done.stderr.count("error: nothing was checked")) == (1, 1)
        assert "chart/Chart.yaml: is not checked: helm is not installed" in done.stdout
        assert "Nothing was checked." in done.stdout and "No findings" not in done.stdout
    assert not (tmp_path / "known.json").exists()
