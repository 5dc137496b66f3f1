"""Default, file, environment, flag: which counts, and that a message says where a bad value stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.check.repositories import POD
from tests.support.commands import scaffold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()  # settings above it are another repository's
    (tmp_path / "pod.yaml").write_text(POD)
    return tmp_path


def found(folder: Path, *words: str, **environment: str) -> set[str]:
    done = scaffold("check", "--json", *words, cwd=folder, **environment)
    assert done.stderr == ""
    return {each["rule"] for each in json.loads(done.stdout)["findings"]}


def test_which_counts(folder: Path) -> None:
    assert len(found(folder)) > 2
    (folder / "pyproject.toml").write_text('[tool.scaffold.check]\nselect = ["P03", "P07"]\n')
    assert found(folder) == {"P03-naked-pod", "P07-latest-image"}
    (folder / ".scaffold.toml").write_text('[check]\nselect = ["P03"]\n')
    assert found(folder) == {"P03-naked-pod"}
    assert found(folder, SCAFFOLD_CHECK_SELECT="P07") == {"P07-latest-image"}
    assert found(folder, "--select", "P03", SCAFFOLD_CHECK_SELECT="P07") == {"P03-naked-pod"}


def test_the_file_counts_below_its_folder_and_not_beyond_a_repository(folder: Path) -> None:
    (folder / ".scaffold.toml").write_text('[check]\nselect = ["P03"]\nfail-on = "never"\n')
    inner = folder / "services" / "web"
    inner.mkdir(parents=True)
    (inner / "pod.yaml").write_text(POD)
    assert found(inner) == {"P03-naked-pod"}
    assert scaffold("check", cwd=inner).returncode == 0
    (inner / ".git").mkdir()
    assert len(found(inner)) > 2


def test_exclude_and_fail_on(folder: Path) -> None:
    (folder / "testdata").mkdir()
    (folder / "testdata" / "other.yaml").write_text(POD)
    (folder / ".scaffold.toml").write_text(
        '[check]\nexclude = ["testdata", "*.json"]\nselect = ["P06"]\nfail_on = "error"\n'
    )
    done = scaffold("check", "--json", cwd=folder)
    assert done.returncode == 0
    assert {each["path"] for each in json.loads(done.stdout)["findings"]} == {"pod.yaml"}
    assert scaffold("check", "--fail-on", "warning", cwd=folder).returncode == 1


def test_a_baseline_of_the_file_lies_beside_it(folder: Path) -> None:
    assert scaffold("check", "--write-baseline", "known.json", cwd=folder).returncode == 0
    (folder / ".scaffold.toml").write_text('[check]\nbaseline = "known.json"\n')
    assert scaffold("check", str(folder), cwd=folder.parent).returncode == 1  # the paths are other ones there
    assert found(folder) == set()


def test_times_that_the_template_does_not_know(folder: Path) -> None:
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: example.com/web:1.0.0
          startupProbe:
            httpGet:
              port: 8080
            failureThreshold: 3
        - name: sidecar
          startupProbe:
            failureThreshold: 1
"""
    (folder / "pod.yaml").write_text(text)
    assert found(folder, "--select", "P08-startup-budget") == set()
    (folder / ".scaffold.toml").write_text("[check]\n# slow\nstartup-seconds = 45\n")
    done = scaffold("check", "--json", "--select", "P08-startup-budget", cwd=folder)
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["line"], finding["message"]) == (14, "the startupProbe gives up after 30 s, but a start takes 45 s")
    also = finding["also"][0]
    assert (also["path"], also["line"], also["column"], also["end_column"]) == (".scaffold.toml", 3, 19, 21)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('selct = ["P03"]', "selct is not a setting. Did you mean select?"),
        ('select = "P03"', "must be a list of words, not 'P03'."),
        ('select = ["P99"]', "there is no rule P99"),
        ('format = "xml"', "must be one of text, json, sarif, github, junit, not 'xml'."),
        ("startup_seconds = true", "must be a whole number, not True."),
        ("strict = 1", "must be true or false, not 1."),
        ("select = [", "is not valid TOML"),
    ],
)
def test_a_bad_setting_says_where_it_stands(setting: str, message: str, folder: Path) -> None:
    (folder / ".scaffold.toml").write_text(f"[check]\n{setting}\n")
    done = scaffold("check", cwd=folder)
    assert (done.returncode, done.stdout) == (12, "")
    assert done.stderr.startswith(f"error: {folder / '.scaffold.toml'}")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_bad_variable_says_so(folder: Path) -> None:
    done = scaffold("check", cwd=folder, SCAFFOLD_CHECK_FAIL_ON="sometimes")
    assert done.returncode == 12
    assert done.stderr == "error: SCAFFOLD_CHECK_FAIL_ON: must be one of warning, error, never, not 'sometimes'.\n"


def test_strict(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: [\n")
    done = scaffold("check", cwd=tmp_path)
    assert (done.returncode, "No findings in 2 files" in done.stdout) == (0, True)
    assert done.stdout.endswith(" rules. 1 file could not be checked.\n")
    assert scaffold("check", "--strict", cwd=tmp_path).returncode == 1


def test_rendered_manifests_from_a_pipe(tmp_path: Path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "scaffold", "check", "-", "--select", "P03"]
    done = subprocess.run(command, cwd=tmp_path, input=POD, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "Pod/web",
        "  <stdin>:2:7: warning P03-naked-pod: a naked Pod: nothing replaces web when it is lost",
    ]
