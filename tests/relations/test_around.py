"""What surrounds the service agrees with it: compose, stubs, Makefile, README, CODEOWNERS, pipelines."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from scaffold.cli import cli
from scaffold.cli.prove import prove
from scaffold.prove.load import MISSING
from tests.support.deployed import Deployed, deployed, each_example, files_of, read_yaml, top_of, workflow_of
from tests.support.secrets import secrets_of
from workshop import go_tools
from workshop.goldens import GENERATED

VERBS = "help setup lint format test run dev up build push manifests lint-manifests namespaces prove pin update"
OF_CODE = {"format", "dev"}
"""Verbs that only generated code has."""
DEPLOYING = {True: {"deploy-dev", "deploy-production", "rollback"}, False: {"gitops-dev", "gitops-production"}}

GITLAB_KEYWORDS = {"image", "services", "types", "before_script", "after_script", "cache", "include", "pages"}


def stub_ports(example: Path) -> dict[str, int]:
    """Return the port of each stub by the name it answers with."""
    conf = example / "stubs" / "nginx.conf"
    pairs = re.findall(
        r'listen (\d+);\s+return 200 \'\{"stub": "([a-z0-9-]+)"\}', conf.read_text() if conf.exists() else ""
    )
    return {name: int(port) for port, name in pairs}


def guarded(service: Deployed, url: str) -> bool:
    """Return whether the service reaches a dependency by way of a breaker in its pod, or by a mesh that speaks TLS for it."""
    by_mesh = service.answers["breaker"] == "istio" and url.startswith("https://")
    return by_mesh or ("breaker" in service.sidecars and url.startswith(("http://", "https://")))


def test_the_environment_is_the_contracts(service: Deployed) -> None:
    common = {"LOG_LEVEL", "ADMIN_PORT", "SHUTDOWN_SECONDS", "DRAIN_SECONDS", "REQUEST_SECONDS", "MAX_BODY_BYTES"}
    ports = {f"PORT_{each['name'].upper().replace('-', '_')}" for each in service.answers["ports"]}
    values = {}
    for each in service.answers["dependencies"]:
        prefix = each["name"].upper().replace("-", "_")
        own = guarded(service, each["url"]) or not service.production  # which test_environments.py looks at
        url = service.config[f"{prefix}_URL"] if own else each["url"]
        values |= {f"{prefix}_URL": url, f"{prefix}_TIMEOUT_SECONDS": str(each["timeout"])}
    if service.answers["telemetry"] == "otlp" and service.answers["collector"]:
        values["OTEL_EXPORTER_OTLP_ENDPOINT"] = service.answers["collector"]
    values |= {each["variable"]: each["path"] for each in secrets_of(service) if each["form"] == "file"}
    traced = {"OTEL_RESOURCE_ATTRIBUTES"} if service.answers["telemetry"] == "otlp" else set()
    assert set(service.config) == common | ports | traced | set(values)
    assert values.items() <= service.config.items()


def test_the_readme_has_every_variable_and_number(service: Deployed) -> None:
    readme = (service.example / "README.md").read_text()
    assert [key for key in service.config if f"| `{key}` |" not in readme] == []
    spec = service.one("Deployment")["spec"]
    for name in ("minReadySeconds", "progressDeadlineSeconds"):
        assert f"| {name} | {spec[name]} s |" in readme


@each_example
def test_every_dependency_has_a_stub_and_all_point_to_it(example: Path) -> None:
    service = deployed(example, "production")
    ports = stub_ports(example)
    assert list(ports) == [each["name"] for each in service.answers["dependencies"]]
    taken = {int(value) for key, value in service.config.items() if re.match(r"PORT_|ADMIN_PORT", key)}
    assert len(set(ports.values())) == len(ports) and not set(ports.values()) & taken
    (compose,) = read_yaml(example / "compose.yaml")
    environment = compose["services"]["service"].get("environment", {})
    makefile = (example / "Makefile").read_text()
    running = "run dev" if example.name in GENERATED else "run"
    for each in service.answers["dependencies"]:
        name, scheme = each["name"], "http://" if "://" in each["url"] else ""
        variable = f"{name.upper().replace('-', '_')}_URL"
        assert environment.pop(variable) == f"{scheme}stubs:{ports[name]}"
        assert f"{running}: export {variable} ?= {scheme}localhost:{ports[name]}\n" in makefile
    moved = {key for key in service.config if key.startswith("PORT_")} if "limiter" in service.sidecars else set()
    traced = service.answers["telemetry"] == "otlp"
    assert environment.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None) == (
        "${OTEL_EXPORTER_OTLP_ENDPOINT:-}" if traced else None
    )
    assert ("collector" in compose["services"]) == traced
    secret = {each["variable"] for each in secrets_of(service) if each["form"] == "variable"}
    assert all(environment[variable] == f"${{{variable}:-}}" for variable in secret)
    assert set(environment) == moved | secret
    assert ("stubs" in compose["services"]) == bool(ports) == (example / "stubs").exists()
    if ports:
        assert compose["services"]["stubs"]["ports"] == [f"127.0.0.1:{port}:{port}" for port in ports.values()]


@each_example
def test_compose_runs_what_the_cluster_runs(example: Path) -> None:
    (compose,) = read_yaml(example / "compose.yaml")
    service = compose["services"]["service"]
    assert service["env_file"] == "deploy/base/config.env" and (example / service["env_file"]).is_file()
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert "image" not in service
    if example.name in GENERATED:
        assert (example / service["build"]["context"] / "Dockerfile").is_file()
    answered = [each["path"] for each in deployed(example, "dev").answers["writable_paths"]]
    assert [each.split(":")[0] for each in service.get("tmpfs", [])] == answered


@each_example
def test_the_owner_owns_everything(example: Path) -> None:
    (answers,) = yaml.safe_load_all((example / ".copier-answers.yml").read_text())
    folder = answers["folder"]
    (line,) = [each for each in (top_of(example) / "CODEOWNERS").read_text().splitlines() if not each.startswith("#")]
    assert line == f"{f'/{folder}/' if folder else '*'} @{answers['owner']}"


@each_example
def test_the_verbs_are_the_same_in_every_language(example: Path) -> None:
    makefile = (example / "Makefile").read_text()
    found = re.findall(r"^([a-z-]+):[^=\n]*?## \S", makefile, re.MULTILINE)
    assert set(VERBS.split()) - (set() if example.name in GENERATED else OF_CODE) <= set(found) and len(found) == len(
        set(found)
    )
    (answers,) = read_yaml(example / ".copier-answers.yml")
    assert DEPLOYING[answers["deploy"] == "make"] <= set(found)
    assert ("stubs" in found) == (example / "stubs").exists()


@each_example
def test_the_pipeline_is_that_of_the_forge(example: Path) -> None:
    (answers,) = yaml.safe_load_all((example / ".copier-answers.yml").read_text())
    github, gitlab = top_of(example) / ".github", example / ".gitlab-ci.yml"
    assert (github.exists(), gitlab.exists()) == (answers["ci"] == "github", answers["ci"] == "gitlab")
    for path in (workflow_of(example), gitlab):
        if path is not None and path.exists():
            missing = {"make lint", "make test", "yamllint", "kubeconform", "hadolint"} - {
                word
                for word in ("make lint", "make test", "yamllint", "kubeconform", "hadolint")
                if word in path.read_text()
            }
            assert not missing
    if gitlab.exists():
        (pipeline,) = read_yaml(gitlab)
        assert not set(pipeline) & GITLAB_KEYWORDS, "a job under a name that means something else to GitLab"
    if github.exists():
        (workflow,) = read_yaml(workflow_of(example))
        assert workflow["permissions"] == {"contents": "read"}
        assert all("timeout-minutes" in job and "permissions" not in job for job in workflow["jobs"].values())


@each_example
def test_the_pipeline_proves_once_it_is_told_what_to_install(example: Path) -> None:
    workflow, pipeline = workflow_of(example), example / ".gitlab-ci.yml"
    if workflow:
        job = read_yaml(workflow)[0]["jobs"]["prove"]
        assert job["if"] == "vars.KUBE_SCAFFOLD != ''"
        script = "\n".join(step.get("run", "") for step in job["steps"])
    elif pipeline.exists():
        job = read_yaml(pipeline)[0]["prove"]
        assert job["rules"] == [{"if": "$KUBE_SCAFFOLD"}]
        script = "\n".join(job["script"])
    else:
        return
    assert 'pipx install "$KUBE_SCAFFOLD"' in script
    assert go_tools.PACKAGES["vegeta"] in script and go_tools.PACKAGES["vegeta"] in MISSING
    (words,) = re.findall(r"scaffold prove ([^\n']*)", script)
    top = cli.make_context("scaffold", ["prove"])
    context = prove.make_context("prove", words.split(), parent=top)  # refuses an option that there is not
    assert context.params["cluster"] == bool(workflow)
    assert {context.params["html"].suffix, context.params["junit"].suffix} == {".html", ".xml"}


@each_example
def test_text_files_end_well(example: Path) -> None:
    for path in files_of(example):
        text = path.read_text()
        assert text.endswith("\n") or not text, f"{path}: no newline at the end"
        assert not text.endswith("\n\n"), f"{path}: blank lines at the end"
        assert not re.search(r"[ \t]\n", text), f"{path}: blanks at the end of a line"
        if path.suffix not in {".py", ".pyi"} and path.name != ".copier-answers.yml":
            assert "\n\n\n" not in text, f"{path}: more than one blank line"
