"""Answers that follow their defaults, and those that somebody gave."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

from scaffold.errors import AnswerError, OptionError, ServiceError
from scaffold.releases import Revision
from scaffold.update.report import UpdateReport
from tests.support.answers import recorded_in
from tests.update.edits import ANSWERS, changed, without_record
from workshop import goldens
from workshop.history import QUESTIONS, Lineage, commit, edit, git

pytestmark = pytest.mark.aside

VERSION = Revision("0" * 40, "v0.1.0", Version("0.1.0"))
REPORT = UpdateReport(VERSION, VERSION, (), (), (), {})
DEPLOYMENT = "deploy/base/deployment.yaml"


@pytest.mark.parametrize("old", [False, True])
def test_an_answer_that_is_its_default_follows_it(old: bool, start, update_to) -> None:
    service = without_record(start("defaults")) if old else start("defaults")
    outcome = update_to(service, "0.1.0", given={"replicas": 3})
    assert changed(outcome) == {"replicas": (2, 3, "given"), "max_replicas": (2, 3, "follows")}
    assert (recorded_in(service)["replicas"], recorded_in(service)["max_replicas"]) == (3, 3)
    assert recorded_in(service)["answered"] == ["replicas"]
    assert "replicas: 3" in (service / DEPLOYMENT).read_text()


def test_an_answer_that_was_given_stays_though_it_is_the_default(start, update_to) -> None:
    service = start("defaults")
    update_to(service, "0.1.0", given={"max_replicas": 2, "memory_limit": "256Mi"})
    assert recorded_in(service)["answered"] == ["max_replicas", "memory_limit"]
    commit(service)
    with pytest.raises(AnswerError, match=r"max_replicas must be at least replicas"):
        update_to(service, "0.1.0", given={"replicas": 3})
    outcome = update_to(service, "0.1.0", given={"replicas": 3}, removed=("max_replicas",))
    assert changed(outcome)["max_replicas"] == (2, 3, "given")
    assert recorded_in(service)["answered"] == ["memory_limit", "replicas"]


def test_each_change_of_language_removes_many_files() -> None:
    resolve = goldens.engine()[1].resolve
    question = next(each for each in goldens.engine()[0].asked if each.name == "language")
    languages = list(question.choices.values())
    made = {each: {file.path for file in goldens.rendered(resolve({"language": each}))} for each in languages}
    for before, after in itertools.permutations(languages, 2):
        files, removed = len(made[before]), len(made[before] - made[after])
        assert replace(REPORT, files=files, removed=removed).removes_many, (before, after)
    most = {file.path for file in goldens.rendered(goldens.answers_of("everything-python"))}
    fewer = replace(REPORT, files=len(most), removed=len(most - made["python"]))
    assert fewer.removed and not fewer.removes_many, "all dependencies, jobs and sidecars go, and no code of one's own"


def test_another_language_brings_its_own_numbers_and_is_confirmed(start, update_to) -> None:
    service = start("defaults")
    with pytest.raises(OptionError, match=r"this removes \d+ of the \d+ files .*--yes"):
        update_to(service, "0.1.0", given={"language": "java"})
    declined = update_to(service, "0.1.0", given={"language": "java"}, confirm=lambda _: False)
    assert not declined.applied and git(service, "status", "--porcelain") == ""
    outcome = update_to(service, "0.1.0", given={"language": "java"}, confirm=lambda told: told.removes_many)
    assert outcome.applied and (service / "pom.xml").exists() and not (service / "requirements.in").exists()
    moved = changed(outcome)
    assert moved["language"] == ("python", "java", "given")
    assert moved["memory_limit"] == ("256Mi", "512Mi", "follows")
    assert moved["startup_seconds"] == (10, 30, "follows")
    commit(service)
    update_to(service, "0.1.0", given={"language": "python"}, confirm=lambda _: True)
    back = {**recorded_in(service), "answered": [], "_digest": ""}
    assert back == {**yaml.safe_load(git(service, "show", f"HEAD~1:{ANSWERS}")), "answered": [], "_digest": ""}


@pytest.fixture
def other_default(lineage: Lineage, tmp_path: Path) -> Lineage:
    """Return the lineage with one more version, in which the default of an answer is another one."""
    root = Path(shutil.copytree(lineage.root, tmp_path / "other/checkout", symlinks=True))
    questions = root / QUESTIONS / "lifecycle.yml"
    edit(questions, r"(?s)(^shutdown_seconds:.*?  default:) 20$", r"\1 25")
    git(root, "commit", "--quiet", "--all", "--message", "0.4.0")
    git(root, "tag", "v0.4.0")
    commit_id = git(root, "rev-parse", "HEAD")
    with (root / "releases.yml").open("a") as file:
        file.write(f"- version: 0.4.0\n  commit: {commit_id}\n  date: 2026-01-01\n")
    return Lineage(root)


def test_a_release_with_another_default_moves_who_follows_and_says_so(other_default, start, update_to) -> None:
    follows, given = start("defaults", "follows"), start("defaults", "given")
    update_to(given, "0.1.0", given={"shutdown_seconds": 20})
    commit(given)
    outcome = update_to(follows, "0.4.0", home=other_default.home)
    assert changed(outcome) == {"shutdown_seconds": (20, 25, "follows")}
    outcome = update_to(given, "0.4.0", home=other_default.home)
    assert changed(outcome) == {} and recorded_in(given)["shutdown_seconds"] == 20


def test_plain_copier_keeps_the_record_and_adds_to_it(lineage, start, update_to) -> None:
    service = start("defaults")
    update_to(service, "0.1.0", given={"shutdown_seconds": 20})
    commit(service)
    options = ("--defaults", "--quiet", "--vcs-ref", "v0.2.0", "--data", "log_level=info")
    done = lineage.copier("update", *options, cwd=service)
    assert done.returncode == 0, done.stderr
    assert recorded_in(service)["answered"] == ["log_level", "shutdown_seconds"]
    commit(service)
    outcome = update_to(service, "0.2.0", given={"replicas": 3})
    assert not outcome.report.edited and recorded_in(service)["max_replicas"] == 3


@pytest.mark.parametrize("wrong", ["answered: name", "answered: [1]"])
def test_a_record_that_is_none_is_refused(wrong: str, start, update_to) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^answered: .*$", wrong)
    commit(service)
    with pytest.raises(ServiceError, match=r"answered must be a list of names, not "):
        update_to(service, "0.1.0")


def test_a_repository_that_nobody_gave_follows_ci(start, update_to) -> None:
    service = start("defaults")
    outcome = update_to(service, "0.1.0", given={"ci": "gitlab"})
    moved = "github.com/example-org/my-service", "gitlab.com/example-org/my-service", "follows"
    assert changed(outcome)["repository"] == moved


def test_a_new_name_says_what_stays_in_the_cluster(start, lineage) -> None:
    done = lineage.scaffold("update", "--to", "0.1.0", "--data", "name=orders", cwd=start("defaults"))
    assert done.returncode == 0, done.stderr
    assert "objects with the name my-service stay in the cluster" in done.stderr
    assert "kubectl delete deployment,service," in done.stderr
    assert "--selector=app.kubernetes.io/name=my-service\n" in done.stderr


def test_nothing_is_to_be_deleted_by_a_label_that_the_new_objects_have(start, update_to) -> None:
    kept = {"selector_labels": {"app.kubernetes.io/name": "worker", "app": "orders"}}
    assert update_to(start("own-worker", "a"), "0.1.0", given={"name": "orders"}).report.renamed == "worker"
    assert update_to(start("own-worker", "b"), "0.1.0", given={"name": "orders", **kept}).report.renamed is None


def test_a_new_service_names_what_was_given(lineage, tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("replicas: 2\nanswered: [language]\n")
    options = ("new", "one", "--answers", "more.yml", "--data", "name=one", "--vcs-ref", "0.1.0")
    done = lineage.scaffold(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert recorded_in(tmp_path / "one")["answered"] == ["name", "replicas"]


def test_a_default_of_a_company_counts_as_given(other_default, tmp_path: Path) -> None:
    (tmp_path / "config/kube-scaffold").mkdir(parents=True)
    settings = tmp_path / "config/kube-scaffold/config.toml"
    settings.write_text('[answers]\nshutdown_seconds = 20\nbreaker = "none"\nreplicas = 2\n')
    settings_of = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    options = ("new", "one", "--defaults", "--vcs-ref", "0.1.0")
    done = other_default.scaffold(*options, cwd=tmp_path, **settings_of)
    assert done.returncode == 0, done.stderr
    service = tmp_path / "one"
    given = ["name", "replicas", "shutdown_seconds"]
    assert recorded_in(service)["answered"] == given, "without a dependency, a breaker does not matter"
    settings.write_text("[answers]\nreplicas = 5\n")
    done = other_default.scaffold("update", "--to", "0.4.0", cwd=service, **settings_of)
    assert done.returncode == 0, done.stderr
    answers = recorded_in(service)
    assert (answers["shutdown_seconds"], answers["replicas"]) == (20, 2), "no other default takes their place"
    assert answers["answered"] == given


def test_copier_differs_on_defaults_and_on_edits_by_hand(other_default, start) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 4")
    edit(service / ANSWERS, r"^max_replicas: 2$", "max_replicas: 4")
    commit(service)
    done = other_default.copier("update", "--defaults", "--quiet", "--vcs-ref", "v0.4.0", cwd=service)
    assert done.returncode == 0, done.stderr
    assert recorded_in(service)["shutdown_seconds"] == 20, "scaffold would take the new default"
    assert recorded_in(service)["replicas"] == 4
    assert "replicas: 2" in (service / DEPLOYMENT).read_text(), "scaffold would carry it out"


def test_a_collector_comes_with_its_rule_and_traces_go_with_their_packages(start, update_to) -> None:
    service = start("mail")
    update_to(service, "0.1.0", given={"collector": "http://otel-collector.monitoring.svc:4318"})
    assert "app.kubernetes.io/name: otel-collector" in policy_of(service)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http" in (service / "deploy/base/config.env").read_text()
    commit(service)
    outcome = update_to(service, "0.1.0", given={"telemetry": "none"})
    assert outcome.plan.conflicts == ()
    assert "otel" not in policy_of(service) + (service / "go.mod").read_text() + (service / "go.sum").read_text()
    assert not (service / "internal/tracing").exists()


def policy_of(service: Path) -> str:
    return (service / "deploy/base/network-policy.yaml").read_text()


def test_who_deploys_changes_and_changes_back(start, update_to) -> None:
    service = start("frontend")
    before = {path: content for path, content in goldens.files_of(service).items() if path != ANSWERS}
    outcome = update_to(service, "0.1.0", given={"deploy": "argocd"})
    named = {each.path for each in outcome.report.lines}
    assert {"deploy/apply.sh", "deploy/argocd/dev.yaml", "deploy/argocd/production.yaml", "Makefile"} <= named
    assert outcome.report.removed == 1 and not (service / "deploy/apply.sh").exists()
    commit(service)
    update_to(service, "0.1.0", given={"deploy": "make"})
    after = {path: content for path, content in goldens.files_of(service).items() if path != ANSWERS}
    assert after == before


def test_what_tries_a_change_comes_and_goes_with_its_answer(start, update_to) -> None:
    service = start("frontend")
    before = {path: content for path, content in goldens.files_of(service).items() if path != ANSWERS}
    loops = [({"inner_loop": "skaffold", "devcontainer": True}, {"skaffold.yaml", ".devcontainer/devcontainer.json"})]
    loops += [({"inner_loop": "tilt", "devcontainer": False}, {"Tiltfile"}), ({"inner_loop": "none"}, set())]
    for given, added in loops:
        update_to(service, "0.1.0", given=given)
        assert {str(path) for path in goldens.files_of(service)} == {*map(str, before), str(ANSWERS), *added}
        commit(service)
    after = {path: content for path, content in goldens.files_of(service).items() if path != ANSWERS}
    assert after == before
