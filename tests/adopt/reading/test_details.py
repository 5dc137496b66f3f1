"""Details of what is read, each from a repository of one or two files."""

from __future__ import annotations

from typing import Any

import pytest

from scaffold.adopt.addresses import dependencies_in
from scaffold.adopt.environment_names import of_files, of_overlay, of_values, production_of
from scaffold.adopt.fits import as_cpu, as_memory
from scaffold.adopt.proposal import Place, Proposal, Proposed
from scaffold.adopt.reading import propose

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: web
          image: example.com/shop:1
"""
DOCKERFILE = "FROM example.com/ruby:3\nUSER 1000\n"


def answer(proposal: Proposal, name: str) -> Proposed | None:
    return next((each for each in proposal.answers if each.name == name), None)


def value(proposal: Proposal, name: str) -> Any:
    found = answer(proposal, name)
    return found.value if found else None


def container(*lines: str) -> dict[str, str]:
    """Return a service whose container has these lines more."""
    return {"Dockerfile": DOCKERFILE, "k8s.yaml": DEPLOYMENT + "".join(f"          {line}\n" for line in lines)}


def test_a_fact_has_its_file_and_line(tree) -> None:
    proposal = propose(tree(container("args: [serve]", "resources: {limits: {memory: 300M}}")), "")
    assert answer(proposal, "container_arguments") == Proposed(
        "container_arguments", ["serve"], "the container has it as args", (Place("k8s.yaml", 12),)
    )
    assert value(proposal, "memory_limit") == "287Mi"


def test_what_runs_beats_what_builds_and_both_are_shown(tree) -> None:
    files = container("securityContext: {runAsUser: 2000}", "ports: [{containerPort: 8080}]")
    files["Dockerfile"] += "EXPOSE 9090\n"
    proposal = propose(tree(files), "")
    user, ports = answer(proposal, "image_user"), answer(proposal, "ports")
    assert user and (user.value, user.sure) == (2000, False)
    assert user.places == (Place("k8s.yaml", 12), Place("Dockerfile", 2))
    assert ports and (ports.value, ports.sure) == ([{"name": "http", "number": 8080}], False)
    assert ports.places == (Place("k8s.yaml", 13), Place("Dockerfile", 3))


def test_an_image_may_open_fewer_ports(tree) -> None:
    files = container("ports: [{containerPort: 8080}, {name: metrics, containerPort: 9090}]")
    files["Dockerfile"] += "EXPOSE 8080 9090\n"
    proposal = propose(tree(files), "")
    ports = answer(proposal, "ports")
    assert ports and ports.sure and ports.value == [{"name": "http", "number": 8080}]
    assert value(proposal, "metrics_port") == 9090


def test_a_port_that_needs_root_gets_none_that_the_image_opens_too(tree) -> None:
    proposal = propose(tree({"Dockerfile": "FROM scratch\nEXPOSE 80 8080\n"}), "")
    ports = answer(proposal, "ports")
    assert ports and not ports.sure
    assert ports.value == [{"name": "http", "number": 8081}, {"name": "port-8080", "number": 8080}]


@pytest.mark.parametrize("text", ["sk_live_abcdefghijklmnopqrst1234", "postgres://shop:Ohg8eivaeL3u@db/shop"])
def test_a_secret_in_a_manifest_is_named_and_not_copied(tree, text: str) -> None:
    proposal = propose(tree(container("env:", f'  - {{name: API_ACCESS, value: "{text}"}}')), "")
    assert value(proposal, "secrets") == [{"name": "api-access", "form": "variable", "key": "api-access"}]
    assert text not in str(proposal) and "Ohg8" not in str(proposal)
    assert any(each.startswith("k8s.yaml:13: API_ACCESS looks like a secret") for each in proposal.unread)


def test_keys_of_a_secret_in_the_repository_are_names_only(tree) -> None:
    files = container("envFrom: [{secretRef: {name: keys}}]")
    files["secret.yaml"] = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {SIGNING_KEY: aeph9Ohgh3}\n"
    )
    proposal = propose(tree(files), "")
    assert value(proposal, "secrets") == [
        {"name": "signing-key", "form": "variable", "secret": "keys", "key": "SIGNING_KEY"}
    ]
    assert "aeph9Ohgh3" not in str(proposal)
    assert any(each.startswith("secret.yaml:3: the Secret keys has its values") for each in proposal.unread)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("LOG_LEVEL", "info", "the template sets LOG_LEVEL itself"),
        ("GREETING", 'say "hi"', "settings can't have the value of GREETING"),
        ("TOKEN_TTL", "60", "TOKEN_TTL is called like a secret"),
    ],
)
def test_a_variable_that_is_no_setting_has_a_sentence(tree, name: str, text: str, words: str) -> None:
    proposal = propose(tree(container("env:", f"  - {{name: {name}, value: '{text}'}}")), "")
    assert value(proposal, "settings") is None
    assert any(words in each for each in proposal.unread)


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ("tcpSocket: {port: 9000}", {"probe_kind": "tcp", "probe_port": 9000, "readiness_path": None}),
        ("grpc: {port: 9000}", {"probe_kind": "grpc", "probe_port": 9000}),
        ("exec: {command: [a, b]}", {"probe_kind": "exec", "probe_command": ["a", "b"], "probe_port": None}),
        ('exec: {command: [sh, -c, "x $Y"]}', {"probe_kind": "tcp", "probe_command": None}),
        ("httpGet: {port: 9000, path: /ok}", {"probe_kind": "http", "startup_path": "/ok", "liveness_path": "/ok"}),
        ("httpGet: {port: 9000, scheme: HTTPS}", {"probe_kind": "tcp", "readiness_path": None}),
    ],
)
def test_probes(tree, probe: str, expected: dict[str, Any]) -> None:
    proposal = propose(tree(container(f"readinessProbe: {{{probe}}}")), "")
    assert {name: value(proposal, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["env: [{name: PORT, value: '3000'}]"], [{"name": "http", "number": 3000}]),
        (["env: [{name: PORT_RPC, value: '3000'}]"], [{"name": "rpc", "number": 3000}]),
        (
            ["ports: [{name: admin, containerPort: 9000}]", "env: [{name: PORT, value: '3000'}]"],
            [{"name": "http", "number": 3000}],
        ),
        (["ports: [{name: a_b, containerPort: 443}]"], [{"name": "http", "number": 8443}]),
    ],
)
def test_ports(tree, lines: list[str], expected: list[dict[str, Any]]) -> None:
    assert value(propose(tree(container(*lines)), ""), "ports") == expected


def test_a_proxy_in_the_pod_takes_the_requests(tree) -> None:
    files = container("ports: [{name: admin, containerPort: 9000}]")
    files["k8s.yaml"] += (
        "        - {name: proxy, image: envoyproxy/envoy:v1, ports: [{name: http, containerPort: 8080}]}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\n"
        "spec: {selector: {app: shop}, ports: [{port: 80, targetPort: http}]}\n"
    )
    proposal = propose(tree(files), "")
    assert value(proposal, "ports") == [{"name": "http", "number": 8080}]
    assert any("has the container proxy beside the service" in each for each in proposal.unread)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('schedule: "0 3 * * *"', ""),
        ('schedule: "@daily"\n  timeZone: Etc/UTC', ""),
        ('schedule: "0 3 * * *"\n  timeZone: Europe/Berlin', "has a time zone"),
        ('schedule: "0 3 * * SUN"', "has the schedule 0 3 * * SUN"),
    ],
)
def test_schedules(tree, line: str, words: str) -> None:
    job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: shop-clean, namespace: shop}\nspec:\n  " + line
    job += (
        "\n  jobTemplate: {spec: {template: {spec: {containers: [{image: 'example.com/shop:1', command: [clean]}]}}}}\n"
    )
    proposal = propose(tree({**container(), "job.yaml": job}), "")
    assert [each["name"] for each in value(proposal, "jobs") or []] == ([] if words else ["clean"])
    assert bool(words) == any(words in each and each.startswith("job.yaml:3") for each in proposal.unread)


def test_an_image_without_root_is_asked_for(tree) -> None:
    user = answer(propose(tree({"Dockerfile": "FROM a:1\nUSER nginx\n"}), ""), "image_user")
    assert user and not user.sure and "nginx" in user.why and user.places == (Place("Dockerfile", 2),)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package.json": '{"scripts": {"test": "x"}}', "yarn.lock": ""}, ("yarn install", "yarn run test")),
        ({"pyproject.toml": "[tool.pytest]", "poetry.lock": ""}, ("poetry install", "poetry run pytest")),
        ({"composer.json": '{"scripts": {"test": "x"}}'}, ("composer install", "composer test")),
        ({"go.mod": "module a"}, ("go mod download", "go test ./...")),
        ({"pom.xml": "", "mvnw": ""}, ("./mvnw --batch-mode dependency:go-offline", "./mvnw --batch-mode verify")),
        ({"build.gradle.kts": ""}, (None, "gradle check")),
        ({"Cargo.toml": ""}, ("cargo fetch", "cargo test")),
        ({"a.csproj": ""}, ("dotnet restore", "dotnet test")),
        ({"Gemfile": "gem 'rspec'"}, ("bundle install", "bundle exec rspec")),
        ({"mix.exs": ""}, ("mix deps.get", "mix test")),
    ],
)
def test_the_commands_of_languages(tree, files: dict[str, str], expected: tuple[str | None, str]) -> None:
    proposal = propose(tree({"Dockerfile": DOCKERFILE, **files}), "")
    assert (value(proposal, "setup_command"), value(proposal, "test_command")) == expected


def test_dependencies_have_names_that_take_no_variable_of_the_code() -> None:
    texts = {
        "RATES_URL": "http://rates.shop:8080",
        "REDIS_URL": "redis://redis/0",
        "QUEUE_HOST": "queue",
        "QUEUE_PORT": "5672",
        "SELF_URL": "http://localhost:8080",
        "GREETING": "a: b",
    }
    found = {each.name: (each.url, each.replaces) for each in dependencies_in(texts, ["QUEUE_URL"])}
    assert found == {
        "rates": ("http://rates.shop.svc:8080", True),
        "redis-server": ("redis:6379", False),
        "queue-server": ("queue:5672", False),
    }


def test_environments_are_called_like_what_they_are_deployed_from() -> None:
    assert [of_overlay(each) for each in ("deploy/overlays/eu-west", "k8s/prod", "k8s", "")] == [
        "eu-west",
        "prod",
        "",
        "",
    ]
    assert [of_values(each) for each in ("c/values-prod.yaml", "dev.values.yml")] == ["prod", "dev"]
    assert of_files(["k8s/dev/web.yaml", "k8s/eu/web.yaml"]) == ["dev", "eu"]
    assert of_files(["web-dev.yaml", "web-prod.yaml"]) == ["dev", "prod"]
    assert of_files(["old/web.yaml", "new/web.yaml"]) == of_files(["web.yaml", "web-2.yaml"]) == []
    assert [production_of(each) for each in (["dev", "prod-eu"], ["live", "qa"], ["a", "b"], [""])] == [
        ("prod-eu", True),
        ("live", True),
        ("b", False),
        ("", True),
    ]


def test_quantities_are_written_as_the_template_has_them() -> None:
    assert [as_cpu(each) for each in ("0.25", "2", "1500m", "1m", "x")] == ["250m", "2", "1500m", "", ""]
    assert [as_memory(each) for each in ("1Gi", "300M", "2147483648", "4Mi", None)] == ["1Gi", "287Mi", "2Gi", "", ""]
