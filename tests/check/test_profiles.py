"""How much counts: the profiles, and the severity and the kind of each rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.check.selection import selected
from scaffold.check.settings import PROFILES, CheckSettings
from tests.support.commands import scaffold
from tests.support.files import write_tree

RULES = all_rules().values()
WARNING = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: a}]}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with warnings only, and a file that can't be checked."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "web.yaml").write_text(WARNING)
    return tmp_path


def ids(**flags: object) -> set[str]:
    return {rule.id for rule in selected(CheckSettings(Path("/"), flags, {}))}


def test_each_profile_has_the_rules_of_those_before_it() -> None:
    found = [ids(profile=name) for name in PROFILES]
    assert found[0] < found[1] <= found[2] == set(all_rules())
    assert found[0] == {rule.id for rule in RULES if rule.severity == "error"}
    assert ids() == found[1]


def test_what_is_said_goes_before_the_profile() -> None:
    assert ids(profile="essential", select=("P13-memory-limit",)) == {"P13-memory-limit"}
    settings = CheckSettings(Path("/"), {"profile": "strict"}, {"SCAFFOLD_CHECK_FAIL_ON": "never"})
    assert (settings["fail_on"].value, settings["strict"].value) == ("never", True)
    assert CheckSettings(Path("/"), {}, {})["strict"].value is False


def test_good_practice_is_a_warning() -> None:
    hygiene = {rule.id for rule in RULES if rule.kind == "hygiene"}
    assert {rule.severity for rule in RULES if rule.kind == "hygiene"} == {"warning"}
    for name in (
        *("P02-no-init", "P04-liveness-probe", "P06-writable-root", "P06-unbounded-volume", "P08-readiness-probe"),
        *("P08-no-pre-stop", "P09-job-deadline", "P13-memory-limit", "P13-missing-request"),
    ):
        assert name in hygiene


@pytest.mark.parametrize("rule", ["P08-service-port", "P08-probe-port", "P14-user-refused", "P13-tiny-memory"])
def test_what_fails_as_it_is_written_is_an_error(rule: str) -> None:
    assert (all_rules()[rule].severity, all_rules()[rule].profile) == ("error", "essential")


ERRORS = f"""{WARNING.replace("{name: a, image: a}", "{name: a, image: a, env: [{name: API_KEY, value: ghp_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7c}]}")}---
apiVersion: v1
kind: Service
metadata: {{name: a}}
spec: {{selector: {{app: a}}, ports: [{{port: 80, targetPort: http}}]}}
"""


@pytest.mark.parametrize(
    ("folder_of_tests", "is_of_tests"), [("test/e2e", True), ("chart-e2e", True), ("hack", True), ("latest", False)]
)
def test_what_only_tests_deploy_has_warnings(folder_of_tests: str, is_of_tests: bool, tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            f"{folder_of_tests}/web.yaml": ERRORS.replace(
                "spec: {template: {", "spec: {template: {metadata: {labels: {app: a}}, "
            )
        },
    )
    done = scaffold("check", "--json", "--profile", "essential", cwd=tmp_path)
    severities = {each["rule"]: each["severity"] for each in json.loads(done.stdout)["findings"]}
    assert severities["P12-secret-in-manifest"] == "error", "everybody can read it there, too"
    assert severities["P08-service-port"] == ("warning" if is_of_tests else "error")
    ignored = scaffold("check", "--profile", "essential", "--ignore", "P12", cwd=tmp_path)
    assert ignored.returncode == (0 if is_of_tests else 1)


def test_exit_codes(folder: Path) -> None:
    def code(*words: str, **environment: str) -> int:
        return scaffold("check", *words, cwd=folder, **environment).returncode

    assert code() == code("--profile", "recommended") == code("--profile", "strict") == 1
    assert code("--profile", "essential") == code(SCAFFOLD_CHECK_PROFILE="essential") == 0
    (folder / "web.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    (folder / "broken.yaml").write_text("apiVersion: v1\nkind: [\n")
    assert code("--profile", "recommended") == 0
    assert code("--profile", "strict") == 1


def test_the_file_can_set_it(folder: Path) -> None:
    (folder / ".scaffold.toml").write_text('[check]\nprofile = "essential"\n')
    assert json.loads(scaffold("check", "--json", cwd=folder).stdout)["findings"] == []
    (folder / ".scaffold.toml").write_text('[check]\nprofile = "lax"\n')
    done = scaffold("check", cwd=folder)
    assert done.returncode == 12
    assert "must be one of essential, recommended, strict, not 'lax'." in done.stderr


def test_machines_are_told_the_kind_and_the_container(folder: Path) -> None:
    found = json.loads(scaffold("check", "--json", cwd=folder).stdout)["findings"]
    by_rule = {each["rule"]: each for each in found}
    assert (by_rule["P13-memory-limit"]["kind"], by_rule["P13-memory-limit"]["container"]) == ("hygiene", "a")
    assert by_rule["P07-latest-image"]["kind"] == "fault"
    (run,) = json.loads(scaffold("check", "--format", "sarif", cwd=folder).stdout)["runs"]
    assert {each["properties"]["kind"] for each in run["results"]} == {"fault", "hygiene"}
