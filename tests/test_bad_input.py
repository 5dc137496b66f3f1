"""Wrong answers are refused in one sentence that names the question and what is right, the same on every way in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.engine.answers import Questionnaire
from scaffold.errors import AnswerError
from tests.support import goldens
from tests.support.copier import copier

JOB = {"name": "a", "command": "a", "deadline": 60, "retries": 1}
DEPENDENCY = {"name": "a", "url": "http://a", "kind": "critical", "timeout": 1}

# (question, wrong value, words that the sentence must hold)
WRONG: list[tuple[str, Any, str]] = [
    ("name", "a" * 64, "name:"),
    ("name", "Payments", '"Payments" is not a DNS label'),
    ("name", "", "name:"),
    ("name", "-a", "DNS label"),
    ("name", "a\n", "DNS label"),
    ("name", "a;id", "DNS label"),
    ("name", "{{ 7 * 7 }}", "DNS label"),
    ("name", "on", '"on" is not free to be a name'),
    ("description", "", "description:"),
    ("description", "bell \a", "without control characters"),
    ("description", "x" * 2001, "1 to 2000 characters"),
    ("owner", "$(id)", "owner:"),
    ("repository", "https://github.com/a/b", "without https://"),
    ("repository", "nodots/a", "github.com/example-org/payments-api"),
    ("repository", "github.com/example-org/aux", "Go refuses"),
    ("repository", "github.com/example-org/COM1.x", "Go refuses"),
    ("image_registry", "Registry.Example.Com", "image_registry:"),
    ("image_registry", "registry.example.com/a:latest", "image_registry:"),
    ("image_registry", "registry.example.com/" + "a" * 235, "the 255 characters of an image's name"),
    ("kubernetes_namespace", "default", "namespace of the team's own"),
    ("kubernetes_namespace", "null", "YAML reads it as a value of its own"),
    ("kubernetes_namespace", "a" * 60, "at most 59"),
    ("language", "perl", "language"),
    ("ports", [], "at least one port"),
    ("ports", 8080, "not a list of records"),
    ("ports", [8080], "not a record"),
    ("ports", [{"name": "http"}], "the field number is missing"),
    ("ports", [{"name": "http", "number": 0}], "ports[0].number: 0 is not"),
    ("ports", [{"name": "http", "number": 70000}], "ports[0].number: 70000 is not"),
    ("ports", [{"name": "http", "number": True}], "ports[0].number: true is not"),
    ("ports", [{"name": "http", "number": "8080"}], "ports[0].number"),
    ("ports", [{"name": "http", "number": 80}], "1024"),
    ("ports", [{"name": "a", "number": 8080}, {"name": "b", "number": 8080}], "8080 is used twice"),
    ("ports", [{"name": "a", "number": 8080}, {"name": "a", "number": 8081}], '"a" is used twice'),
    ("ports", [{"name": "admin", "number": 8080}], "the admin port carries probes"),
    ("ports", [{"name": "no", "number": 8080}], '"no" is not free to be a name'),
    ("ports", [{"name": "1e5", "number": 8080}], "a letter first"),
    ("ports", [{"name": "much-too-long-name", "number": 8080}], "at most 15"),
    ("ports", [{"name": "http", "number": 8080, "protocol": "UDP"}], '"UDP" is not TCP'),
    ("ports", [{"name": "http", "number": 8080, "nmae": 1}], "is not a field of this record"),
    ("admin_port", 8080, "another port has it"),
    ("admin_port", "x", "admin_port:"),
    ("replicas", 1, "from 2 to 500"),
    ("replicas", 2.5, "whole number"),
    ("max_replicas", 1, "max_replicas:"),
    ("cpu_request", "1 core", "CPU quantity"),
    ("cpu_limit", "50m", "at least cpu_request"),
    ("memory_limit", "12 bananas", '"12 bananas" is not a memory quantity'),
    ("memory_limit", "100Mi", "at least memory_request"),
    ("memory_request", "1M", "memory quantity"),
    ("writable_paths", [{"path": "tmp", "size": "1Mi"}], "absolute path"),
    ("writable_paths", [{"path": "/tmp/../etc", "size": "1Mi"}], "absolute path"),
    ("writable_paths", [{"path": "/etc/app", "size": "1Mi"}], "outside the image's own folders"),
    ("writable_paths", [{"path": "/tmp", "size": "1 Mi"}], "memory quantity"),
    ("writable_paths", [{"path": "/var/a", "size": "1Mi"}, {"path": "/var/a/b", "size": "1Mi"}], "already holds"),
    ("startup_seconds", -1, "startup_seconds: -1 is not a whole number"),
    ("startup_seconds", 0, "from 1 to 3600"),
    ("startup_seconds", 10**9, "from 1 to 3600"),
    ("startup_seconds", "soon", '"soon" is not a whole number'),
    ("shutdown_seconds", 3, "from 4 to 3600"),
    ("dependencies", [{**DEPENDENCY, "url": "mail"}], "an http:// or https:// URL"),
    ("dependencies", [{**DEPENDENCY, "url": "ftp://mail"}], '"ftp://mail" is not'),
    ("dependencies", [{**DEPENDENCY, "url": "http://mail/?q={{ x }}"}], "URL without a query"),
    ("dependencies", [{**DEPENDENCY, "url": "mail:70000"}], "host:port"),
    ("dependencies", [{**DEPENDENCY, "url": "http://999.1.1.1"}], "a whole IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "1.2:80"}], "a whole IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "http://1.2.3.4.5/"}], "a whole IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "http://1.2.3.4./"}], "a whole IPv4 address"),
    (
        "dependencies",
        [{**DEPENDENCY, "url": "http://ledger.accounts:80/v1"}],
        "ledger.accounts. or ledger.accounts.svc.",
    ),
    ("dependencies", [{**DEPENDENCY, "url": "cache.dev:6379"}], "end the one with .svc, the other with a dot"),
    ("dependencies", [{**DEPENDENCY, "url": "http://ledger.qa"}], "end the one with .svc, the other with a dot"),
    ("dependencies", [{**DEPENDENCY, "url": "http://ledger.svc"}], "with the Service's namespace"),
    ("dependencies", [{**DEPENDENCY, "url": "http://mail./"}], "an http:// or https:// URL"),
    ("dependencies", [{**DEPENDENCY, "kind": "maybe"}], '"maybe" is not critical or auxiliary'),
    ("dependencies", [{**DEPENDENCY, "kind": True}], "critical or auxiliary"),
    ("dependencies", [{**DEPENDENCY, "timeout": 0}], "from 0.05 to 600"),
    ("dependencies", [{**DEPENDENCY, "timeout": 18}], "shutdown_seconds (20)"),
    ("dependencies", [DEPENDENCY, DEPENDENCY], "is used twice"),
    ("dependencies", [{**DEPENDENCY, "name": "a--b"}], "single -"),
    ("dependencies", [{**DEPENDENCY, "name": "a\n"}], "dependencies[0].name"),
    ("jobs", [JOB, JOB], '"a" is used twice'),
    ("jobs", [{**JOB, "schedule": "61 * * * *"}], "61 is not from 0 to 59"),
    ("jobs", [{**JOB, "schedule": "0 0 31 13 *"}], "13 is not from 1 to 12"),
    ("jobs", [{**JOB, "schedule": "* * * *"}], "a cron line"),
    ("jobs", [{**JOB, "schedule": "5-1 * * * *"}], "runs backwards"),
    ("jobs", [{**JOB, "command": "a; rm -rf /"}], "a sub-command and its arguments"),
    ("jobs", [{**JOB, "command": "serve"}], "has that sub-command already"),
    ("jobs", [{**JOB, "deadline": 0}], "jobs[0].deadline: 0"),
    ("jobs", [{**JOB, "retries": -1}], "jobs[0].retries: -1"),
    ("jobs", [{**JOB, "name": "A"}], "jobs[0].name"),
    ("breaker", "hystrix", "breaker"),
    ("breaker", "envoy", "nothing to guard without a dependency whose URL is http://"),
    ("limiter", "iptables", "limiter"),
    ("limit_requests_per_second", 0, "from 1 to 100000"),
    ("limit_requests_per_second", "many", "limit_requests_per_second:"),
    ("limit_burst", 0, "limit_burst: 0 is not a whole number of requests from 1"),
    ("limit_connections", 0, "from 1 to 10000"),
    ("limit_per", "team", "limit_per"),
    ("trusted_proxies", "10.0.0.0/8", "a list of at most 32 networks"),
    ("trusted_proxies", ["0.0.0.0/0"], "not all addresses"),
    ("trusted_proxies", ["10.0.0.0/33"], "trusted_proxies[0]"),
    ("trusted_proxies", ["10.0.0.1"], "CIDR"),
    ("trusted_proxies", ["10.0.0.0/8", "::/0"], "trusted_proxies[1]"),
    ("trusted_proxies", ["fd00:::/8"], "CIDR"),
    ("trusted_proxies", ["1:2:3/64"], "CIDR"),
    ("ports", [{"name": "limiter-health", "number": 8080}], "a port of the sidecars has that name"),
    ("dependencies", [{**DEPENDENCY, "url": "http://localhost:8080"}], "the service itself has that port"),
    ("dependencies", [{**DEPENDENCY, "url": "127.0.0.1:8081"}], "the service itself has that port"),
    ("ci", "jenkins", "ci"),
]
IDS = [f"{question}-{index}" for index, (question, _, _) in enumerate(WRONG)]


def questionnaire() -> Questionnaire:
    return goldens.engine()[1]


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf"])
def test_a_timeout_that_is_no_number(text: str) -> None:
    answer = f"[{{name: mail, url: 'http://mail', kind: critical, timeout: {text}}}]"
    with pytest.raises(AnswerError, match="a number of seconds from"):
        questionnaire().resolve({"dependencies": answer})


@pytest.mark.parametrize(("question", "value", "words"), WRONG, ids=IDS)
def test_a_wrong_answer_is_refused_in_one_sentence(question: str, value: Any, words: str) -> None:
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({question: value})
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert question in message
    assert "for example" in message or "used twice" in message or "is not in [" in message


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
    assert str(caught.value) in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AnswerError, match=r"nmae is no question of this template; did you mean name\?"):
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
    with pytest.raises(AnswerError, match='"then" is not free to be a name in typescript'):
        questionnaire().resolve({"language": "typescript", **answer})
    questionnaire().resolve({"language": "python", **answer})


def test_a_key_like_none_is_refused_with_all_names() -> None:
    with pytest.raises(AnswerError, match=r"the questions are name, description"):
        questionnaire().resolve({"zzzzzz": "x"})


@pytest.mark.parametrize("key", ["python", "derived", "languages"])
def test_a_computed_value_is_no_question(key: str) -> None:
    with pytest.raises(AnswerError, match="is no question"):
        questionnaire().resolve({key: "x"})
