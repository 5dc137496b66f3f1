"""What machines get: JSON, SARIF valid against its schema, workflow commands, JUnit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from scaffold.check.rules import all_rules
from tests.check import repositories
from tests.support.commands import scaffold

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"

POD = repositories.POD.replace("image: nginx", "image: nginx  # scaffold: ignore P07 because it is a test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a finding, one that is ignored, a relation between two files, and a file that is not YAML."""
    named = tmp_path / "a b:c,d"
    named.mkdir()
    (named / "pod.yaml").write_text(POD)
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {\n")
    (tmp_path / "job.yaml").write_text('apiVersion: batch/v1\nkind: Job\nmetadata: {name: "é\\u0001<"}\nspec: {}\n')
    return tmp_path


def rendered(folder: Path, format_: str) -> str:
    done = scaffold("check", "--format", format_, "--select", "P03,P07,P09", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    return done.stdout


def test_json(folder: Path) -> None:
    told = json.loads(rendered(folder, "json"))
    pod = next(each for each in told["findings"] if each["rule"] == "P03-naked-pod")
    assert (pod["path"], pod["line"], pod["column"], pod["end_column"]) == ("a b:c,d/pod.yaml", 2, 7, 10)
    assert (pod["object"], pod["field"], pod["severity"]) == ("Pod/web", "kind", "warning")
    assert [note["path"] for note in told["notes"]] == ["broken.yaml"]
    assert [(each["rule"], each["by"], each["reason"]) for each in told["suppressed"]] == [
        ("P07-latest-image", "comment", "it is a test")
    ]


def test_sarif_is_valid(folder: Path) -> None:
    told = json.loads(rendered(folder, "sarif"))
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator(schema).validate(told)
    (run,) = told["runs"]
    results: list[dict[str, Any]] = run["results"]
    for each in results:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    pod = next(each for each in results if each["ruleId"] == "P03-naked-pod")
    place = pod["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b%3Ac%2Cd/pod.yaml"
    assert place["region"] == {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 10}
    assert not [each for each in results if each["ruleId"] == "P07-latest-image"], (
        "code scanning opens what is suppressed"
    )
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("broken.yaml is not YAML")


def test_the_schema_can_refuse() -> None:
    schema = json.loads(SCHEMA.read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_sarif_with_every_rule_is_valid(tmp_path: Path) -> None:
    done = scaffold("check", "--format", "sarif", cwd=tmp_path)
    told = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    assert [rule["id"] for rule in told["runs"][0]["tool"]["driver"]["rules"]] == list(all_rules())


def test_sarif_is_what_code_scanning_takes(folder: Path) -> None:
    """https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"""
    told = json.loads(rendered(folder, "sarif"))
    (run,) = told["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["name"]) <= 255
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
            assert 0 < len(text) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert len(rule["properties"]["tags"]) <= 10
    fingerprints = [each["partialFingerprints"]["scaffoldFinding/v1"] for each in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints) >= 2
    for result in run["results"]:
        assert 0 < len(result["locations"]) <= 10
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            parts = urlsplit(location["physicalLocation"]["artifactLocation"]["uri"])
            assert (parts.scheme, parts.netloc) == ("", ""), "relative, so that it is found from the repository's root"
            assert not parts.path.startswith(("/", ".."))
            assert (folder / unquote(parts.path)).is_file()
            region = location["physicalLocation"]["region"]
            assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])


def test_fingerprints_survive_moved_lines_and_changed_values(folder: Path) -> None:
    def fingerprints() -> set[str]:
        return {each["fingerprint"] for each in json.loads(rendered(folder, "json"))["findings"]}

    before = fingerprints()
    assert len(before) >= 2
    file = folder / "a b:c,d" / "pod.yaml"
    file.write_text(f"# a comment\n\n{POD}")
    assert fingerprints() == before
    file.write_text(POD.replace("name: web\nspec", "name: other\nspec"))
    assert fingerprints() != before


def test_workflow_commands(folder: Path) -> None:
    lines = rendered(folder, "github").splitlines()
    (pod,) = [line for line in lines if "P03-naked-pod" in line]
    assert pod.startswith(
        "::warning file=a b%3Ac%2Cd/pod.yaml,line=2,endLine=2,col=7,endColumn=10,title=P03-naked-pod::a naked Pod: "
    )
    assert any(line.startswith("::notice file=broken.yaml,") for line in lines)


def test_junit(folder: Path) -> None:
    suite = ET.fromstring(rendered(folder, "junit")).find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    failed = [case for case in cases if case.find("failure") is not None]
    assert int(suite.attrib["failures"]) == len(failed) > 0
    assert {"classname": "a b:c,d/pod.yaml", "line": "2"}.items() <= failed[0].attrib.items()
    assert [case.attrib["classname"] for case in cases if case.find("skipped") is not None] == ["broken.yaml"]


def test_the_reader_may_go_away(folder: Path) -> None:
    command = f"{sys.executable} -m scaffold check --format sarif | head -c 1"
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")
