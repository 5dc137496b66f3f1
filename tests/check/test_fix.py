"""`--fix`: what it mends, that every other byte stays, and what it leaves alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from scaffold.check.engine import check
from scaffold.check.fix import apply, plan
from scaffold.check.rules import all_rules
from tests.check.test_cases import CASES
from tests.test_new import scaffold

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


@pytest.mark.parametrize("rule", FIXABLE)
def test_a_broken_case_is_mended(rule: str, tmp_path: Path) -> None:
    unsaid = CASES / rule / "breaks-unsaid"
    shutil.copytree(unsaid if unsaid.is_dir() else CASES / rule / "breaks", tmp_path / "case")
    rules = [all_rules()[rule]]
    report = check([tmp_path], rules)
    fixed = plan(report.findings)
    assert sum(len(each.findings) for each in fixed) == len(report.findings) > 0
    apply(fixed)
    assert check([tmp_path], rules).findings == []


def test_every_other_byte_stays(tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text(JOBS)
    (fixed,) = plan(check([tmp_path], list(all_rules().values())).findings)
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
        ("entrypoint.Dockerfile", 'FROM debian:13.1-slim\nENTRYPOINT ["dumb-init", "--"]\nCMD serve\n'),
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
    assert plan(report.findings) == []


def test_a_base_is_mended_where_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [jobs.yaml]\nnamePrefix: a-\n")
    (tmp_path / "jobs.yaml").write_text(JOBS)
    rules = [all_rules()["P09-job-clean-up"]]
    apply(plan(check([tmp_path], rules).findings))
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
    assert (done.returncode, done.stderr) == (0, "Nothing that can be mended for sure.\n")
