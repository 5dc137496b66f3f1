"""Answers that follow their defaults, that come and go by --add and --remove, and that were edited by hand."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.version import Version

from scaffold.errors import AnswerError, OptionError, ServiceError
from scaffold.releases import Revision
from scaffold.update.report import UpdateReport
from tests.update.edits import ANSWERS, answers_of
from workshop import goldens
from workshop.history import QUESTIONS, Lineage, commit, edit, git

VERSION = Revision("0" * 40, "v0.1.0", Version("0.1.0"))
REPORT = UpdateReport(VERSION, VERSION, (), (), (), {})
DEPLOYMENT = "deploy/base/deployment.yaml"


def without_record(service: Path) -> Path:
    """Make it a service of 0.3.0 or older: its answers file has neither names of what was given, nor a digest."""
    file = service / ANSWERS
    file.write_text(re.sub(r"(?s)\n# The answers that somebody gave.*", "\n", file.read_text()))
    commit(service, "an older service")
    return service


def changed(outcome: Any) -> dict[str, tuple[Any, Any, str]]:
    return {each.name: (each.before, each.after, each.why) for each in outcome.report.answers}


@pytest.mark.parametrize("old", [False, True])
def test_an_answer_that_is_its_default_follows_it(old: bool, start, update_to) -> None:
    service = without_record(start("defaults")) if old else start("defaults")
    outcome = update_to(service, "0.1.0", given={"replicas": 3})
    assert changed(outcome) == {"replicas": (2, 3, "given"), "max_replicas": (2, 3, "follows")}
    assert (answers_of(service)["replicas"], answers_of(service)["max_replicas"]) == (3, 3)
    assert answers_of(service)["answered"] == ["replicas"]
    assert "replicas: 3" in (service / DEPLOYMENT).read_text()


def test_an_answer_that_was_given_stays_though_it_is_the_default(start, update_to) -> None:
    service = start("defaults")
    update_to(service, "0.1.0", given={"max_replicas": 2, "memory_limit": "256Mi"})
    assert answers_of(service)["answered"] == ["max_replicas", "memory_limit"]
    commit(service)
    with pytest.raises(AnswerError, match=r"max_replicas: 2 is not"):
        update_to(service, "0.1.0", given={"replicas": 3})
    outcome = update_to(service, "0.1.0", given={"replicas": 3}, removed=("max_replicas",))
    assert changed(outcome)["max_replicas"] == (2, 3, "given")
    assert answers_of(service)["answered"] == ["memory_limit", "replicas"]


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
    back = {**answers_of(service), "answered": [], "_digest": ""}
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
    outcome = update_to(follows, "0.4.0", home=other_default.home, editions=None)
    assert changed(outcome) == {"shutdown_seconds": (20, 25, "follows")}
    outcome = update_to(given, "0.4.0", home=other_default.home, editions=None)
    assert changed(outcome) == {} and answers_of(given)["shutdown_seconds"] == 20


def test_plain_copier_keeps_the_record_and_adds_to_it(lineage, start, update_to) -> None:
    service = start("defaults")
    update_to(service, "0.1.0", given={"shutdown_seconds": 20})
    commit(service)
    options = ("--defaults", "--quiet", "--vcs-ref", "v0.2.0", "--data", "log_level=info")
    done = lineage.copier("update", *options, cwd=service)
    assert done.returncode == 0, done.stderr
    assert answers_of(service)["answered"] == ["log_level", "shutdown_seconds"]
    commit(service)
    outcome = update_to(service, "0.2.0", given={"replicas": 3})
    assert not outcome.report.edited and answers_of(service)["max_replicas"] == 3


@pytest.mark.parametrize("wrong", ["answered: name", "answered: [1]"])
def test_a_record_that_is_none_is_refused(wrong: str, start, update_to) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^answered: .*$", wrong)
    commit(service)
    with pytest.raises(ServiceError, match=r"answered is .*no list of names"):
        update_to(service, "0.1.0")


# Lists.


DB = {"dependencies.db": "{url: 'postgres:5432'}"}


def test_records_come_and_go(start, update_to) -> None:
    service = start("defaults")
    pristine = git(service, "rev-parse", "HEAD^{tree}")
    update_to(service, "0.1.0", added=DB)
    record = {"name": "db", "url": "postgres:5432", "kind": "critical", "timeout": 1}
    assert answers_of(service)["dependencies"] == [record]
    assert "postgres" in (service / "deploy/base/network-policy.yaml").read_text()
    commit(service)
    job = "{command: digest, deadline: 60, retries: 1}"
    update_to(service, "0.1.0", added={"dependencies.pay": "{url: http://pay}", "jobs.digest": job})
    assert [each["name"] for each in answers_of(service)["dependencies"]] == ["db", "pay"]
    assert [each["name"] for each in answers_of(service)["jobs"]] == ["digest"]
    commit(service)
    replaced = {"dependencies.db": "{url: 'mysql:3306'}"}
    update_to(service, "0.1.0", removed=("dependencies.db", "dependencies.pay", "jobs.digest"), added=replaced)
    assert [each["url"] for each in answers_of(service)["dependencies"]] == ["mysql:3306"]
    commit(service)
    update_to(service, "0.1.0", removed=("dependencies", "jobs"))
    assert commit(service) == pristine


def test_a_record_needs_its_name_only(start, lineage) -> None:
    service = start("defaults")
    added = ("--add", "dependencies.pay", "--add", "jobs.digest", "--quiet")
    done = lineage.scaffold("update", "--to", "0.1.0", *added, cwd=service)
    assert done.returncode == 0, done.stderr
    pay = {"name": "pay", "url": "http://pay", "kind": "critical", "timeout": 1}
    assert answers_of(service)["dependencies"] == [pay]
    assert answers_of(service)["jobs"] == [{"name": "digest", "command": "digest", "deadline": 600, "retries": 2}]


@pytest.mark.parametrize(
    ("added", "removed", "sentence"),
    [
        ({"dependency.db": "{}"}, (), "dependency is no list of records; did you mean dependencies?"),
        ({"replicas.db": "{}"}, (), "replicas is no list of records, so answer it by --data; the lists are ports, "),
        ({"dependencies": "{}"}, (), "dependencies: the record's name is missing; for example dependencies.mail."),
        ({"dependencies.db": "postgres:5432"}, (), "is no record; for example dependencies.db='{url: http://mail, "),
        ({"dependencies.db": "{url"}, (), "is no valid YAML; for example dependencies.db="),
        ({"dependencies.db": "{name: x, url: http://x}"}, (), "the record calls itself 'x'; write name once."),
        ({"jobs.serve": "{}"}, (), 'jobs[2].command: "serve" is not free'),
        ({"dependencies.mail": "{}"}, (), "dependencies.mail is there already; to replace it, add --remove"),
        ({}, ("dependencies.mial",), "dependencies.mial is not there; did you mean mail?"),
        ({}, ("jobs.zzz",), "jobs.zzz is not there; jobs has digest, warm-up."),
        ({}, ("nonsense",), "nonsense is no list of records"),
    ],
)
def test_a_wrong_record_is_told_in_a_sentence(
    added: dict[str, str], removed: tuple[str, ...], sentence: str, start, update_to
) -> None:
    service = start("frontend")
    with pytest.raises(AnswerError) as error:
        update_to(service, "0.1.0", added=added, removed=removed)
    assert sentence in str(error.value)
    assert git(service, "status", "--porcelain") == ""


# Edits by hand.


def edit_by_hand(service: Path) -> None:
    edit(
        service / ANSWERS,
        r"^dependencies: \[\]$",
        "dependencies: [{name: db, url: 'postgres:5432', kind: critical, timeout: 2}]",
    )
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 4")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_what_was_edited_by_hand_is_carried_out(old: bool, beside: bool, start, update_to) -> None:
    service = without_record(start("defaults")) if old else start("defaults")
    edit_by_hand(service)
    if beside and not old:  # only the digest tells of it then
        (service / "README.md").write_text((service / "README.md").read_text() + "\nOurs.\n")
    commit(service, "by hand")
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == ("dependencies", "replicas") and not outcome.unresolved
    why = {each.name: each.why for each in outcome.report.answers}
    assert why == {"replicas": "edited", "dependencies": "edited", "max_replicas": "follows"}
    assert "replicas: 4" in (service / DEPLOYMENT).read_text()
    assert "postgres" in (service / "deploy/base/network-policy.yaml").read_text()
    assert {"dependencies", "replicas"} <= set(answers_of(service)["answered"])
    commit(service)
    again = update_to(service, "0.1.0")
    assert again.report.edited == () and not again.applied


def test_a_record_that_was_added_by_hand_needs_its_name_only(start, update_to) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^dependencies: \[\]$", "dependencies: [{name: pay}]")
    commit(service)
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == ("dependencies",)
    pay = {"name": "pay", "url": "http://pay", "kind": "critical", "timeout": 1}
    assert answers_of(service)["dependencies"] == [pay]
    assert "PAY_URL=http://pay\n" in (service / "deploy/base/config.env").read_text()
    commit(service)
    assert update_to(service, "0.1.0").report.edited == (), "what was filled in is no edit"


def test_a_repository_that_nobody_gave_follows_ci(start, update_to) -> None:
    service = start("defaults")
    outcome = update_to(service, "0.1.0", given={"ci": "gitlab"})
    moved = "github.com/example-org/my-service", "gitlab.com/example-org/my-service", "follows"
    assert changed(outcome)["repository"] == moved


def test_an_edit_and_a_new_version_come_together(start, update_to) -> None:
    service = start("defaults")
    edit_by_hand(service)
    commit(service)
    outcome = update_to(service, "0.2.0")
    assert outcome.report.edited == ("dependencies", "replicas") and not outcome.unresolved
    text = (service / DEPLOYMENT).read_text()
    assert "replicas: 4" in text and "revisionHistoryLimit: 10" in text


def test_an_answer_of_an_older_service_that_changes_nothing_else_was_not_edited(start, update_to) -> None:
    service = without_record(start("defaults"))
    edit(service / ANSWERS, r"^limit_per: client$", "limit_per: all")
    commit(service)
    outcome = update_to(service, "0.1.0")
    assert outcome.report.edited == () and answers_of(service)["limit_per"] == "all"


def test_an_edit_without_the_history_that_tells_is_refused(start, update_to) -> None:
    service = start("defaults")
    edit_by_hand(service)
    git(service, "commit", "--quiet", "--all", "--amend", "--message", "one commit")
    with pytest.raises(ServiceError, match="edited by hand, and no commit here holds those that made the service"):
        update_to(service, "0.1.0")
    assert git(service, "status", "--porcelain") == ""


def test_what_people_see(start, lineage) -> None:
    service = start("defaults")
    edit_by_hand(service)
    commit(service)
    done = lineage.scaffold("update", "--to", "0.1.0", cwd=service)
    assert done.returncode == 0, done.stderr
    assert "2 answers were edited by hand: dependencies, replicas; they are carried out.\n" in done.stderr
    assert "  dependencies: +db (edited by hand)\n" in done.stderr
    assert "  max_replicas: 2 -> 4 (follows its default)\n" in done.stderr


def test_a_new_name_says_what_stays_in_the_cluster(start, lineage) -> None:
    done = lineage.scaffold("update", "--to", "0.1.0", "--data", "name=orders", cwd=start("defaults"))
    assert done.returncode == 0, done.stderr
    assert "what is deployed as my-service stays in the cluster" in done.stderr
    assert "kubectl delete deployment,service," in done.stderr
    assert "--selector=app.kubernetes.io/name=my-service\n" in done.stderr


# A team's own edits.


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: my-service-ours }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 192.0.2.7/32 } }] }]
"""


def test_a_dependency_joins_what_the_team_has_written(start, update_to) -> None:
    service = start("defaults")
    overlay = service / "deploy/overlays/production"
    (overlay / "egress-ours.yaml").write_text(POLICY)
    edit(overlay / "kustomization.yaml", r"^  - ../../base\n", "  - ../../base\n  - egress-ours.yaml\n")
    edit(service / "deploy/base/config.env", r"^LOG_LEVEL=info$", "LOG_LEVEL=debug\nORDERS_PAGE=50")
    edit(service / "src/app/config.py", r"^    log_level: ", "    orders_page: int = 50\n    log_level: ")
    edit(service / "Makefile", r"\Z", "\nours:\n\techo ours\n")
    commit(service)
    outcome = update_to(service, "0.1.0", added=DB)
    assert outcome.applied and not outcome.unresolved
    settings, variables = (service / "src/app/config.py").read_text(), (service / "deploy/base/config.env").read_text()
    assert "orders_page: int = 50" in settings and "db_url" in settings
    assert "LOG_LEVEL=debug\nORDERS_PAGE=50\n" in variables and "DB_URL=postgres:5432\n" in variables
    assert "app.kubernetes.io/name: postgres" in (service / "deploy/base/network-policy.yaml").read_text()
    assert (overlay / "egress-ours.yaml").read_text() == POLICY
    assert (service / "Makefile").read_text().endswith("\nours:\n\techo ours\n")


def test_a_new_service_names_what_was_given(lineage, tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("replicas: 2\nanswered: [language]\n")
    options = ("new", "one", "--answers", "more.yml", "--data", "name=one", "--vcs-ref", "0.1.0")
    done = lineage.scaffold(*options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert answers_of(tmp_path / "one")["answered"] == ["name", "replicas"]


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
    assert answers_of(service)["answered"] == given, "without a dependency, a breaker does not matter"
    settings.write_text("[answers]\nreplicas = 5\n")
    done = other_default.scaffold("update", "--to", "0.4.0", cwd=service, **settings_of)
    assert done.returncode == 0, done.stderr
    answers = answers_of(service)
    assert (answers["shutdown_seconds"], answers["replicas"]) == (20, 2), "no other default takes their place"
    assert answers["answered"] == given


def test_copier_differs_on_defaults_and_on_edits_by_hand(other_default, start) -> None:
    service = start("defaults")
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 4")
    edit(service / ANSWERS, r"^max_replicas: 2$", "max_replicas: 4")
    commit(service)
    done = other_default.copier("update", "--defaults", "--quiet", "--vcs-ref", "v0.4.0", cwd=service)
    assert done.returncode == 0, done.stderr
    assert answers_of(service)["shutdown_seconds"] == 20, "scaffold would take the new default"
    assert answers_of(service)["replicas"] == 4
    assert "replicas: 2" in (service / DEPLOYMENT).read_text(), "scaffold would carry it out"
