"""Docker Compose: what people run on their machines, and with what around it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.addresses import record
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found, here
from scaffold.adopt.images import PORTS
from scaffold.adopt.proposal import Place, Proposed
from scaffold.adopt.settings import facts_of
from scaffold.adopt.variables import Variable
from scaffold.kubernetes.references import written
from scaffold.syntax.yaml_nodes import Value

STRENGTH = strength.WORKS

_PUBLISHED = re.compile(r"(?:.*:)?([0-9]{1,5})(?:/tcp)?")
_ASKED = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::[0-9]+)?(/[^\s'\"|]*)")
_MOST = 8


def facts(found: Found) -> Iterator[Fact]:
    """Yield what the service's record in compose.yaml shows."""
    service = found.compose
    if service is None:
        return
    name = str(service.key)
    if fits.is_label(name):
        at = here(service.parent.key_of(name) or service) if service.parent else here(service)
        yield Proposed("name", name, "Docker Compose calls it so", (at,), sure=False)
    yield from _ports(service)
    yield from _command(service)
    yield from _probe(service)
    yield from _environment(service, name)
    yield from _beside(service)


def _ports(service: Value) -> Iterator[Fact]:
    numbers: dict[int, Place] = {}
    for each in [*service.items("ports"), *service.items("expose")]:
        target = each.number("target") if each.fields() else None
        text = each.text() or ""
        found = _PUBLISHED.fullmatch(text)
        number = target or (int(found[1]) if found else 0)
        if number:
            numbers.setdefault(number, here(each))
    kept = [number for number in numbers if fits.is_port(number)][:_MOST]
    for number, at in numbers.items():
        if number not in kept:
            yield f"{at}: the port {number} needs root; let the program listen on another one."
    if kept:
        value = [{"name": "http" if not at else f"port-{number}", "number": number} for at, number in enumerate(kept)]
        yield Proposed("ports", value, "Docker Compose publishes them", tuple(numbers[each] for each in kept))


def _command(service: Value) -> Iterator[Fact]:
    for field, name in (("entrypoint", "container_command"), ("command", "container_arguments")):
        value = service.get(field)
        if value is None:
            continue
        words = value.item_texts() or _split(value.text() or "")
        if words and fits.are_words(words):
            why = f"Docker Compose has it as {field}, which may be for development only"
            yield Proposed(name, words, why, (here(value),), sure=False)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _probe(service: Value) -> Iterator[Fact]:
    test = service.get("healthcheck", "test")
    text = " ".join(test.item_texts()) or test.text() or "" if test else ""
    asked = _ASKED.search(text)
    if test and asked and fits.is_path(asked[1]):
        for name in ("startup_path", "readiness_path", "liveness_path"):
            yield Proposed(name, asked[1], "the health check of Docker Compose asks it", (here(test),), sure=False)


def _environment(service: Value, name: str) -> Iterator[Fact]:
    """Yield what follows from `environment`, which is a mapping or a list of NAME=VALUE."""
    environment = service.get("environment")
    if environment is None:
        return
    variables = [Variable(key, value, value.text() or "") for key, value in environment.fields().items()]
    for each in environment.items():
        key, equals, text = (each.text() or "").partition("=")
        if key and equals:
            variables.append(Variable(key, each, text))
    given = [each for each in variables if "${" not in (each.text or "")]
    for variable in variables:
        if variable not in given:
            at = here(variable.at)
            yield f"{at}: Docker Compose gets {variable.name} from the machine, so it is not here."
    yield from facts_of(given, here, "the service in Docker Compose", name)


def _beside(service: Value) -> Iterator[Fact]:
    """Yield the services that this one needs, by the ports that these are known for."""
    value = service.get("depends_on")
    services = service.parent
    if value is None or services is None:
        return
    named = value.item_texts() or list(value.fields())
    found = {each: port for each in named if fits.is_short_name(each) and (port := _port_of(services.get(each)))}
    if found:
        why = "the service depends on them; whether each is critical, and its time limit, are guesses"
        value_of = [record(each, url.replace("NAME", each)) for each, url in found.items()]
        yield Proposed("dependencies", value_of, why, (here(value),), sure=False)


def _port_of(other: Value | None) -> str:
    """Return the URL of a service, with NAME for its host: a known product's port, otherwise HTTP on its first port."""
    if other is None:
        return ""
    image = written(other.text("image") or "").last
    if image in PORTS:
        return f"NAME:{PORTS[image]}"
    for each in [*other.items("expose"), *other.items("ports")]:
        found = _PUBLISHED.fullmatch(each.text() or "")
        if found:
            return f"http://NAME:{found[1]}"
    return ""
