"""What `scaffold prove` knows of a service: from its manifests, its answers, its settings and the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from scaffold.errors import FileError
from scaffold.kubernetes.quantities import amount
from scaffold.prove.subject.manifests import facts
from scaffold.prove.subject.read import load_subject
from scaffold.prove.subject.subject import MADE_UP
from scaffold.text.sizes import size
from tests.check.helm import needs_helm, path_with_helm
from workshop import goldens


@pytest.mark.parametrize("name", goldens.GENERATED)
@needs_helm
def test_a_service_of_ours_says_all_that_is_needed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_helm(tmp_path))
    answers = goldens.answers_of(name).context
    subject = load_subject(goldens.EXAMPLES / name)
    assert subject.name == answers["name"]
    assert [port.number for port in subject.all_ports] == [
        *(port["number"] for port in answers["ports"]),
        answers["admin_port"],
    ]
    assert [each.variable for each in subject.dependencies] == [
        f"{each['variable']}_URL" for each in answers["upstreams"]
    ]
    assert [each.scheme for each in subject.dependencies] == [each["scheme"] for each in answers["upstreams"]]
    assert subject.memory_limit == amount(answers["memory_limit"])
    assert subject.cpu_limit == amount(answers["cpu_limit"])
    assert subject.startup_seconds == answers["startup_seconds"]
    assert list(subject.writable) == [each["path"] for each in answers["writable_paths"]]
    assert subject.startup_budget and subject.startup_budget >= 3 * subject.startup_seconds
    assert subject.user == "10001:10001"


def test_without_helm_the_answers_of_a_service_with_a_chart_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the numbers of its probes are missing then."""
    monkeypatch.setenv("PATH", "/nonexistent")
    subject = load_subject(BY_HELM)
    assert subject.memory_limit and subject.startup_seconds and subject.probes.startup
    assert subject.startup_budget is None
    with pytest.raises(FileError, match="can't be built: helm is not on the PATH"):
        load_subject(BY_HELM, {"manifests": "deploy/chart"})


@needs_helm
def test_a_chart_that_helm_refuses_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(BY_HELM, tmp_path / "service")
    with (folder / "deploy/chart/values.yaml").open("a") as values:
        values.write("replica: 2\n")
    monkeypatch.setenv("PATH", path_with_helm(tmp_path))
    with pytest.raises(FileError, match=r"deploy/chart can't be built: .*'replica' not allowed"):
        load_subject(folder)


BY_HELM = goldens.EXAMPLES / "standalone-typescript"


def test_the_contract_tells_what_no_answer_does() -> None:
    subject = load_subject(goldens.EXAMPLES / "frontend")
    contract = yaml.safe_load((goldens.ROOT / "templates/service/contract.yml").read_text())
    assert subject.args == ("serve",) and "serve" in contract["commands"]
    probes = (subject.probes.startup, subject.probes.readiness, subject.probes.liveness)
    assert probes == ("/startupz", "/readyz", "/livez") and set(probes) == set(contract["probes"])
    assert subject.code_when_wrong == contract["exit_codes"]["configuration"]["code"]
    assert subject.wrong["LOG_LEVEL"] == contract["environment"]["LOG_LEVEL"]["wrong"]
    assert subject.configurations == ({"LOG_LEVEL": "info"}, {"LOG_LEVEL": "error"})
    assert subject.startup_delay_variable in contract["environment"]
    assert [each.variable for each in subject.ports] == ["PORT_HTTP"]
    assert subject.admin and subject.admin.variable == "ADMIN_PORT"


def test_any_image_and_its_manifests(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(ANY)
    (tmp_path / ".scaffold.toml").write_text(
        '[prove]\nimage = "app:1"\nmanifests = "app.yaml"\njobs = {sweep = "sweep --all"}\n'
        'env = {MODE = "test"}\ndependencies = {mail = "MAIL", db = {variable = "DB", scheme = "tcp"}}\n'
    )
    subject = load_subject(tmp_path, {"env": {"LEVEL": "high"}, "port": 9000})
    assert subject.image == "app:1"
    assert subject.ports[0].number == 9000
    assert (subject.admin.number if subject.admin else None) == 9100
    assert subject.readiness == "/healthy"
    assert subject.env == {"FROM": "manifest", "MODE": "test", "LEVEL": "high"}
    assert subject.memory_limit == 512 * 2**20
    assert subject.startup_budget == 5 + 2 * 30
    assert subject.writable == {"/work": 2**20}
    assert subject.jobs[0].args == ("sweep", "--all")
    assert [each.scheme for each in subject.dependencies] == ["http", "tcp"]


ANY = """\
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: app}
    spec:
      template:
        spec:
          containers:
            - name: app
              image: app:1
              env: [{name: FROM, value: manifest}, {name: SECRET, valueFrom: {secretKeyRef: {name: a, key: b}}}]
              ports: [{name: web, containerPort: 80}, {name: health, containerPort: 9100}]
              startupProbe: {httpGet: {path: /up, port: health}, initialDelaySeconds: 5, periodSeconds: 2, failureThreshold: 30}
              readinessProbe: {httpGet: {path: /healthy, port: 9100}}
              resources: {limits: {memory: 512Mi}}
              volumeMounts: [{name: work, mountPath: /work}, {name: config, mountPath: /etc/app}]
          volumes: [{name: work, emptyDir: {sizeLimit: 1Mi}}, {name: config, configMap: {name: app}}]
"""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[prove]\nimgae = 'a'", "imgae is not a setting. Did you mean image?"),
        ("[prove]\nport = 'http'", "port must be a whole number, not 'http'"),
        ("[prove]\nimage = 'a'\nwritable = {'/tmp' = 'much'}", "writable is wrong: much is not a quantity"),
        ("[prove]\nimage = 'a'\nmanifests = 'none'", "no such file or folder of manifests"),
        ("[prove]\nimage = 'a'\ndependencies = {mail = {url = 1}}", "give the variable of its address"),
        ("[prove\n", "is not valid TOML"),
        ("", "no Dockerfile; give a service's folder, or --image IMAGE"),
    ],
)
def test_wrong_settings_are_told(settings: str, message: str, tmp_path: Path) -> None:
    (tmp_path / ".scaffold.toml").write_text(settings)
    with pytest.raises(FileError, match="(?s)" + message.replace("?", r"\?").replace(".", r"\.")):
        load_subject(tmp_path)


def test_quantities() -> None:
    assert [amount(each) for each in ("1", "500m", "64Mi", "1.5Gi", "2k", 3)] == [1, 0.5, 2**26, 1.5 * 2**30, 2000, 3]
    assert [size(each) for each in (10, 2048, 3 * 2**20, 5 * 2**30)] == ["10 B", "2 KiB", "3 MiB", "5 GiB"]
    with pytest.raises(ValueError, match="not a quantity"):
        amount("64MB")


def test_each_secret_value_is_made_up() -> None:
    subject = load_subject(goldens.EXAMPLES / "everything-java")
    assert subject.secrets == {"everything-java": ("database-password",), "billing-keys": ("signing.pem",)}
    assert subject.env["DATABASE_PASSWORD"] == MADE_UP
    assert subject.env["SIGNING_KEY_FILE"] == "/etc/hostname"


def test_a_variable_of_what_only_a_pod_has_is_not_set() -> None:
    env = [{"name": "MODE", "value": "fast"}, {"name": "ATTRIBUTES", "value": "pod=$(POD_NAME)"}]
    container = {"name": "app", "image": "app:1", "env": env}
    deployment = {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}
    assert facts([deployment])["env"] == {"MODE": "fast"}
