"""A port is the same number in the code, the image, the pod, the Service, the probes, the policies and compose."""

from __future__ import annotations

import re

from tests.support.deployed import Deployed, Object, files_of, read_yaml

SOURCES = {".py", ".go", ".ts", ".java", ".rs", ".yml", ".yaml", ".properties"}
NOT_CODE = {"deploy", "stubs", ".github"}


def ports_of(container: Object) -> dict[str, int]:
    return {each["name"]: each["containerPort"] for each in container["ports"]}


def answered(service: Deployed) -> dict[str, int]:
    """Return the ports that callers know, by name."""
    return {each["name"]: each["number"] for each in service.answers["ports"]}


def health_ports(service: Deployed) -> dict[str, int]:
    """Return the ports of the sidecars that are theirs alone."""
    every = {name: port for each in service.sidecars.values() for name, port in ports_of(each).items()}
    return {name: port for name, port in every.items() if name.endswith("-health")}


def variable(name: str) -> str:
    return f"PORT_{name.upper().replace('-', '_')}"


def test_the_pod_has_the_answered_ports(service: Deployed) -> None:
    """The serving container has them, or the limiter in front of it; the admin port is always the service's own."""
    business = ports_of(service.sidecars.get("limiter", service.container))
    assert {name: port for name, port in business.items() if name in answered(service)} == answered(service)
    assert ports_of(service.container)["admin"] == service.answers["admin_port"]
    assert set(ports_of(service.container)) <= {*answered(service), "admin"}


def test_no_port_of_the_pod_is_used_twice(service: Deployed) -> None:
    named = [pair for each in service.serving.values() for pair in ports_of(each).items()]
    behind = [int(value) for key, value in service.config.items() if key.startswith("PORT_")]
    local = [int(each) for each in re.findall(r"http://127\.0\.0\.1:(\d+)", "\n".join(service.config.values()))]
    hidden = behind if "limiter" in service.sidecars else []
    numbers = [number for _, number in named] + hidden + local
    assert len({name for name, _ in named}) == len(named) and len(set(numbers)) == len(numbers)


def test_the_configuration_has_the_same(service: Deployed) -> None:
    """Behind a limiter the service listens elsewhere: the limiter has the numbers that callers know."""
    assert service.config["ADMIN_PORT"] == str(service.answers["admin_port"])
    for name, port in answered(service).items():
        assert (service.config[variable(name)] == str(port)) == ("limiter" not in service.sidecars)
    assert {key for key in service.config if key.startswith("PORT_")} == {variable(name) for name in answered(service)}


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
    for port in [*answered(service).values(), service.answers["admin_port"]]:
        assert any(re.search(rf"\b{port}\b", text.replace("_", "")) for text in texts), f"{port} is not in the code"


def test_the_image_exposes_the_same(service: Deployed) -> None:
    lines = re.findall(r"^EXPOSE (.+)$", (service.example / "Dockerfile").read_text(), re.MULTILINE)
    expected = [*answered(service).values(), service.answers["admin_port"]]
    assert sorted(int(port) for line in lines for port in line.split()) == sorted(expected)


def test_the_service_leads_to_them_by_name(service: Deployed) -> None:
    """A Service takes the first container that names the port: just one may."""
    targets = {each["name"]: each["targetPort"] for each in service.one("Service")["spec"]["ports"]}
    names = [each["name"] for each in service.answers["ports"]]
    assert targets == {name: name for name in names}
    for name in names:
        holders = [key for key, each in service.serving.items() if name in ports_of(each)]
        assert holders == (["limiter"] if "limiter" in service.sidecars else ["serve"])
    assert len({each["port"] for each in service.one("Service")["spec"]["ports"]}) == len(names)


def test_probes_and_scrapes_ask_the_admin_port(service: Deployed) -> None:
    ports = ports_of(service.container)
    for probe, path in (("startupProbe", "/startupz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/livez")):
        asked = service.container[probe]["httpGet"]
        assert ports[asked["port"]] == service.answers["admin_port"] and asked["path"] == path
    annotations = service.one("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(ports["admin"])


def test_the_policy_lets_them_in_and_no_more(service: Deployed) -> None:
    """The main port is open to the gateway alone, where there is one."""
    *business, monitoring = service.policies[f"{service.answers['name']}-serve"]["ingress"]
    numbers = list(answered(service).values())
    if service.answers["expose"] == "none":
        assert business == [{"ports": [{"port": each} for each in numbers]}]
    else:
        space = {"matchLabels": {"kubernetes.io/metadata.name": service.answers["entry_namespace"]}}
        gateway = {"from": [{"namespaceSelector": space}], "ports": [{"port": numbers[0]}]}
        others = [{"ports": [{"port": each} for each in numbers[1:]]}] if numbers[1:] else []
        assert business == [gateway, *others]
    mesh = [15020] if service.meshed else []  # the proxy's own metrics and the service's
    expected = [service.answers["admin_port"], *mesh, *health_ports(service).values()]
    assert monitoring["from"] and [each["port"] for each in monitoring["ports"]] == expected


def test_compose_opens_them_to_this_machine_alone(service: Deployed) -> None:
    """Without sidecars: the service itself has the answered ports."""
    (compose,) = read_yaml(service.example / "compose.yaml")
    ports = [*answered(service).values(), service.answers["admin_port"]]
    assert compose["services"]["service"]["ports"] == [f"127.0.0.1:{port}:{port}" for port in ports]
    environment = {**service.config, **compose["services"]["service"].get("environment", {})}
    assert {name: environment[variable(name)] for name in answered(service)} == {
        name: str(port) for name, port in answered(service).items()
    }
