"""Policies of several services in one repository: each is judged by those of its own template, and the repository's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scaffold.check.policy.files import policy_rules
from scaffold.check.run import check
from scaffold.check.settings import CheckSettings
from scaffold.git.walk import placed_below
from tests.check.policy.policies import policy
from tests.support.commands import scaffold
from workshop.history import git

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 2
"""
PLACE = ".scaffold/policy.yml"


def replicas(least: int, name: str = "acme-replicas") -> str:
    told = {"expression": f"object.spec.replicas >= {least}", "message": f"{least} replicas at least"}
    return policy(told, name=name, annotations={"kube-scaffold/severity": "warning" if least < 4 else "error"})


def put(folder: Path, policies: str | None, manifest: str = "deploy/base/deployment.yaml") -> None:
    (folder / manifest).parent.mkdir(parents=True)
    (folder / manifest).write_text(DEPLOYMENT.replace("NAME", folder.name))
    if policies is not None:
        (folder / PLACE).parent.mkdir()
        (folder / PLACE).write_text(policies)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with services of two versions of a template, of another one, and of none."""
    put(tmp_path / "services/shop", replicas(3))
    put(tmp_path / "services/blog", replicas(4))
    put(tmp_path / "services/mail", replicas(5, "other-replicas"))
    put(tmp_path / "tools", None)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    return tmp_path


def found(folder: Path, *words: str) -> set[tuple[str, str, str]]:
    done = scaffold("check", "--json", "--select", "policy", *words, cwd=folder)
    assert done.stderr == "", done.stderr
    findings = json.loads(done.stdout)["findings"]
    return {
        (each["path"].removesuffix("/deploy/base/deployment.yaml"), each["rule"], each["message"]) for each in findings
    }


SHOP = ("services/shop", "acme-replicas", "3 replicas at least (policy of services/shop)")
BLOG = ("services/blog", "acme-replicas", "4 replicas at least (policy of services/blog)")
MAIL = ("services/mail", "other-replicas", "5 replicas at least (policy of services/mail)")


def test_each_service_is_judged_by_the_policies_of_its_own_template(repository: Path) -> None:
    assert found(repository) == {SHOP, BLOG, MAIL}
    assert found(repository, "services/blog", "services/mail") == {
        ("services/blog", "acme-replicas", "4 replicas at least"),  # the first path is where policies are looked for
        MAIL,
    }
    assert found(repository, "--exclude", "services/blog", "--exclude", "*/mail") == {SHOP}
    assert {each[1:] for each in found(repository / "services/shop")} == {("acme-replicas", "3 replicas at least")}
    shutil.rmtree(repository / ".git")
    assert found(repository) == {SHOP, BLOG, MAIL}


def test_the_repositorys_policies_are_about_all(repository: Path) -> None:
    (repository / ".scaffold").mkdir()
    (repository / PLACE).write_text(replicas(9, "our-replicas") + "---\n" + replicas(7))
    own = {(f"services/{name}", "our-replicas", "9 replicas at least") for name in ("shop", "blog", "mail")}
    rest = {
        ("tools", rule, f"{least} replicas at least") for rule, least in (("our-replicas", 9), ("acme-replicas", 7))
    }
    seven = ("services/mail", "acme-replicas", "7 replicas at least")
    assert found(repository) == {SHOP, BLOG, MAIL, seven} | own | rest
    alone = {each[1:] for each in found(repository / "services/shop")}
    assert alone == {("acme-replicas", "3 replicas at least"), ("our-replicas", "9 replicas at least")}


def test_what_a_service_deploys_of_others_is_judged_by_its_policies(repository: Path) -> None:
    put(repository / "shared", None, "deployment.yaml")
    (repository / "shared/kustomization.yaml").write_text("resources: [deployment.yaml]\n")
    (repository / "services/shop/prod").mkdir()
    (repository / "services/shop/prod/kustomization.yaml").write_text("resources: [../../../shared]\n")
    assert ("shared/deployment.yaml", *SHOP[1:]) in found(repository)


def test_services_of_one_version_are_one_policy(repository: Path) -> None:
    for number in range(250):  # more than check takes of policies
        put(repository / f"many/service-{number}", replicas(3))
    settings = CheckSettings(repository, {}, {}, [repository])
    assert [each.id for each in policy_rules(settings)] == ["acme-replicas", "acme-replicas", "other-replicas"]
    done = scaffold("check", "--json", "--select", "policy", cwd=repository)
    assert len(json.loads(done.stdout)["findings"]) == 253
    assert "(policy of many/service-9)" in done.stdout


def test_comments_selection_and_every_format(repository: Path) -> None:
    for name in ("shop", "blog"):
        file = repository / f"services/{name}/deploy/base/deployment.yaml"
        file.write_text(file.read_text().replace(": 2", ": 2  # scaffold: ignore acme-replicas because it is ours"))
    done = scaffold("check", "--json", "--select", "policy", cwd=repository)
    told = json.loads(done.stdout)
    assert [each["rule"] for each in told["findings"]] == ["other-replicas"] and told["notes"] == []
    assert found(repository, "--ignore", "acme-replicas") == {MAIL}
    (repository / "services/shop/deploy/base/deployment.yaml").write_text(DEPLOYMENT)
    sarif = json.loads(scaffold("check", "--format", "sarif", "--select", "acme-replicas", cwd=repository).stdout)
    (run,) = sarif["runs"]
    (result,) = run["results"]
    assert (run["tool"]["driver"]["rules"][result["ruleIndex"]]["defaultConfiguration"], result["level"]) == (
        {"level": "warning"},
        "warning",
    )
    explained = scaffold("check", "--explain", "acme-replicas", cwd=repository).stdout
    assert "services/shop/.scaffold/policy.yml:1" in explained and "services/blog/.scaffold/policy.yml:1" in explained


def test_an_earlier_revision_is_judged_in_the_same_way(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "made")
    assert found(repository, "--new-only=HEAD") == set()
    put(repository / "services/news", replicas(8))
    assert {each[0] for each in found(repository, "--new-only=HEAD")} == {"services/news"}


def test_two_policies_of_one_name_for_the_same_objects_are_refused(repository: Path) -> None:
    (repository / "more.yml").write_text(replicas(1))
    done = scaffold("check", "--policy", "more.yml", cwd=repository)
    assert done.returncode == 12 and "more.yml:1: the name acme-replicas is taken by the policy at" in done.stderr
    (repository / "services/shop" / PLACE).write_text(replicas(3) + "---\n" + replicas(2))
    assert "services/shop/.scaffold/policy.yml:" in scaffold("check", cwd=repository).stderr


def test_standard_input_is_judged_as_the_folder(repository: Path) -> None:
    rules = policy_rules(CheckSettings(repository / "services/shop", {}, {}))
    report = check([], rules, stdin=DEPLOYMENT.encode())
    assert [(each.rule.id, each.message) for each in report.findings] == [("acme-replicas", "3 replicas at least")]


def test_places_lead_nowhere_else(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside"
    put(outside, replicas(3))
    (repository / "services/link").symlink_to(outside)
    (repository / "node_modules/x").mkdir(parents=True)
    shutil.copytree(outside / ".scaffold", repository / "node_modules/x/.scaffold")
    names = ["services/blog", "services/mail", "services/shop"]
    for _ in range(2):  # with git and without
        there = [Path(each).resolve() for each in placed_below([repository], PLACE)]
        assert there == [(repository / each / PLACE).resolve() for each in names]
        shutil.rmtree(repository / ".git", ignore_errors=True)
    (repository / "services/shop" / PLACE).unlink()
    (repository / "services/shop" / PLACE).symlink_to(outside / PLACE)
    assert "it leads out of" in scaffold("check", cwd=repository).stderr
