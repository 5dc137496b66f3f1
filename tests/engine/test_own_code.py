"""Answers on own code: each wrong one is refused in a sentence, and generated code is not asked for them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scaffold.engine.answers import Questionnaire
from scaffold.errors import AnswerError
from workshop import goldens

MAIL = {"name": "mail", "url": "http://mail", "kind": "critical", "timeout": 1}


def questionnaire() -> Questionnaire:
    return goldens.engine()[1]


OF_OWN_CODE: list[tuple[str, Any, str]] = [
    ("container_command", "puma", "container_command must be a list of 0 to 64 words, not puma"),
    ("container_command", ["$(HOME)"], "without $ and control characters"),
    ("container_arguments", [8080], "container_arguments[0] must be text"),
    ("image_user", 0, "image_user must be a whole number of a user from 1"),
    ("image_group", "staff", "image_group must be a whole number of a group"),
    ("probe_kind", "udp", "probe_kind must be one of http, tcp, grpc, exec"),
    ("probe_port", 80, "probe_port must be a port number from 1024 to 65535"),
    ("startup_path", "healthz", "startup_path must be a path that begins with /"),
    ("readiness_path", "/a b", "readiness_path must be a path that begins with /"),
    ("liveness_path", "", "liveness_path must be a path that begins with /"),
    ("probe_command", ["true"], "probe_command must be empty while probe_kind is not exec"),
    ("metrics_port", 80, "metrics_port must be a port number from 1024"),
    ("metrics_port", False, "metrics_port must be a port number"),
    ("metrics_path", "metrics", "metrics_path must be a path"),
    ("drains", "perhaps", "drains must be true or false"),
    ("settings", [{"name": "A-B", "value": "x"}], "settings[0].name must be the name of a variable"),
    ("settings", [{"name": "PORT_HTTP", "value": "x"}], "the template sets that variable"),
    ("settings", [{"name": "API_TOKEN", "value": "x"}], "it looks like a secret value, which belongs in secrets"),
    ("settings", [{"name": "A", "value": 'say "x"'}], "settings[0].value must be text of at most 500 characters"),
    ("selector_labels", "app=shop", "selector_labels must be a mapping of 1 to 16 labels"),
    ("selector_labels", {}, "selector_labels must be a mapping of 1 to 16 labels"),
    ("selector_labels", {"a b": "shop"}, "selector_labels must be the name of a label"),
    ("selector_labels", {7: "shop"}, "selector_labels must be the name of a label"),
    ("selector_labels", {"app": "a b"}, "selector_labels.app must be the value of a label"),
    ("selector_labels", {"app": 7}, "selector_labels.app must be the value of a label"),
    ("selector_labels", {"app.kubernetes.io/version": "1"}, "the service sets that label itself"),
    ("selector_labels", {"owner": "shop"}, "the pods have that label with another value"),
    ("selector_labels", {"app.kubernetes.io/component": "job"}, "pods of jobs have that label"),
    ("dockerfile", "../Dockerfile", "dockerfile must be a path below the folder"),
    ("build_context", "/app", "build_context must be a path below the folder"),
    ("setup_command", "a\nb", "setup_command must be one line"),
    ("lint_command", "-rm x", "lint_command must be one line"),
    ("test_command", "echo $HOME", "test_command must be one line"),
    ("run_command", "a \\", "run_command must be one line"),
    ("code_image", "ruby:latest", "code_image must be an image with a tag that is not latest"),
    ("jobs", [{"name": "a", "command": "a;b"}], "jobs.a.command must be a program of the image and its arguments"),
    ("manifests", "both", "manifests must be kustomize while code is own"),
    ("language", "go", "language is not asked beside these answers"),
    ("admin_port", 8081, "admin_port is not asked beside these answers"),
]


@pytest.mark.parametrize(("question", "value", "words"), OF_OWN_CODE)
def test_a_wrong_answer_on_own_code_is_refused_in_one_sentence(question: str, value: Any, words: str) -> None:
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({"code": "own", question: value})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_exec_probe_needs_a_program() -> None:
    with pytest.raises(AnswerError, match="probe_command must be a list of 1 to 64 words"):
        questionnaire().resolve({"code": "own", "probe_kind": "exec"})


def test_generated_code_is_not_asked_what_own_code_is() -> None:
    with pytest.raises(AnswerError, match="drains is not asked beside these answers"):
        questionnaire().resolve({"drains": True})


def test_no_job_has_all_labels_by_which_callers_find_the_service() -> None:
    answers = {"code": "own", "jobs": [{"name": "a", "command": "bin/a"}]}
    with pytest.raises(AnswerError, match="jobs must be empty while selector_labels has only labels"):
        questionnaire().resolve({**answers, "selector_labels": {"app.kubernetes.io/name": "shop"}})
    assert questionnaire().resolve({**answers, "selector_labels": {"app": "shop"}})


def test_the_order_of_the_selector_is_not_that_of_the_answer() -> None:
    """The answers file sorts it, so a service would get other lines from its own answers."""
    name, part = {"app.kubernetes.io/name": "a"}, {"app.kubernetes.io/component": "serve"}
    found = [
        questionnaire().resolve({"code": "own", "selector_labels": each}).context["serving_pods"]
        for each in ({**name, **part}, {**part, **name})
    ]
    assert found == ["app.kubernetes.io/name=a,app.kubernetes.io/component=serve"] * 2


def test_a_label_that_yaml_reads_as_no_text_stays_one_in_the_rules_of_a_mesh() -> None:
    labels = {"app.kubernetes.io/name": "no", "app.kubernetes.io/component": "serve"}
    answers = {"code": "own", "breaker": "istio", "dependencies": [MAIL], "selector_labels": labels}
    files = {each.path: each.content for each in goldens.rendered(questionnaire().resolve(answers))}
    rules = list(yaml.safe_load_all(files["deploy/overlays/production/breaker/istio.yaml"]))
    routes = [route for each in rules if each["kind"] == "VirtualService" for route in each["spec"]["http"]]
    found = [match["sourceLabels"] for each in routes for match in each.get("match", ())]
    assert found == [{"app.kubernetes.io/name": "no"}] * 2
