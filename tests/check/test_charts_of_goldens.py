"""What the template gives breaks no rule as a chart either."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from workshop import goldens, helm


@pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))
@pytest.mark.parametrize("name", [each for each in goldens.NAMES if goldens.answers_of(each).context["chart"]])
def test_nothing_is_found_in_a_chart(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helm").symlink_to(helm.program())
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    repository = read_repository([goldens.EXAMPLES / name])
    assert not repository.notes
    charts = {each.name.rpartition("/")[2]: each for each in repository.scopes if each.name.rpartition("/")[2]}
    values = {f"chart with values-{each['name']}.yaml" for each in goldens.answers_of(name).context["placed"]}
    assert {"chart", *values} <= set(charts)
    assert all(charts[each].containers for each in values)
    assert run(repository, all_rules().values()) == []
