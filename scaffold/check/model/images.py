"""Which Dockerfile makes which container's image, as far as paths, names and answers say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Container
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value

Declared = Callable[[str, str], Value | None]
"""What the service that a file (its path) belongs to answered to a question of the template."""


class Images:
    """Finds the Dockerfile of a container, and the containers of a Dockerfile."""

    def __init__(self, dockerfiles: Sequence[Dockerfile], containers: Iterable[Container], declared: Declared) -> None:
        """Take all of a repository, and what its services declare."""
        self._dockerfiles = dockerfiles
        self._containers = containers
        self._declared = declared
        self._by_name: dict[str, list[Dockerfile]] = {}
        self._by_path: dict[str, Dockerfile] = {}
        for each in dockerfiles:
            self._by_path[each.source.path] = each
            for name in _names(each.source.path):
                self._by_name.setdefault(name, []).append(each)

    def dockerfile_of(self, container: Container) -> Dockerfile | None:
        """Return the Dockerfile that a container's image is built from, or None where that is not sure.

        It is the one of the service whose answers name the image, or the one whose folder or file is called like it;
        a repository's only Dockerfile also makes the image that is called like its workload, for what lies below it.
        """
        if container.image is None or not self._dockerfiles:
            return None
        name = container.image_name
        named = self._by_name.get(name, [])
        if len(named) == 1:
            return named[0]
        answered = self._declared(container.image.place().path, "name")
        if answered and answered.text() == name:
            folder = answered.document.source.path.rpartition("/")[0]
            return self._by_path.get(f"{folder}/Dockerfile" if folder else "Dockerfile")
        only = self._dockerfiles[0] if len(self._dockerfiles) == 1 and name == container.workload.name else None
        return only if only and _is_above(only, container.image.place().path) else None

    def containers_of(self, dockerfile: Dockerfile) -> list[Container]:
        """Return the containers whose image is built from a Dockerfile, as far as that is sure."""
        return self._running.get(id(dockerfile), [])

    @cached_property
    def _running(self) -> dict[int, list[Container]]:
        found: dict[int, list[Container]] = {}
        for container in self._containers:
            if dockerfile := self.dockerfile_of(container):
                found.setdefault(id(dockerfile), []).append(container)
        return found


def _is_above(dockerfile: Dockerfile, path: str) -> bool:
    folder, slash, _ = dockerfile.source.path.rpartition("/")
    return path.startswith(folder + slash)


def _names(path: str) -> set[str]:
    """Return the name of the image that a Dockerfile's path suggests."""
    folders, _, file = path.rpartition("/")
    parts = {part for part in file.split(".") if part.lower() not in ("dockerfile", "containerfile")}
    return parts | {folders.rpartition("/")[2]} - {""}


def tagged_by_skaffold(objects: Iterable[KubernetesObject]) -> set[str]:
    """Return the images that the skaffold.yaml among some objects build."""
    return {
        artifact.text("image") or ""
        for each in objects
        if each.kind == "Config" and (each.value.text("apiVersion") or "").startswith("skaffold/")
        for part in (each.value, *each.value.items("profiles"))
        for artifact in part.items("build", "artifacts")
    }
