"""Manifests: what the container runs, as whom, with how much, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.proposal import Proposed
from scaffold.check.model.objects import Autoscaler
from scaffold.check.model.workloads import Server
from scaffold.kubernetes.quantities import quantity

STRENGTH = strength.RUNS

_COMMANDS = {"command": "container_command", "args": "container_arguments"}
_USERS = {"runAsUser": "image_user", "runAsGroup": "image_group"}
_MARGIN = 5  # seconds that the template adds to the time for requests
_DEFAULT_MEMORY = 256  # Mi that the template gives where nothing else is known, and the CPU beside it
_FOLDER_SIZE = "64Mi"
_MOST_FOLDERS = 16


def facts(found: Found) -> Iterator[Fact]:
    """Yield the program, the user, the number of pods, the resources, writable folders and the time to end."""
    live = found.production
    if live is None:
        return
    yield from _program(found, live)
    yield from _user(found, live)
    yield from _replicas(found, live)
    yield from _resources(found, live)
    yield from _volumes(found, live)
    yield from _end(found, live)


def _program(found: Found, live: Environment) -> Iterator[Fact]:
    for field, name in _COMMANDS.items():
        value = live.container.value.get(field)
        words = live.container.value.item_texts(field)
        if value is None or not words:
            continue
        at = found.at(value)
        if fits.are_words(words):
            yield Proposed(name, words, f"the container has it as {field}", (at,))
        else:
            yield (
                f"{at}: the {field} of {live.title} has $ or several lines, which {name} can't have; "
                "put it into a script of the image."
            )


def _user(found: Found, live: Environment) -> Iterator[Fact]:
    for field, name in _USERS.items():
        value = live.container.setting(field)
        number = value.number() if value else None
        if value is None or number is None:
            continue
        if fits.is_user(number):
            yield Proposed(name, number, f"the security context has it as {field}", (found.at(value),))
        elif number == 0:
            at = found.at(value)
            yield f"{at}: {live.title} runs as root, and the template needs another user."


def _replicas(found: Found, live: Environment) -> Iterator[Fact]:
    server = live.server
    scaler = live.scope.autoscaler_of(server) if isinstance(server, Server) else None
    value = server.value.get("spec", "replicas")
    number = value.number() if value else None
    if isinstance(scaler, Autoscaler):
        yield from _scaled(found, live, scaler)
    elif value and number is not None and 2 <= number <= 500:
        yield Proposed("replicas", number, f"the {server.kind} has so many pods", (found.at(value),))
    elif number is None or number < 2:
        at = found.at(value or server.at)
        yield f"{at}: {live.title} has fewer than two pods, so the template's two replace them."


def _scaled(found: Found, live: Environment, scaler: Autoscaler) -> Iterator[Fact]:
    spec = scaler.value.get("spec")
    most = (spec.get("maxReplicas") or spec.get("maxReplicaCount")) if spec else None
    least = (spec.get("minReplicas") or spec.get("minReplicaCount")) if spec else None
    fewest, upper = max(scaler.fewest, 2), most.number() if most else None
    if fewest <= 500 and upper is not None and fewest <= upper <= 1000 and most:
        why = f"the {scaler.kind} has it"
        note = "" if fewest == scaler.fewest else "; the template has two at least"
        yield Proposed("replicas", fewest, f"{why} as its minimum{note}", (found.at(least or scaler.at),))
        yield Proposed("max_replicas", upper, f"{why} as its maximum", (found.at(most),))
    else:
        at = found.at(scaler.at)
        yield f"{at}: the bounds of the {scaler.kind} are none that the template can have."


def _resources(found: Found, live: Environment) -> Iterator[Fact]:
    """Yield requests and limits; what is only one of both is both where the other one would contradict it."""
    for resource, write in (("memory", fits.as_memory), ("cpu", fits.as_cpu)):
        values = {kind: live.scope.resources.of(live.container, kind, resource) for kind in ("requests", "limits")}
        texts = {kind: write(value.text()) if value else "" for kind, value in values.items()}
        for kind, value in values.items():
            name = f"{resource}_{kind.rstrip('s')}"
            if value and texts[kind]:
                yield Proposed(name, texts[kind], f"the container has it in its {kind}", (found.at(value),))
            elif value:
                at = found.at(value)
                yield f"{at}: {value.text()} is not an amount of {resource} that {name} can be."
        if texts["limits"] and not values["requests"] and values["limits"]:
            why = "Kubernetes requests the limit where there is only that"
            yield Proposed(f"{resource}_request", texts["limits"], why, (found.at(values["limits"]),))
        if texts["requests"] and not values["limits"] and values["requests"] and _is_much(resource, texts["requests"]):
            why = "there is no limit today, and this is what it requests; measure it"
            yield Proposed(f"{resource}_limit", texts["requests"], why, (found.at(values["requests"]),), sure=False)


def _is_much(resource: str, text: str) -> bool:
    """Return whether a request is more than the limit that the template gives by itself."""
    found, most = quantity(text), _DEFAULT_MEMORY * 1024 * 1024 if resource == "memory" else 1
    return found is not None and found > most


def _volumes(found: Found, live: Environment) -> Iterator[Fact]:
    """Yield the folders that it writes to; what it keeps there, or shares with a disk, has no question."""
    volumes = live.volumes
    folders: list[dict[str, str]] = []
    places = []
    for mount in live.container.value.items("volumeMounts"):
        volume, path = volumes.get(mount.text("name")), (mount.text("mountPath") or "").rstrip("/")
        if volume is None:
            continue
        at = found.at(mount)
        empty = volume.get("emptyDir")
        if empty is not None and fits.is_writable(path) and len(folders) < _MOST_FOLDERS:
            size = fits.as_memory(empty.text("sizeLimit")) or _FOLDER_SIZE
            folders.append({"path": path, "size": size})
            places.append(at)
        elif volume.get("secret") is None and volume.get("projected") is None:
            kind = next((key for key in volume.fields() if key != "name"), "volume")
            yield (
                f"{at}: {live.title} mounts a {kind} at {path or '/'}, for which the template has no "
                "question; add it as a patch of the overlay."
            )
    if folders:
        inner = [each for each in folders if not any(_is_inside(each, other) for other in folders)]
        yield Proposed("writable_paths", inner, "volumes of the pod are mounted there", tuple(places))


def _is_inside(one: dict[str, str], other: dict[str, str]) -> bool:
    return one["path"].startswith(f"{other['path']}/")


def _end(found: Found, live: Environment) -> Iterator[Fact]:
    grace = live.server.pod.get("terminationGracePeriodSeconds") if live.server.pod else None
    number = grace.number() if grace else None
    if grace is None or number is None:
        return
    waits = live.container.pre_stop_seconds or 0
    seconds = number - waits - _MARGIN
    at = found.at(grace)
    if 4 <= seconds <= 3600:
        slept = f", {waits} s of them in preStop" if waits else ""
        why = f"its pods get {number} s to end{slept}, and {_MARGIN} s are a margin"
        yield Proposed("shutdown_seconds", seconds, why, (at,))
    else:
        yield f"{at}: its pods get {number} s to end, from which shutdown_seconds does not follow."
