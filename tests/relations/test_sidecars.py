"""A sidecar starts before the service and ends after it, has what every container has, and agrees with the rest (P10, P11)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.deployed import Deployed, Object, containers_of, deployed, each_example, examples, pre_stop_seconds
from workshop import judges

KINDS = ("breaker", "limiter")


def in_pod(service: Deployed) -> set[str]:
    """Return the sidecars that the answers give a serving pod: a mesh's is none of the pod's own."""
    return {kind for kind in KINDS if service.answers[kind] not in {"none", "istio"}}


def configuration(example: Path, kind: str) -> str:
    return "\n".join(path.read_text() for path in sorted((example / "deploy/base" / kind).iterdir()))


def native(container: Object) -> bool:
    return container.get("restartPolicy") == "Always"


def test_a_pod_has_the_answered_sidecars(service: Deployed) -> None:
    spec = service.one("Deployment")["spec"]["template"]["spec"]
    assert set(service.sidecars) == in_pod(service)
    for name, container in service.sidecars.items():
        assert (
            native(container) == service.answers["native_sidecars"] == (container in spec.get("initContainers", []))
        ), name
    assert spec["containers"][0]["name"] == "serve", "the one that kubectl logs shows"


def test_a_job_has_a_breaker_that_lets_it_end_or_none(service: Deployed) -> None:
    """A plain container beside a job keeps it from ending; without a breaker the job calls directly."""
    for name, spec in service.jobs:
        containers = containers_of(spec["template"])
        beside = [each for each in containers.values() if each["name"] != "job"]
        assert all(native(each) for each in beside), name
        expected = {"breaker"} & in_pod(service) if service.answers["native_sidecars"] else set()
        assert {each["name"] for each in beside} == expected, name
        environment = {
            **service.config,
            **{each["name"]: each.get("value") for each in containers["job"].get("env", [])},
        }
        for each in service.answers["dependencies"]:
            url = environment[f"{each['name'].upper().replace('-', '_')}_URL"]
            local = url.startswith("http://127.0.0.1:") and not each["url"].startswith("http://127.")
            assert local == ("://" in each["url"] and bool(expected)), name


def test_every_sidecar_has_probes_of_its_own(service: Deployed) -> None:
    for name, container in service.sidecars.items():
        ports = {each["name"] for each in container["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["port"] == f"{name}-health" in ports, name
            assert container[probe].get("timeoutSeconds", 1) <= container[probe]["periodSeconds"], name


def test_a_plain_sidecar_ends_after_the_service(service: Deployed) -> None:
    """All containers get SIGTERM at once, after their preStop: a native one waits for the service by itself."""
    grace = service.one("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    for name, container in service.sidecars.items():
        if native(container):
            continue
        command = container["lifecycle"]["preStop"]["exec"]["command"]
        seconds = sum(map(int, re.findall(r"sleep,?\s+(\d+)", " ".join(command))))
        least = pre_stop_seconds(service.container)
        least += int(service.config["SHUTDOWN_SECONDS"])
        assert least <= seconds < grace, name


def test_a_sidecar_mounts_its_configuration_read_only(service: Deployed) -> None:
    volumes = {each["name"]: each for each in service.one("Deployment")["spec"]["template"]["spec"].get("volumes", [])}
    for name, container in service.sidecars.items():
        (mount,) = (each for each in container["volumeMounts"] if "configMap" in volumes[each["name"]])
        assert mount["readOnly"] is True
        assert re.fullmatch(
            rf"{service.answers['name']}-{name}-[0-9a-z]{{10}}", volumes[mount["name"]]["configMap"]["name"]
        ), "the hash of its content is in the name, so that a change rolls the pods"


def test_the_breaker_listens_where_the_service_calls(service: Deployed) -> None:
    guarded = [
        each for each in service.answers["dependencies"] if "://" in each["url"] and "breaker" in service.sidecars
    ]
    text = configuration(service.example, "breaker") if guarded else ""
    for each in guarded:
        url = service.config[f"{each['name'].upper().replace('-', '_')}_URL"]
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)?", url)
        host, _, path = each["url"].split("://")[1].partition("/")
        assert found and re.search(rf"\b{found[1]}\b", text) and host.split(":")[0].lower() in text
        assert (found[2] or "") == (f"/{path}" if "/" in each["url"].split("://")[1] else "")


def test_the_limiter_leads_to_where_the_service_listens(service: Deployed) -> None:
    if "limiter" not in service.sidecars:
        return
    text = configuration(service.example, "limiter")
    for each in service.answers["ports"]:
        behind = service.config[f"PORT_{each['name'].upper().replace('-', '_')}"]
        assert re.search(rf"\b{each['number']}\b", text) and re.search(rf"\b{behind}\b", text)
    for name in ("limit_requests_per_second", "limit_connections"):
        assert re.search(rf"(?<!\d){service.answers[name]}(?!\d)", text), name
    assert all(each.split("/")[0] in text for each in service.answers["trusted_proxies"])


def test_the_limiters_own_time_limit_is_stated_beside_that_of_the_service(service: Deployed) -> None:
    if "limiter" not in service.sidecars:
        return
    stated = r"# The limiter waits at most (\d+) s for a response\. .+ limiter/(\S+), too\.\nREQUEST_SECONDS="
    found = re.search(stated, (service.example / "deploy/base/config.env").read_text())
    assert found and int(found[1]) > float(service.config["REQUEST_SECONDS"])
    limiter = (service.example / "deploy/base/limiter" / found[2]).read_text()
    assert re.search(rf" (?:timeout:|proxy_read_timeout) {found[1]}s\b", limiter)


@pytest.mark.parametrize(
    ("example", "kind"),
    [pytest.param(path, kind, id=f"{path.name}-{kind}") for path in examples() for kind in KINDS if kind in in_pod(deployed(path, "production"))],
)  # fmt: skip
def test_a_changed_configuration_rolls_the_pods(example: Path, kind: str, tmp_path: Path) -> None:
    """A mesh's rules need no new pods: its control plane tells them to the proxies."""
    shutil.copytree(example / "deploy", tmp_path / "deploy")
    file = next((tmp_path / "deploy/base" / kind).iterdir())
    file.write_text(file.read_text() + "# changed\n")
    built = judges.ask("kubectl", "kustomize", tmp_path / "deploy" / "overlays" / "production")
    changed = Deployed(example, "production", list(yaml.safe_load_all(built.stdout)))
    before = deployed(example, "production").one("Deployment")["spec"]["template"]
    after = changed.one("Deployment")["spec"]["template"]
    assert (
        before["spec"]["volumes"] != after["spec"]["volumes"]
        and before["spec"]["containers"] == after["spec"]["containers"]
    )


def test_an_idle_sidecar_hides_no_busy_service(service: Deployed) -> None:
    """The utilization of a pod is that of all its containers together."""
    for scaler in service.all("HorizontalPodAutoscaler"):
        (metric,) = scaler["spec"]["metrics"]
        assert metric["type"] == ("ContainerResource" if service.sidecars else "Resource")
        if service.sidecars:
            assert metric["containerResource"]["container"] == service.container["name"]


@each_example
def test_the_readme_says_what_protects(example: Path) -> None:
    service = deployed(example, "production")
    readme = (example / "README.md").read_text()
    assert ("## Protection" in readme) == any(service.answers[kind] != "none" for kind in KINDS)
    assert ("| P10 |" in readme) == (service.answers["breaker"] != "none")
    assert ("| P11 |" in readme) == (service.answers["limiter"] != "none")
