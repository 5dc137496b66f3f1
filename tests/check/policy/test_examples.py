"""The examples of a folder of policies: each policy refuses what breaks it, and accepts what holds."""

from __future__ import annotations

import json
from pathlib import Path

from scaffold.check.policy.examples import problems
from tests.check.policy.policies import DEPLOYMENT, policy

GOOD = json.dumps(DEPLOYMENT)
BAD = json.dumps({**DEPLOYMENT, "spec": {"replicas": 1}})
OTHER = json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}})


def written(folder: Path, texts: dict[str, str]) -> list[tuple[str, int, str]]:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return [(str(Path(file).relative_to(folder)), line, said) for file, line, said in problems(folder)]


def test_examples(tmp_path: Path) -> None:
    two = policy({"expression": "object.spec.replicas >= 2", "message": "two"}, name="two")
    examples = {"two.yml": two, "examples/two/breaks.yml": BAD, "examples/two/holds.yml": GOOD}
    assert written(tmp_path, examples) == []
    wrong = {"examples/two/breaks.yml": f"{BAD}\n---\n{GOOD}\n---\n{OTHER}\n", "examples/two/holds.yml": f"\n{BAD}"}
    assert written(tmp_path, wrong) == [
        ("examples/two/breaks.yml", 3, "two accepts Deployment/web."),
        ("examples/two/breaks.yml", 5, "two is not about Service/web: matchConstraints leaves it out."),
        ("examples/two/holds.yml", 2, "two refuses Deployment/web."),
    ]
    missing = json.dumps({**DEPLOYMENT, "spec": {}})
    assert written(tmp_path, {"examples/two/breaks.yml": missing, "examples/two/holds.yml": ""}) == [
        ("examples/two/breaks.yml", 1, "two can't judge Deployment/web: no such key: replicas."),
        ("examples/two/holds.yml", 1, "It has no object."),
    ]


def test_what_is_missing_or_broken(tmp_path: Path) -> None:
    assert written(tmp_path, {"examples/one/holds.yml": GOOD, "two.yml": policy("true", name="two")}) == [
        ("examples/one", 1, "There is no policy one. Name the folder as metadata.name of one."),
        ("two.yml", 1, "two needs examples/two/breaks.yml: objects that it refuses."),
        ("two.yml", 1, "two needs examples/two/holds.yml: objects that it accepts."),
    ]
    ((file, line, said),) = written(tmp_path, {"two.yml": policy("object.(", name="two")})[-1:]
    assert (file, line) == ("two.yml", 17) and "can't be evaluated" in said
    assert list(problems(tmp_path / "none")) == []
