"""How many alternatives lie side by side decides what they share: environments have it, examples do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.support.files import write_tree

SERVER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1.4.0"}]
"""
AUTOSCALER = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 10
"""


@pytest.mark.parametrize(("places", "count"), [(1, 1), (12, 12), (13, 0)])
def test_an_object_beside_many_alternatives_belongs_to_none(places: int, count: int, tmp_path: Path) -> None:
    files = {f"part-{number}/web.yaml": SERVER for number in range(places)}
    folder = write_tree(tmp_path, {**files, "scaling/autoscaler.yaml": AUTOSCALER})
    report = check([folder], [all_rules()["P08-replicas-reset"]])
    assert len(report.findings) == count, [each.message for each in report.findings]
    assert not report.notes
