"""Reads what a folder's manifests say of the container that serves: ports, probes, limits, writable paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign
from scaffold.files.yaml import load_all, place_of, problem_of
from scaffold.kubernetes.quantities import amount
from scaffold.text.encoding import not_utf8

Object = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


def read(place: Path) -> list[Object]:
    """Return every object in a YAML file, or in those of a folder (not of the folders below it).

    Raises:
        FileError: when a file can't be read, is a link out of the folder, or is not YAML.
    """
    files = sorted([*place.glob("*.yaml"), *place.glob("*.yml")]) if place.is_dir() else [place]
    below = place if place.is_dir() else place.parent
    return [each for file in files for each in _objects(file, below)]


def _objects(file: Path, below: Path) -> Iterator[Object]:
    try:
        data = read_foreign(file, below=below)
    except OSError as error:
        raise FileError(f"{file} can't be read: {error.strerror}.") from error
    yield from parse(data, str(file))


def parse(data: bytes, name: str) -> Iterator[Object]:
    """Yield every object of a YAML file, those of lists too; `name` is what the file is called.

    Raises:
        FileError: when it is not YAML, or beyond the bounds of `scaffold.files.yaml`.
    """
    try:
        documents = load_all(data.decode())
    except UnicodeDecodeError as error:
        raise FileError(f"{name} {not_utf8(error)}.") from error
    except yaml.YAMLError as error:
        raise FileError(f"{name}{place_of(error)} is not valid YAML: {problem_of(error)}.") from error
    for each in documents:
        if isinstance(each, dict) and "kind" in each:
            items = each.get("items")
            inside = [each] if each["kind"] != "List" else items if isinstance(items, list) else []
            yield from (one for one in inside if isinstance(one, dict) and "kind" in one)


def workload(objects: list[Object], name: str = "") -> Object | None:
    """Return the workload that serves: the one of that name, otherwise the only or first one."""
    found = [each for each in objects if each["kind"] in WORKLOADS]
    named = [each for each in found if each.get("metadata", {}).get("name") == name]
    return next(iter(named or found), None)


def facts(objects: list[Object], name: str = "") -> Object:
    """Return the fields of a Subject that are in the manifests; nothing for the others."""
    chosen = workload(objects, name)
    if not chosen:
        return {}
    pod = chosen["spec"]["template"]["spec"]
    container = pod["containers"][0]
    command, args = ([str(each) for each in container.get(key) or ()] for key in ("command", "args"))
    told: Object = {"args": (*command[1:], *args), "program": command[0] if command else ""}
    told |= _resources(container.get("resources") or {})
    told |= _probes(container)
    variables = {each["name"]: str(each["value"]) for each in container.get("env") or () if "value" in each}
    told["env"] = {key: value for key, value in variables.items() if "$(" not in value}  # what only a pod has
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
            told[field] = int(amount(source[key])) if key == "memory" else amount(source[key])
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
            found[mount["mountPath"]] = int(amount(limit))
    return found
