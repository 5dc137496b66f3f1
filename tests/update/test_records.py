"""Records of lists that come and go by --add and --remove."""

from __future__ import annotations

import pytest

from scaffold.errors import AnswerError
from tests.support.answers import recorded_in
from workshop.history import commit, edit, git

DB = {"dependencies.db": "{url: 'postgres:5432'}"}


def test_records_come_and_go(start, update_to) -> None:
    service = start("defaults")
    pristine = git(service, "rev-parse", "HEAD^{tree}")
    update_to(service, "0.1.0", added=DB)
    record = {"name": "db", "url": "postgres:5432", "kind": "critical", "timeout": 1}
    assert recorded_in(service)["dependencies"] == [record]
    assert "postgres" in (service / "deploy/base/network-policy.yaml").read_text()
    commit(service)
    job = "{command: digest, deadline: 60, retries: 1}"
    update_to(service, "0.1.0", added={"dependencies.pay": "{url: http://pay}", "jobs.digest": job})
    assert [each["name"] for each in recorded_in(service)["dependencies"]] == ["db", "pay"]
    assert [each["name"] for each in recorded_in(service)["jobs"]] == ["digest"]
    commit(service)
    replaced = {"dependencies.db": "{url: 'mysql:3306'}"}
    update_to(service, "0.1.0", removed=("dependencies.db", "dependencies.pay", "jobs.digest"), added=replaced)
    assert [each["url"] for each in recorded_in(service)["dependencies"]] == ["mysql:3306"]
    commit(service)
    update_to(service, "0.1.0", removed=("dependencies", "jobs"))
    assert commit(service) == pristine


def test_a_record_needs_its_name_only(start, lineage) -> None:
    service = start("defaults")
    added = ("--add", "dependencies.pay", "--add", "jobs.digest", "--quiet")
    done = lineage.scaffold("update", "--to", "0.1.0", *added, cwd=service)
    assert done.returncode == 0, done.stderr
    pay = {"name": "pay", "url": "http://pay", "kind": "critical", "timeout": 1}
    assert recorded_in(service)["dependencies"] == [pay]
    assert recorded_in(service)["jobs"] == [{"name": "digest", "command": "digest", "deadline": 600, "retries": 2}]


def test_a_record_that_goes_is_called_by_its_name(start, lineage) -> None:
    service = start("defaults")
    lineage.scaffold("update", "--to", "0.1.0", "--add", "dependencies.pay", cwd=service)
    commit(service)
    done = lineage.scaffold("update", "--to", "0.1.0", "--remove", "dependencies.pay", cwd=service)
    assert "  dependencies: -pay (given)\n" in done.stderr


def test_environments_no_longer_name_a_record_that_goes(start, lineage) -> None:
    service = start("frontend")
    urls = "urls: {mail: http://mail.test.svc, weather: http://weather.test.svc}"
    environments = f"[{{name: dev, {urls}, suspended: [digest]}}, {{name: qa, suspended: []}}, {{name: production}}]"
    lineage.scaffold("update", "--to", "0.1.0", "--data", f"environments={environments}", cwd=service)
    commit(service)
    gone = ("--remove", "dependencies.weather", "--remove", "jobs.digest")
    done = lineage.scaffold("update", "--to", "0.1.0", *gone, cwd=service)
    assert done.returncode == 0, done.stderr
    assert "  environments: dev changes (named a removed record)\n" in done.stderr
    dev = {"name": "dev", "urls": {"mail": "http://mail.test.svc"}, "suspended": []}
    assert recorded_in(service)["environments"] == [dev, {"name": "qa", "suspended": []}, {"name": "production"}]
    commit(service)
    replaced = ("--remove", "dependencies.mail", "--add", "dependencies.mail={url: http://mails}")
    lineage.scaffold("update", "--to", "0.1.0", *replaced, cwd=service)
    assert recorded_in(service)["environments"][0] == dev, "it is there again"
    commit(service)
    done = lineage.scaffold(
        "update", "--to", "0.1.0", "--remove", "dependencies.mail", "--data", "breaker=none", cwd=service
    )
    assert done.returncode == 0, done.stderr
    assert recorded_in(service)["environments"][0] == {"name": "dev", "suspended": []}


@pytest.mark.parametrize(
    ("added", "removed", "sentence"),
    [
        ({"dependency.db": "{}"}, (), "dependency is not a list of records. Did you mean dependencies?"),
        ({"replicas.db": "{}"}, (), "replicas is not a list of records. Answer it with --data replicas=VALUE."),
        ({"dependencies": "{}"}, (), "dependencies must name a record. Example: dependencies.mail."),
        (
            {"dependencies.db": "postgres:5432"},
            (),
            'must be a record, not "postgres:5432". Example: dependencies.db=\'{url: http://mail, ',
        ),
        ({"dependencies.db": "{url"}, (), 'must be valid YAML, not "{url". Example: dependencies.db='),
        (
            {"dependencies.db": "{name: x, url: http://x}"},
            (),
            "must have no other name, not x. Leave the field name out.",
        ),
        ({"jobs.serve": "{}"}, (), "jobs.serve.command must not be serve: "),
        ({"dependencies.mail": "{}"}, (), "dependencies.mail exists already. To replace it, add --remove"),
        ({}, ("dependencies.mial",), "dependencies.mial does not exist. Did you mean mail?"),
        ({}, ("jobs.zzz",), "jobs.zzz does not exist. jobs has digest, warm-up."),
        ({}, ("nonsense",), "nonsense is not a list of records"),
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
