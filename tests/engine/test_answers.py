"""Wrong answers are refused in one sentence that names the question and what is right, the same on every way in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.errors import AnswerError
from tests.engine.wrong_dependencies import DEPENDENCIES
from tests.engine.wrong_environments import ENVIRONMENTS, PROD
from tests.engine.wrong_gitops import GITOPS
from tests.engine.wrong_inner_loop import INNER_LOOP
from tests.engine.wrong_inner_loop import TOGETHER as LOOPS_TOGETHER
from tests.engine.wrong_jobs import JOBS
from tests.engine.wrong_releases import RELEASES
from tests.engine.wrong_routes import ROUTES
from tests.engine.wrong_secrets import SECRET, SECRETS, STORES
from tests.engine.wrong_telemetry import TELEMETRY
from tests.support.answers import DEPENDENCY, JOB, questionnaire
from tests.support.copier import copier
from workshop import goldens

# (question, wrong value, words that the sentence must hold)
WRONG: list[tuple[str, Any, str]] = [
    ("name", "a" * 64, "at most 63 characters"),
    ("name", "Payments", "not Payments. Example: payments-api."),
    ("name", "", 'not "". Example:'),
    ("name", "-a", "DNS label"),
    ("name", "a\n", "DNS label"),
    ("name", "a;id", "DNS label"),
    ("name", "{{ 7 * 7 }}", "DNS label"),
    ("name", "on", 'name must not be "on": YAML reads it as a value'),
    ("folder", "services/../mail", "must be empty, or folders of letters"),
    ("folder", "/services/mail", "must be empty, or folders of letters"),
    ("folder", "services/mail/", "must be empty, or folders of letters"),
    ("folder", "services/a b", "must be empty, or folders of letters"),
    ("description", "", "must not be empty"),
    ("description", "bell \a", "must not contain control characters"),
    ("description", "x" * 2001, "must have at most 2000 characters, not 2001"),
    ("owner", "$(id)", "a user, or a group and a team"),
    ("repository", "https://github.com/a/b", "without https://"),
    ("repository", "nodots/a", "github.com/example-org/payments-api"),
    ("repository", "github.com/example-org/aux", "must not have aux in its path: Go rejects it"),
    ("repository", "github.com/example-org/COM1.x", "must not have COM1.x in its path"),
    ("image_registry", "Registry.Example.Com", "in lower case"),
    ("image_registry", "registry.example.com/a:latest", "a registry host"),
    ("image_registry", "registry.example.com/" + "a" * 235, "must have at most 244 characters, not 256"),
    ("kubernetes_namespace", "default", "must not be default: Kubernetes creates that namespace itself"),
    ("kubernetes_namespace", "null", "YAML reads it as a value, not as text"),
    ("kubernetes_namespace", "a" * 60, "at most 59"),
    ("language", "perl", "must be one of python, go, java, rust, typescript, not perl."),
    ("ports", [], "at least one port"),
    ("ports", 8080, "must be a list of records, not 8080"),
    ("ports", [8080], "ports[0] must be a record, not 8080"),
    ("ports", [{"name": "http"}], "ports[0] must have the field number"),
    ("ports", [{"name": "http", "number": 0}], "ports.http.number must be a port number from 1024 to 65535, not 0"),
    ("ports", [{"name": "http", "number": 70000}], "not 70000"),
    ("ports", [{"name": "http", "number": True}], "not true"),
    ("ports", [{"name": "http", "number": "8080"}], 'not "8080"'),
    ("ports", [{"name": "http", "number": 80}], "1024"),
    (
        "ports",
        [{"name": "a", "number": 8080}, {"name": "b", "number": 8080}],
        "ports.b.number must not be 8080: another port has that number. Example: 8081.",
    ),
    ("ports", [{"name": "a", "number": 8080}, {"name": "a", "number": 8081}], "must be unique, but a is used twice"),
    ("ports", [{"name": "admin", "number": 8080}], "belongs to the port of probes and metrics"),
    ("ports", [{"name": "no", "number": 8080}], 'must not be "no"'),
    ("ports", [{"name": "1e5", "number": 8080}], "a letter first"),
    ("ports", [{"name": "much-too-long-name", "number": 8080}], "at most 15"),
    ("ports", [{"name": "http", "number": 8080, "protocol": "UDP"}], "must be TCP (all ports serve HTTP), not UDP"),
    (
        "ports",
        [{"name": "http", "number": 8080, "nmae": 1}],
        "must not have the field nmae: its fields are name, number, protocol",
    ),
    ("admin_port", 8080, "admin_port must not be 8080: another port has that number"),
    ("admin_port", "x", "a port number from 1024"),
    ("replicas", 1, "from 2 to 500"),
    ("replicas", 2.5, "whole number"),
    ("max_replicas", 1, "from 2 to 1000, not 1"),
    ("cpu_request", "1 core", "CPU quantity"),
    ("cpu_limit", "50m", "at least cpu_request"),
    ("memory_limit", "12 bananas", 'a memory quantity in Mi or Gi of at least 96Mi, not "12 bananas"'),
    ("memory_limit", "100Mi", "at least memory_request"),
    ("memory_request", "1M", "memory quantity"),
    ("writable_paths", [{"path": "tmp", "size": "1Mi"}], "absolute path"),
    ("writable_paths", [{"path": "/tmp/../etc", "size": "1Mi"}], "absolute path"),
    ("writable_paths", [{"path": "/etc/app", "size": "1Mi"}], "must be outside /etc"),
    ("writable_paths", [{"path": "/tmp", "size": "1 Mi"}], "memory quantity"),
    (
        "writable_paths",
        [{"path": "/var/a", "size": "1Mi"}, {"path": "/var/a/b", "size": "1Mi"}],
        'must not name "/var/a/b": it is inside "/var/a"',
    ),
    ("startup_seconds", -1, "must be a whole number of seconds from 1 to 3600, not -1"),
    ("startup_seconds", 0, "from 1 to 3600"),
    ("startup_seconds", 10**9, "from 1 to 3600"),
    ("startup_seconds", "soon", "not soon"),
    ("shutdown_seconds", 3, "from 4 to 3600"),
    *DEPENDENCIES,
    *JOBS,
    *SECRETS,
    *ENVIRONMENTS,
    *ROUTES,
    *RELEASES,
    *TELEMETRY,
    ("breaker", "hystrix", "must be one of none, envoy, nginx, istio, not hystrix."),
    ("breaker", "envoy", "must be none, not envoy: no dependency has an http:// or https:// URL"),
    ("limiter", "iptables", "limiter"),
    ("limit_requests_per_second", 0, "from 1 to 100000"),
    ("limit_requests_per_second", "many", "not many"),
    ("limit_burst", 0, "must be a whole number of requests from 1"),
    ("limit_connections", 0, "from 1 to 10000"),
    ("limit_per", "team", "limit_per"),
    ("monitoring_namespace", "Monitoring", "a DNS label of at most 63"),
    ("prometheus_labels", {"release": "a"}, "must be a list of records"),
    ("prometheus_labels", [{"name": "release"}], "must have the field value"),
    ("prometheus_labels", [{"name": "a b", "value": "a"}], "the name of a label"),
    (
        "prometheus_labels",
        [{"name": "release", "value": "a b"}],
        "prometheus_labels.release.value must be the value of a label",
    ),
    ("prometheus_labels", [{"name": "app.kubernetes.io/name", "value": "a"}], "the service sets that label itself"),
    ("prometheus_labels", [{"name": "owner", "value": "a"}], "object_labels gives that label another value"),
    ("success_objective", 100, "a number of percent from 95 to 99.99, not 100. Example: 99.5."),
    ("success_objective", 94.9, "from 95 to 99.99"),
    ("success_objective", "most", "not most"),
    ("success_objective", True, "not true"),
    ("latency_objective", 0.3, "one of 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5 and 10, which the service measures, not 0.3"),
    ("latency_objective", True, "not true"),
    ("latency_objective", 2.5, "at most 1: a request that takes longer is a 504, not 2.5. Example: 0.25."),
    ("trusted_proxies", "10.0.0.0/8", "a list of at most 32 networks"),
    ("trusted_proxies", ["0.0.0.0/0"], "every caller would be trusted"),
    ("trusted_proxies", ["10.0.0.0/33"], "trusted_proxies[0]"),
    ("trusted_proxies", ["10.0.0.1"], "CIDR"),
    ("trusted_proxies", ["10.0.0.0/8", "::/0"], "trusted_proxies[1]"),
    ("trusted_proxies", ["fd00:::/8"], "CIDR"),
    ("trusted_proxies", ["1:2:3/64"], "CIDR"),
    ("ports", [{"name": "limiter-health", "number": 8080}], "a port of the sidecars has that name"),
    ("dependencies", [{**DEPENDENCY, "url": "http://localhost:8080"}], "the service itself listens on that port"),
    ("dependencies", [{**DEPENDENCY, "url": "127.0.0.1:8081"}], "the service itself listens on that port"),
    ("ci", "jenkins", "must be one of github, gitlab, none, not jenkins."),
    ("language", "pyton", "typescript, not pyton. Did you mean python?"),
    ("max_replicas", "TRUE", "not true"),
    ("ports", [{"name": "a", "number": 8080}] * 9, "must have at most 8 records, not 9"),
    (
        "dependencies",
        [{**DEPENDENCY, "name": "slow-mail", "timeout": 100}],
        "dependencies.slow-mail.timeout must be at most",
    ),
    ("dependencies", [{**DEPENDENCY, "url": "http://user:pw@mail"}], "must not contain a user name or password"),
    (
        "dependencies",
        [{**DEPENDENCY, "url": "http://" + "a." * 150 + "com"}],
        "must have at most 300 characters, not 310",
    ),
    ("jobs", [{**JOB, "schedule": "0 24 * * *"}], "must have an hour from 0 to 23, not 24"),
    ("kubernetes_namespace", "kube-system", "must not be kube-system: Kubernetes creates"),
    *GITOPS,
    *INNER_LOOP,
]
IDS = [f"{question}-{index}" for index, (question, _, _) in enumerate(WRONG)]


@pytest.mark.parametrize(
    ("urls", "words"),
    [
        ({"a": "http://mail:99999"}, "environments.dev.urls.a must be a URL or host:port with a port"),
        ({"a": "mail:80"}, "environments.dev.urls.a must be a URL where dependencies has one"),
        ({"tax": "http://tax"}, "environments.dev.urls must name only dependencies (a), not tax"),
    ],
)
def test_a_wrong_url_of_an_environment_is_refused(urls: dict[str, str], words: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(words)) as caught:
        questionnaire().resolve({"dependencies": [DEPENDENCY], "environments": [{"name": "dev", "urls": urls}, PROD]})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf"])
def test_a_timeout_that_is_no_number(text: str) -> None:
    answer = f"[{{name: mail, url: 'http://mail', kind: critical, timeout: {text}}}]"
    with pytest.raises(AnswerError, match="must be a number of seconds from"):
        questionnaire().resolve({"dependencies": answer})


@pytest.mark.parametrize(("question", "value", "words"), WRONG, ids=IDS)
def test_a_wrong_answer_is_refused_in_one_sentence(question: str, value: Any, words: str) -> None:
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({question: value})
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert question in message
    assert f"{question} must " in message or re.match(rf"{question}([.][a-z-]+|\[[0-9]+\])([.][a-z_]+)? must ", message)
    assert any(words in message for words in ("Example: ", "Write ", "Give ", "Split ", "must be one of "))


@pytest.mark.parametrize(("question", "value", "words"), WRONG, ids=IDS)
def test_data_and_answers_files_give_the_same_sentence(question: str, value: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({question: value})
    text = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(AnswerError) as from_data:
        questionnaire().resolve({question: text})
    same_type = isinstance(value, str) or question in {
        each.name for each in goldens.engine()[0].asked if each.type == "yaml"
    }
    assert not same_type or str(from_data.value) == str(caught.value)
    file = tmp_path / "answers.yml"
    file.write_text(yaml.safe_dump({question: value}))
    with pytest.raises(AnswerError) as from_file:
        questionnaire().resolve(goldens.read_answers(file))
    assert str(from_file.value) == str(caught.value)


@pytest.mark.parametrize("index", range(0, len(WRONG), 8))
def test_plain_copier_refuses_with_the_same_sentence(index: int, template_repository: Path, tmp_path: Path) -> None:
    question, value, _ = WRONG[index]
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({question: value})
    data = tmp_path / "answers.yml"
    data.write_text(yaml.safe_dump({question: value}))
    done = copier(data, template_repository, tmp_path / "out")
    assert done.returncode != 0
    if question in {each.name for each in goldens.engine()[0].asked if each.choices}:
        assert "Invalid choice" in done.stderr  # Copier's own words
    else:
        assert str(caught.value) in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AnswerError, match=r"nmae is not a question of this template\. Did you mean name\?"):
        questionnaire().resolve({"nmae": "x"})


def test_a_dependency_and_a_port_never_share_a_variable() -> None:
    port, dependency = {"name": "x-url", "number": 8080}, {**DEPENDENCY, "name": "port-x"}
    with pytest.raises(AnswerError, match="environment variable would be that of the port x-url"):
        questionnaire().resolve({"ports": [port], "dependencies": [dependency]})
    questionnaire().resolve({"dependencies": [dependency]})


@pytest.mark.parametrize(
    "answer",
    [
        {"ports": [{"name": "then", "number": 8080}]},
        {"dependencies": [{**DEPENDENCY, "name": "then"}]},
        {"jobs": [{**JOB, "command": "then --now"}]},
    ],
    ids=lambda answer: next(iter(answer)),
)
def test_a_name_that_the_language_cannot_take_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(
        AnswerError, match="must not be then: an object with a member of that name is treated as a Promise"
    ):
        questionnaire().resolve({"language": "typescript", **answer})
    questionnaire().resolve({"language": "python", **answer})


@pytest.mark.parametrize(("answers", "words"), STORES)
def test_a_store_has_its_answers(answers: dict[str, Any], words: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(words)):
        questionnaire().resolve({"secrets": [SECRET], **answers})


def test_a_key_like_none_is_refused_with_all_names() -> None:
    with pytest.raises(AnswerError, match=r"The questions are code, name, description"):
        questionnaire().resolve({"zzzzzz": "x"})


@pytest.mark.parametrize(("question", "value", "words", "others"), LOOPS_TOGETHER)
def test_an_inner_loop_that_can_not_work_is_refused(
    question: str, value: str, words: str, others: dict[str, Any]
) -> None:
    with pytest.raises(AnswerError, match=re.escape(words)):
        questionnaire().resolve({question: value, **others})


@pytest.mark.parametrize("key", ["python", "derived", "languages"])
def test_a_computed_value_is_no_question(key: str) -> None:
    with pytest.raises(AnswerError, match="is not a question"):
        questionnaire().resolve({key: "x"})
