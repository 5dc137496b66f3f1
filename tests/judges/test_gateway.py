"""The Gateway API's own schema accepts the route of every overlay; Kubernetes' own schemas have Ingress."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from tests.judges.gateway.update import SCHEMAS
from tests.support.deployed import Object, deployed, each_overlay, read_yaml

pytestmark = pytest.mark.judges

ROUTE = json.loads(SCHEMAS.read_text())["HTTPRoute"]


def is_by_gateway(example: Path) -> bool:
    (answers,) = read_yaml(example / ".copier-answers.yml")
    return bool(answers["expose"] == "gateway")


ROUTED = [each for each in each_overlay() if is_by_gateway(each.values[0][0])]


def judge(each: Object) -> None:
    assert each["apiVersion"] == ROUTE["apiVersion"]
    jsonschema.validate(each["spec"], ROUTE["spec"])


@pytest.mark.parametrize("overlay", ROUTED)
def test_its_schema_accepts_it(overlay: tuple[Path, str]) -> None:
    judge(deployed(*overlay).one("HTTPRoute"))


@pytest.mark.parametrize(
    "change", [{"timeouts": {"request": "21"}}, {"timeouts": {"requests": "21s"}}, {"matches": "/"}]
)
def test_its_schema_can_refuse(change: Object) -> None:
    broken = copy.deepcopy(deployed(*ROUTED[0].values[0]).one("HTTPRoute"))
    broken["spec"]["rules"][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        judge(broken)
