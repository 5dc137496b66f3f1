"""Whom containers call, as far as their variables, arguments and ConfigMaps name Services deployed with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.check.model.objects import Service
from scaffold.check.model.policies import Port
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Workload
from scaffold.syntax.yaml_nodes import Value

_HOST = r"(?P<host>[a-z0-9][a-z0-9.-]{0,250})"
_URL = re.compile(
    rf"\b(?P<scheme>[a-z][a-z0-9+]{{1,20}})://(?:[^\s/@]{{0,200}}@)?{_HOST}(?::(?P<port>\d{{1,5}}))?(?![\w:])"
)
_PLAIN = re.compile(rf"{_HOST}:(?P<port>\d{{1,5}})")
_MAY_BE = re.compile(r"[a-z0-9+.-]:[/\d]")
"""What each address has, and few other texts do."""
_PORTS = {
    "amqp": 5672,
    "amqps": 5671,
    "http": 80,
    "https": 443,
    "mongodb": 27017,
    "mysql": 3306,
    "nats": 4222,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "ws": 80,
    "wss": 443,
}
_LONGEST = 2000  # characters of a value that are looked at


@dataclass(frozen=True)
class Call:
    """An address that a container is given: where it stands, the Service that it names, and the port of that."""

    at: Value
    service: Service
    port: int

    @property
    def shown(self) -> str:
        """Return it as people write it."""
        return f"{self.service.name}:{self.port}"


def calls(container: Container, scope: Scope) -> Iterator[Call]:
    """Yield the Services that a container is given the addresses of."""
    namespace = container.workload.namespace
    for value in _values(container, scope):
        for host, port in _addresses((value.text() or "")[:_LONGEST]):
            if service := _service(host, namespace, scope):
                yield Call(value, service, port)


def _values(container: Container, scope: Scope) -> Iterator[Value]:
    namespace = container.workload.namespace
    yield from (container.variable(name) for name, text in container.variables.items() if _MAY_BE.search(text))
    yield from (container.words[number] for number, text in enumerate(container.word_texts) if _MAY_BE.search(text))
    for each in container.value.items("env"):
        source = each.get("valueFrom", "configMapKeyRef")
        config_map = scope.named.config_map(namespace, source.text("name") or "") if source else None
        value = config_map.value.get("data", source.text("key") or "") if source and config_map else None
        if value:
            yield value
    for each in container.value.items("envFrom"):
        if config_map := scope.named.config_map(namespace, each.text("configMapRef", "name") or ""):
            yield from config_map.value.fields("data").values()


def _addresses(text: str) -> Iterator[tuple[str, int]]:
    """Yield hosts with their ports: those of URLs, otherwise of a list such as `kafka-0:9092,kafka-1:9092`."""
    if "://" in text:
        for found in _URL.finditer(text):
            port = found["port"] or _PORTS.get(found["scheme"].partition("+")[0])
            if port:
                yield found["host"], int(port)
    elif ":" in text:
        for part in text.split(","):
            if plain := _PLAIN.fullmatch(part.strip()):
                yield plain["host"], int(plain["port"])


def _service(host: str, namespace: str, scope: Scope) -> Service | None:
    """Return the Service of a name in the cluster's DNS: NAME, NAME.NAMESPACE, or with `.svc` and what is behind it."""
    parts = host.rstrip(".").split(".")
    if len(parts) > 2 and parts[2] != "svc":
        return None
    return scope.named.service(parts[1] if len(parts) > 1 else namespace, parts[0])


def port_of(call: Call, server: Workload) -> Port | None:
    """Return the port of a workload's pods where a call arrives, None where that is not known."""
    spec = call.service.value
    if spec.text("spec", "clusterIP") == "None":  # a headless Service only gives addresses
        number: int | None = call.port
    else:
        target = next((each.get("targetPort") or each.get("port") for each in _ports(call)), None)
        name = target.text() if target else None
        number = target.number() if target else None
        if number is None:
            number = next((each.port_names[name] for each in server.containers if name in each.port_names), None)
    if number is None:
        return None
    names = frozenset(name for each in server.containers for name, its in each.port_names.items() if its == number)
    return Port(number, names)


def _ports(call: Call) -> Iterator[Value]:
    ports = call.service.value.items("spec", "ports")
    return (each for each in ports if each.number("port") == call.port and each.text("protocol") in (None, "TCP"))
