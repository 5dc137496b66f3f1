"""Reads what a folder's manifests say of the container that serves: ports, probes, limits, writable paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scaffold.check.source import Source
from scaffold.check.yaml_nodes import documents
from scaffold.errors import SettingError
from scaffold.files.foreign import read_foreign
from scaffold.prove.quantity import number

Object = dict[str, Any]
_LARGEST = 2_000_000
"""Values of a document with its aliases written out, as they are handed to a cluster."""

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


def read(place: Path) -> list[Object]:
    """Return every object in a YAML file, or in those of a folder (not of the folders below it).

    Raises:
        SettingError: when a file can't be read or is no YAML.
    """
    files = sorted([*place.glob("*.yaml"), *place.glob("*.yml")]) if place.is_dir() else [place]
    return [each for file in files for each in _objects(file)]


def _objects(file: Path) -> Iterator[Object]:
    try:
        data = read_foreign(file)
    except OSError as error:
        raise SettingError(f"{file} can't be read: {error.strerror}.") from error
    yield from parse(data, str(file))


def parse(data: bytes, name: str) -> Iterator[Object]:
    """Yield every object of a YAML file, those of lists too; `name` is what the file is called.

    Raises:
        SettingError: when it is no YAML, or its aliases mean more than can be read.
    """
    note = documents(Source(name, data))[1]
    if note:
        raise SettingError(f"{name}: no valid YAML: line {note.line or 1} {note.message.removesuffix('; not judged')}.")
    loader = yaml.CSafeLoader(data)
    try:
        while loader.check_node():
            if (node := loader.get_node()) is not None:
                _refuse_bomb(node, name)
                yield from _of_document(loader.construct_document(node))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise SettingError(f"{name}: no valid YAML: {' '.join(str(error).split())}.") from error
    finally:
        loader.dispose()


def _of_document(document: Any) -> Iterator[Object]:
    found = [document]
    if isinstance(document, dict) and document.get("kind") == "List":
        items = document.get("items")
        found = items if isinstance(items, list) else []
    yield from (each for each in found if isinstance(each, dict) and "kind" in each)


def _refuse_bomb(root: yaml.Node, name: str) -> None:
    """Refuse a document whose aliases, written out, are too many, or lead back to where they stand."""
    sizes: dict[int, int] = {}
    waiting: list[tuple[yaml.Node, bool]] = [(root, False)]
    under: set[int] = set()
    while waiting:
        node, is_done = waiting.pop()
        children = _children(node)
        if is_done:
            under.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children)
        elif id(node) in under:
            raise SettingError(f"{name}: an alias leads back to where it stands; write it out.")
        elif id(node) not in sizes:
            under.add(id(node))
            waiting.append((node, True))
            waiting += [(child, False) for child in children]
    if sizes[id(root)] > _LARGEST:
        raise SettingError(f"{name}: its aliases stand for more than {_LARGEST} values; write fewer.")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def workload(objects: list[Object], name: str = "") -> Object | None:
    """Return the workload that serves: the one of that name, else the only or first one."""
    found = [each for each in objects if each["kind"] in WORKLOADS]
    named = [each for each in found if each.get("metadata", {}).get("name") == name]
    return next(iter(named or found), None)


def facts(objects: list[Object], name: str = "") -> Object:
    """Return the fields of a Subject that the manifests tell; nothing for what they don't."""
    chosen = workload(objects, name)
    if not chosen:
        return {}
    pod = chosen["spec"]["template"]["spec"]
    container = pod["containers"][0]
    told: Object = {"args": tuple(map(str, container.get("args") or ()))}
    told |= _resources(container.get("resources") or {})
    told |= _probes(container)
    told["env"] = {each["name"]: str(each["value"]) for each in container.get("env") or () if "value" in each}
    told["writable"] = _writable(pod, container)
    security = {**(pod.get("securityContext") or {}), **(container.get("securityContext") or {})}
    if "runAsUser" in security:
        told["user"] = f"{security['runAsUser']}:{security.get('runAsGroup', security['runAsUser'])}"
    return told


def _resources(resources: Object) -> Object:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    told: Object = {}
    for field, source, key in (
        ("memory_limit", limits, "memory"),
        ("memory_request", requests, "memory"),
        ("cpu_limit", limits, "cpu"),
        ("cpu_request", requests, "cpu"),
    ):
        if key in source:
            told[field] = int(number(source[key])) if key == "memory" else number(source[key])
    return told


def _probes(container: Object) -> Object:
    ports = [(str(port.get("name", "")), int(port["containerPort"])) for port in container.get("ports") or ()]
    told: Object = {"paths": {}, "ports": ports}
    for kind in ("startup", "readiness", "liveness"):
        probe = container.get(f"{kind}Probe") or {}
        if "httpGet" in probe:
            told["paths"][kind] = probe["httpGet"].get("path", "/")
            told["probe_port"] = probe["httpGet"]["port"]  # a number, or the name of one of the ports
        if kind == "startup" and probe:  # defaults: https://kubernetes.io/docs/concepts/workloads/pods/probes
            told["startup_budget"] = float(
                probe.get("initialDelaySeconds", 0) + probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
            )
    return told


def _writable(pod: Object, container: Object) -> dict[str, int]:
    volumes = {each["name"]: each for each in pod.get("volumes") or ()}
    found = {}
    for mount in container.get("volumeMounts") or ():
        volume = volumes.get(mount["name"], {})
        if "emptyDir" in volume and not mount.get("readOnly"):
            limit = (volume["emptyDir"] or {}).get("sizeLimit", "64Mi")
            found[mount["mountPath"]] = int(number(limit))
    return found
