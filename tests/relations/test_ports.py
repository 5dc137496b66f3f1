"""A port is the same number in the code, the image, the pod, the Service, the probes, the policies and compose."""

from __future__ import annotations

import re

from tests.support.deployed import Deployed, files_of, read_yaml

SOURCES = {".py", ".go", ".ts", ".java", ".rs", ".yml", ".yaml", ".properties"}
NOT_CODE = {"deploy", "stubs", ".github"}


def container_ports(service: Deployed) -> dict[str, int]:
    return {each["name"]: each["containerPort"] for each in service.container["ports"]}


def test_the_pod_has_the_answered_ports(service: Deployed) -> None:
    answered = {each["name"]: each["number"] for each in service.answers["ports"]}
    assert container_ports(service) == {**answered, "admin": service.answers["admin_port"]}


def test_the_configuration_has_the_same(service: Deployed) -> None:
    ports = container_ports(service)
    variables = {f"PORT_{name.upper().replace('-', '_')}": str(port) for name, port in ports.items() if name != "admin"}
    variables["ADMIN_PORT"] = str(ports["admin"])
    assert {key: value for key, value in service.config.items() if "PORT" in key and "URL" not in key} == variables


def test_the_code_has_the_same(service: Deployed) -> None:
    """The numbers are the code's defaults, so that it runs without any configuration."""
    texts = [
        path.read_text()
        for path in files_of(service.example)
        if path.suffix in SOURCES
        and path.parent != service.example
        and path.relative_to(service.example).parts[0] not in NOT_CODE
        and "test" not in path.as_posix().removeprefix(service.example.as_posix())
    ]
    assert texts
    for port in container_ports(service).values():
        assert any(re.search(rf"\b{port}\b", text.replace("_", "")) for text in texts), f"{port} is not in the code"


def test_the_image_exposes_the_same(service: Deployed) -> None:
    lines = re.findall(r"^EXPOSE (.+)$", (service.example / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(int(port) for line in lines for port in line.split()) == sorted(container_ports(service).values())


def test_the_service_leads_to_them_by_name(service: Deployed) -> None:
    targets = {each["name"]: each["targetPort"] for each in service.one("Service")["spec"]["ports"]}
    names = [each["name"] for each in service.answers["ports"]]
    assert targets == {name: name for name in names} and set(names) <= set(container_ports(service))
    assert len({each["port"] for each in service.one("Service")["spec"]["ports"]}) == len(names)


def test_probes_and_scrapes_ask_the_admin_port(service: Deployed) -> None:
    ports = container_ports(service)
    for probe, path in (("startupProbe", "/startupz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/livez")):
        asked = service.container[probe]["httpGet"]
        assert ports[asked["port"]] == service.answers["admin_port"] and asked["path"] == path
    annotations = service.one("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(ports["admin"])


def test_the_policy_lets_them_in_and_no_more(service: Deployed) -> None:
    ports = container_ports(service)
    business, admin = service.policies[f"{service.answers['name']}-serve"]["ingress"]
    assert "from" not in business and [each["port"] for each in business["ports"]] == [
        port for name, port in ports.items() if name != "admin"
    ]
    assert admin["from"] and [each["port"] for each in admin["ports"]] == [ports["admin"]]


def test_compose_opens_them_to_this_machine_alone(service: Deployed) -> None:
    (compose,) = read_yaml(service.example / "compose.yaml")
    assert compose["services"]["service"]["ports"] == [
        f"127.0.0.1:{port}:{port}" for port in container_ports(service).values()
    ]
