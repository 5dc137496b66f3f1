"""Promtool shows on one golden who is woken up, and who is not: traffic, windows, environments and runs of jobs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.judges.promtool import SELDOM, groups, promtool
from tests.support.deployed import Object, examples

pytestmark = [
    pytest.mark.judges,
    pytest.mark.aside,
    pytest.mark.skipif(
        not shutil.which("promtool"), reason="judges: promtool not found; workshop/install-system installs it"
    ),
]

EXAMPLE = next(path for path in examples() if path.name == "frontend")
PRODUCTION, DEV = "webmail", "webmail-dev"
KUBE = f'job="kube-state-metrics", namespace="{PRODUCTION}"'
RUNS = ("frontend-digest-29384920", "frontend-digest-29386360")  # one after the other
FAILED, STARTED = "kube_job_failed", "kube_job_status_start_time"
SUCCEEDED = f'kube_cronjob_status_last_successful_time{{{KUBE}, cronjob="frontend-digest"}}'


def requests(failed: str, good: str, namespace: str = PRODUCTION) -> dict[str, str]:
    """Return the counters of requests, as promtool writes series; a value a minute."""
    own = f'job="frontend", namespace="{namespace}", method="GET", route="/"'
    return {
        f'http_requests_total{{{own}, status="200"}}': good,
        f'http_requests_total{{{own}, status="502"}}': failed,
    }


def runs(*starts: str, success: str | None) -> dict[str, str]:
    """Return what is shown of runs of a CronJob that failed, of its last success, and of a restarted exporter."""
    shown = {}
    for name, start in zip(RUNS, starts, strict=False):
        shown[f'{STARTED}{{{KUBE}, job_name="{name}"}}'] = start
        shown[f'{FAILED}{{{KUBE}, job_name="{name}", condition="true"}}'] = "1x600"
    if success:
        shown[SUCCEEDED] = success
        shown[SUCCEEDED.replace("{", '{pod="the-old-one", ')] = success
    return shown


PAGES, TICKETS, TELLS = {"severity": "critical"}, {"severity": "warning"}, {"severity": "info"}
SCENES: dict[str, tuple[dict[str, str], str, list[dict[str, str]]]] = {
    "two errors in a quiet night": (requests("0x30 1 2 2x28", "0+1x60"), "36m", []),
    "an outage of a service with little traffic": (
        requests("0x30 0+1x30", "0+1x30 30x30"),
        "55m",
        [PAGES | {"long": "1h"}, PAGES | {"long": "6h"}, TICKETS | {"long": "3d"}],
    ),
    "a tenth of the requests": (
        requests("0+60x60", "0+540x60"),
        "1h",
        [PAGES | {"long": "1h"}, PAGES | {"long": "6h"}, TICKETS | {"long": "3d"}],
    ),
    "the same in dev": (
        requests("0+60x60", "0+540x60", DEV),
        "1h",
        [TELLS | {"long": "1h"}, TELLS | {"long": "6h"}, TELLS | {"long": "3d"}],
    ),
    "a service of that name in the namespace of others": (requests("0+60x60", "0+540x60", "others"), "1h", []),
    "an outage that is over": (
        requests("0+60x30 1800x60", "0+540x90"),
        "1h15m",
        [TICKETS | {"long": "3d"}],
    ),
    "a little too much for days": (requests("0+2x1440", "0+998x1440"), "1d", [TICKETS | {"long": "3d"}]),
    "as little as is promised": (requests("0+1x1440", "0+1999x1440"), "1d", []),
    "a failed run": (runs("60x600", success=None), "10m", [TICKETS]),
    "a failed run after a good one": (runs("600x600", success="300x600"), "20m", [TICKETS]),
    "a failed run that a later one made good": (runs("60x600", success="_x10 600x600"), "20m", []),
    "a later run failed, too": (runs("60x600", "900x600", success="600x600"), "20m", [TICKETS]),
}


@pytest.mark.parametrize("scene", SCENES)
def test_who_is_told(scene: str, tmp_path: Path) -> None:
    series, when, expected = SCENES[scene]
    told = [{"labels": _shown(each), "value": 1} for each in expected]
    asked = 'max by (severity, long) (ALERTS{alertstate="firing", alertname=~"ServiceFailing|JobFailed"})'
    test: Object = {
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [{"expr": asked, "eval_time": when, "exp_samples": told}],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups(EXAMPLE)}))
    often = SELDOM if when.endswith("d") else {}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], **often, "tests": [test]}))
    said = promtool("test", "rules", "tests.yaml", cwd=tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr


def _shown(labels: dict[str, str]) -> str:
    return "{" + ", ".join(f'{key}="{value}"' for key, value in labels.items()) + "}"
