"""`--fix`: what it mends, that every other byte stays, and what it leaves alone."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.check.fix import apply, plan
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.repositories import CASES, CORPUS
from tests.support.commands import scaffold

FIXABLE = [rule.id for rule in all_rules().values() if rule.fixable]

JOBS = """\
# An import, and one at night.
apiVersion: batch/v1
kind: Job
metadata:
    name: import   # four spaces, and
spec:
    # a comment at the top
    template:
        spec:
            restartPolicy: "Never"
            containers:
            - {name: import, image: 'example.com/import:1.0.0'}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:

      template:
        spec:
          containers:
            - name: nightly
              image: example.com/nightly:1.0.0
              imagePullPolicy: Always   # why?
"""


BROKEN = [folder for rule in FIXABLE for folder in sorted((CASES / rule).glob("breaks*"))]
BROKEN += sorted(path for path in CORPUS.iterdir() if path.is_dir() and not (path / "Chart.yaml").exists())
LAYOUTS = {
    "jobs": JOBS,
    "anchors": """\
apiVersion: batch/v1
kind: Job
metadata: {name: first}
spec: &spec
  backoffLimit: 2   # shared
  template:
    spec: {restartPolicy: Never, containers: [{name: a, image: a:1}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: second}
spec:
    schedule: "@daily"
    jobTemplate:
        spec: &inner
            template: {spec: {restartPolicy: Never, containers: [{name: a, image: a:1}]}}
    x: *inner
""",
    "merge": """\
x: &bounds
  backoffLimit: 1
  ttlSecondsAfterFinished: 5
apiVersion: batch/v1
kind: Job
metadata: {name: a}
spec:
  <<: *bounds
  template: {spec: {restartPolicy: Never, containers: [{name: a, image: a:1, imagePullPolicy: Always}]}}
""",
    "quotes": """\
"apiVersion": "batch/v1"
"kind": "CronJob"
"metadata":
  "name": "a"
"spec":
  "schedule": "@daily"
  "jobTemplate":
    "spec":
      "template":
        "spec":
          "containers":
          - "name": "a"
            "image": "a:1"
            "imagePullPolicy": "Always"
          - name: b
            image: |-
              b:1
            imagePullPolicy: Always
...
""",
}


def without_added(documents: list[Any]) -> str:
    """Return what YAML means but for the keys that may be put in, and policies that may be replaced."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: "-" if key == "imagePullPolicy" else bare(each) for key, each in value.items() if key not in ADDED
            }
        return [bare(each) for each in value] if isinstance(value, list) else value

    return repr([bare(each) for each in documents])


ADDED = {
    "activeDeadlineSeconds",
    "backoffLimit",
    "concurrencyPolicy",
    "failedJobsHistoryLimit",
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "ttlSecondsAfterFinished",
}
"""The keys that some rule puts in."""
_START = re.compile(r"(?im)^\s*(entrypoint|cmd) (.*)$")


def meaning(path: str, text: str) -> str:
    """Return what a file says apart from what may be mended in it."""
    if path.endswith((".yaml", ".yml")):
        return without_added(list(yaml.safe_load_all(text)))
    return _START.sub(lambda found: f"{found[1]} {found[2].split()}" if "[" not in found[2] else
                      f"{found[1]} {json.loads(found[2])}", text)  # fmt: skip


def mends(folder: Path) -> None:
    """Mend a folder, and look at what that has changed."""
    rules = list(all_rules().values())
    report = check([folder], rules)
    before, fixed = report.findings, plan(report)
    gone = Counter(each.fingerprint for file in fixed for each in file.findings)
    for file in fixed:
        assert meaning(file.path, file.after) == meaning(file.path, file.before)
    apply(fixed)
    after = check([folder], rules)
    assert after.notes == []
    left = Counter(each.fingerprint for each in before) - gone
    # A shell hides that the program behind it has no init; without the shell, that is seen.
    seen = [each for each in after.findings if each.rule.id != "P02-no-init" or each.fingerprint in left]
    assert Counter(each.fingerprint for each in seen) == left
    assert plan(after) == [], "once more changes nothing"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_is_mended_is_gone_and_nothing_else_changes(broken: Path, tmp_path: Path) -> None:
    mends(Path(shutil.copytree(broken, tmp_path / "case")))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_whatever_the_layout(layout: str, tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text(LAYOUTS[layout])
    assert plan(check([tmp_path], list(all_rules().values())))
    mends(tmp_path)


@pytest.mark.parametrize("rule", FIXABLE)
def test_every_finding_of_a_case_is_mended(rule: str, tmp_path: Path) -> None:
    unsaid = CASES / rule / "breaks-unsaid"
    shutil.copytree(unsaid if unsaid.is_dir() else CASES / rule / "breaks", tmp_path / "case")
    report = check([tmp_path], [all_rules()[rule]])
    assert sum(len(each.findings) for each in plan(report)) == len(report.findings) > 0


def test_every_other_byte_stays(tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text(JOBS)
    (fixed,) = plan(check([tmp_path], list(all_rules().values())))
    kept = [line for line in fixed.diff.splitlines()[3:] if line.startswith("-")]
    assert kept == ["-              imagePullPolicy: Always   # why?"]
    before = [line for line in JOBS.splitlines() if "imagePullPolicy" not in line]
    added = [line for line in fixed.after.splitlines() if line not in before]
    assert [line.split(":")[0] for line in added] == [
        "    activeDeadlineSeconds", "    backoffLimit", "    ttlSecondsAfterFinished",
        "  concurrencyPolicy", "  failedJobsHistoryLimit", "  startingDeadlineSeconds", "  successfulJobsHistoryLimit",
        "      activeDeadlineSeconds", "      backoffLimit", "              imagePullPolicy",
    ]  # fmt: skip
    job, cron_job = yaml.safe_load_all(fixed.after)
    assert job["spec"]["backoffLimit"] == 6
    assert cron_job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 86400


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flow.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {}}\n"),
        ("windows.yaml", JOBS.replace("\n", "\r\n")),
        ("variable.Dockerfile", "FROM debian:13.1-slim\nCMD serve --port $PORT\n"),
        ("quotes.Dockerfile", "FROM debian:13.1-slim\nCMD serve 'a b'\n"),
        ("several.Dockerfile", "FROM debian:13.1-slim\nCMD migrate && serve\n"),
        ("assigned.Dockerfile", "FROM debian:13.1-slim\nCMD A=b serve\n"),
        ("builtin.Dockerfile", "FROM debian:13.1-slim\nCMD cd /app\n"),
        ("continued.Dockerfile", "FROM debian:13.1-slim\nCMD serve \\\n  --port 80\n"),
        ("entrypoint.Dockerfile", 'FROM debian:13.1-slim\nENTRYPOINT ["tini", "--"]\nCMD serve\n'),
        (
            "latest.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - image: a:latest\n    imagePullPolicy: Never\n",
        ),
    ],
)
def test_what_it_is_not_sure_of_is_left_alone(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text.encode())
    report = check([tmp_path], [all_rules()[rule] for rule in FIXABLE])
    assert report.findings
    assert plan(report) == []


def test_a_base_is_mended_where_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [jobs.yaml]\nnamePrefix: a-\n")
    (tmp_path / "jobs.yaml").write_text(JOBS)
    rules = [all_rules()["P09-job-clean-up"]]
    apply(plan(check([tmp_path], rules)))
    assert "ttlSecondsAfterFinished: 604800" in (tmp_path / "jobs.yaml").read_text()
    assert check([tmp_path], rules).findings == []


def test_nothing_is_written_before_it_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text(JOBS)
    done = scaffold("check", "--fix", "--select", "P09", cwd=tmp_path)
    assert done.returncode == 1
    assert "+    backoffLimit: 6" in done.stderr
    assert "nothing was written" in done.stderr
    assert (tmp_path / "jobs.yaml").read_text() == JOBS
    done = scaffold("check", "--fix", "--yes", "--select", "P09-job-backoff", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "jobs.yaml").read_text().count("backoffLimit: 6") == 2
    done = scaffold("check", "--fix", "--select", "P09-job-backoff", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "Nothing to fix.\n")
