"""`scaffold check` with policies: where they come from, every format, comments, baselines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.check.policy.policies import policy
from tests.support.commands import scaffold

SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: web
          image: docker.io/web:1
"""
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
"""
OURS = {
    "expression": "object.spec.template.spec.containers.all(c, c.image.startsWith('registry.example.org/'))",
    "message": "images come from registry.example.org",
}
THREE = {"expression": "object.spec.replicas >= 3", "message": "three replicas at least"}
RULES = ("acme.registry", "acme-replicas")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """Return a repository with a manifest and the policies of its template."""
    for name in (".scaffold", ".git", "base"):
        (tmp_path / name).mkdir()
    (tmp_path / "base" / "deployment.yaml").write_text(DEPLOYMENT)
    told = {"kube-scaffold/do": "Push the image there."}
    texts = (policy(OURS, name="acme.registry", annotations=told), policy(THREE, name="acme-replicas"))
    (tmp_path / ".scaffold" / "policy.yml").write_text("---\n".join(texts))
    return tmp_path


def found(folder: Path, *words: str) -> list[tuple[str, str, int, int]]:
    done = scaffold("check", "--json", "--select", "policy", *words, cwd=folder)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    return [(each["rule"], each["path"], each["line"], each["column"]) for each in told["findings"]]


EVERYTHING = [
    ("acme-replicas", "base/deployment.yaml", 5, 13),
    ("acme.registry", "base/deployment.yaml", 10, 18),
]
REPLICAS, REGISTRY = EVERYTHING


def test_the_place_is_in_the_file_that_people_edit(service: Path) -> None:
    (service / "prod").mkdir()
    (service / "prod" / "patch.yaml").write_text(PATCH)
    (service / "base" / "kustomization.yaml").write_text("resources: [deployment.yaml]\n")
    (service / "prod" / "kustomization.yaml").write_text("resources: [../base]\npatches: [{path: patch.yaml}]\n")
    assert found(service / "prod") == [
        ("acme.registry", "../base/deployment.yaml", 10, 18),
        ("acme-replicas", "patch.yaml", 5, 13),
    ]


def test_every_format_has_the_finding(service: Path) -> None:
    words = {}
    for format_ in ("text", "sarif", "github", "junit"):
        done = scaffold("check", "--format", format_, "--select", "acme.registry", cwd=service)
        assert (done.returncode, done.stderr) == (1, "")
        words[format_] = done.stdout
        assert OURS["message"] in done.stdout and "base/deployment.yaml" in done.stdout
    assert "::error file=base/deployment.yaml,line=10,endLine=10,col=18" in words["github"]
    told = json.loads(words["sarif"])
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(told)
    (result,), (rule,) = told["runs"][0]["results"], told["runs"][0]["tool"]["driver"]["rules"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (result["ruleId"], rule["id"], region["startLine"], region["startColumn"]) == (
        *("acme.registry",) * 2,
        10,
        18,
    )


def test_comments_baselines_and_settings(service: Path) -> None:
    file = service / "base" / "deployment.yaml"
    comment = "  # scaffold: ignore acme.registry because it is ours"
    file.write_text(DEPLOYMENT.replace("web:1", f"web:1{comment}"))
    done = scaffold("check", "--json", "--select", "policy", cwd=service)
    assert [each["rule"] for each in json.loads(done.stdout)["findings"]] == ["acme-replicas"]
    assert json.loads(done.stdout)["notes"] == []
    done = scaffold("check", "--select", "P07", cwd=service)
    assert "unknown rule" not in done.stdout
    file.write_text(DEPLOYMENT.replace("web:1", f"web:1{comment.replace('acme.', 'acne.')}"))
    assert "unknown rule acne.registry" in scaffold("check", "--select", "P07", cwd=service).stdout
    file.write_text(DEPLOYMENT)
    scaffold("check", "--select", "policy", "--write-baseline", "old.json", cwd=service)
    assert found(service, "--baseline", "old.json") == []
    assert found(service, "--ignore", "acme.registry") == [REPLICAS]
    (service / ".scaffold.toml").write_text('[check]\nignore = ["acme-replicas"]\n')
    assert found(service) == [REGISTRY]


def test_policies_of_the_settings_and_the_command_line(service: Path) -> None:
    (service / "rules").mkdir()
    shutil.move(service / ".scaffold" / "policy.yml", service / "rules" / "all.yaml")
    none = scaffold("check", "--select", "policy", cwd=service)
    assert none.returncode == 2 and "there is no rule policy" in none.stderr
    assert found(service, "--policy", "rules") == EVERYTHING
    (service / ".scaffold.toml").write_text('[check]\npolicy = ["rules/all.yaml"]\n')
    assert found(service) == EVERYTHING
    assert len(found(service / "base")) == 2
    done = scaffold("check", "--policy", "missing.yml", cwd=service)
    message = "error: --policy: the policy missing.yml can't be read: it does not exist.\n"
    assert (done.returncode, done.stderr) == (2, message)
    (service / ".scaffold.toml").write_text('[check]\npolicy = ["../other.yml"]\n')
    (service.parent / "other.yml").write_text(policy("true"))
    done = scaffold("check", cwd=service)
    assert done.returncode == 12 and "it leads out of" in done.stderr


def test_a_policy_is_explained_and_listed(service: Path) -> None:
    done = scaffold("check", "--explain", "acme.registry", cwd=service)
    assert done.returncode == 0
    for words in (OURS["message"], "Fix: Push the image there.", ".scaffold/policy.yml:1"):
        assert words in done.stdout
    told = json.loads(scaffold("check", "--rules", "--json", cwd=service).stdout)
    assert [each["id"] for each in told[-2:]] == list(RULES)
    assert all(each["title"] and each["why"] and each["do"] for each in told[-2:])


def test_a_broken_policy_is_one_sentence(service: Path) -> None:
    (service / ".scaffold" / "policy.yml").write_text(policy("object.spec.(", name="acme-names"))
    done = scaffold("check", cwd=service)
    assert (done.returncode, done.stdout) == (12, "")
    start = "error: .scaffold/policy.yml:17: policy acme-names: the expression `object.spec.(` can't be evaluated: "
    assert done.stderr.startswith(start) and done.stderr.count("\n") == 1
