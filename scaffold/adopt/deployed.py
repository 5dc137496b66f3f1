"""Finds what is deployed of a service today: for each environment the workload that serves, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaffold.adopt.built_from import Origins
from scaffold.adopt.environment_names import of_files, of_overlay, of_values, production_of
from scaffold.adopt.found import Environment, Files, Found, at, documents_of, path_of, two_services, where
from scaffold.adopt.images import is_known_product, repository_of
from scaffold.adopt.proposal import Place
from scaffold.check.ground import is_of_tests
from scaffold.check.model.checked import Checked
from scaffold.check.model.objects import Autoscaler, KubernetesObject, Service
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Deployment, Job, Pod, Server, Workload
from scaffold.errors import ServiceError
from scaffold.kubernetes.references import written

_MOST = 4
"""Objects that a sentence names."""


class Deployed:
    """Looks through what was read of the folder `prefix`; `called` is what its service may be called there."""

    def __init__(
        self, files: Files, prefix: str, repository: Checked[Scope], called: str, *, only_called: bool
    ) -> None:
        """Take what was read; with `only_called`, all other services of the repository are not looked at."""
        self._files, self._prefix, self._repository = files, prefix, repository
        self._called, self._only_called = called, only_called
        self._origins = Origins(files, repository)

    def environments(self) -> list[Environment]:
        """Return the environments, production first; nothing where nothing is deployed.

        Raises:
            ServiceError: when there are two services, or two that contradict each other, or one of another kind.
        """
        scopes = [each for scope in self._repository.scopes for each in self._parted(scope)]
        found = [(scope, server) for scope in scopes if (server := self._server(scope))]
        if not found:
            self._refuse_jobs()
            return []
        for _, server in found:
            self._refuse_kind(server)
        names = self._names(found)
        main, _ = production_of(names)
        made = [self._environment(name, *each) for name, each in zip(names, found, strict=True)]
        kept = [each for each in made if each.name or len(made) == 1]
        return sorted(kept, key=lambda each: each.name != main)

    def _server(self, scope: Scope) -> Workload | None:
        """Return the workload of a scope that serves, or None where there is none.

        Raises:
            ServiceError: when there are several.
        """
        servers = [each for each in scope.of(Workload) if self._serves(each)]
        self._refuse_twins(servers)
        if self._only_called:
            servers = [each for each in servers if self._called in self._names_of(each)]
        if len(servers) < 2:
            return servers[0] if servers else None
        own = [each for each in servers if not is_known_product(self.container_of(each).image_name)]
        built = [each for each in own if self._is_built_here(each)]
        named = [each for each in own if self._called in self._names_of(each)]
        one = next((some[0] for some in (own, built, named) if len(some) == 1), None)
        if one is None:
            raise self._two_services(own or servers)
        return one

    def _parted(self, scope: Scope) -> list[Scope]:
        """Return the parts of plain manifests that have one workload in several namespaces: they are environments."""
        servers = [each for each in scope.of(Workload) if self._serves(each)]
        spaces: dict[tuple[str, str], set[str]] = {}
        for each in servers:
            spaces.setdefault((each.kind, each.name), set()).add(each.namespace)
        apart = set().union(*(some for some in spaces.values() if len(some) > 1))
        if scope.name or not apart:
            return [scope]
        made = []
        for space in sorted(apart):
            own = [each for each in scope.objects if each.namespace == space or each.namespace not in apart]
            made.append(Scope(self._repository, "", documents_of(own)))
        return made

    def _serves(self, each: Workload) -> bool:
        is_one = isinstance(each, Server | Pod) and not each.runs_once and not each.is_hook and bool(each.containers)
        if isinstance(each, Pod) and each.is_patch:
            return False
        return is_one and not is_of_tests(self._place(each).path.removeprefix(self._prefix))

    def _is_built_here(self, each: Workload) -> bool:
        """Return whether its image is built in the service's folder itself, and not in one below."""
        dockerfile = self._repository.images.dockerfile_of(self.container_of(each))
        if dockerfile is None:
            return False
        path = path_of(self._files, self._repository, dockerfile.source.path)
        return "/" not in path.removeprefix(self._prefix) or len(self._repository.dockerfiles) == 1

    def _names_of(self, each: Workload) -> set[str]:
        return {each.name, self.container_of(each).image_name}

    def container_of(self, server: Workload) -> Container:
        """Return the container that runs the service's image: not the proxy beside it."""
        containers = [each for each in server.containers if each.role == "main"] or server.containers
        own = [each for each in containers if not self._is_product(each)] or containers
        built = [each for each in own if self._repository.images.dockerfile_of(each)] or own
        named = [each for each in built if f"{each.image_name}-".startswith(f"{server.name}-")]
        return (named or built)[0]

    def _is_product(self, container: Container) -> bool:
        """Return whether a container runs a database, a proxy or the like, or an image that only configures one."""
        dockerfile = self._repository.images.dockerfile_of(container)
        bases = [written(dockerfile.final[-1].image).last] if dockerfile and dockerfile.final else []
        return any(map(is_known_product, (container.image_name, *bases)))

    def _names(self, found: Sequence[tuple[Scope, Workload]]) -> list[str]:
        """Return the name of each environment; a chart's own values are none where it has those of environments.

        Raises:
            ServiceError: when two are deployed to the same one.
        """
        titles = [self._origins.of(scope) for scope, _ in found]
        plain = [number for number, title in enumerate(titles) if title.kind == "plain"]
        names = [
            of_overlay(each.folder) if each.kind == "kustomize" else of_values(each.values) if each.values else ""
            for each in titles
        ]
        if len(plain) > 1:
            given = of_files([self._place(found[number][1]).path for number in plain])
            for number, name in zip(plain, given, strict=False):
                names[number] = name
        bases = [
            number
            for number, each in enumerate(titles)
            if each.kind == "chart"
            and not each.values
            and any(other.folder == each.folder and other.values for other in titles)
        ]
        counting = [number for number in range(len(names)) if number not in bases]
        for number in counting:
            same = [other for other in counting if names[other] == names[number] or not names[other]]
            if len(counting) > 1 and (len(same) > 1 or same != [number]):
                raise self._contradiction([found[other][1] for other in counting])
        return names

    def _environment(self, name: str, scope: Scope, server: Workload) -> Environment:
        container = self.container_of(server)
        objects = [each for each in scope.objects if self._belongs(each, scope, server, container)]
        return Environment(name, scope, server, container, objects, self._origins.files_of(scope, objects))

    def _belongs(self, each: KubernetesObject, scope: Scope, server: Workload, container: Container) -> bool:
        """Return whether an object is a part of the service, and not of what is deployed beside it."""
        if each is server:
            return True
        if isinstance(each, Job) and not each.is_hook:
            return repository_of(container) in [repository_of(it) for it in each.containers if it.image]
        if isinstance(each, Workload):
            return False
        if isinstance(each, Service):
            selected = scope.workloads_of(each)
            return not selected or server in selected
        if isinstance(each, Autoscaler):
            return each.target[1] == server.name
        return True

    def _place(self, each: KubernetesObject) -> Place:
        return at(self._files, self._repository, each.at)

    def _shown(self, each: KubernetesObject) -> str:
        return f"{each.kind} {each.name} ({self._place(each)})"

    def _listed(self, objects: Iterable[KubernetesObject]) -> str:
        words = list(dict.fromkeys(map(self._shown, objects)))
        more = [f"{len(words) - _MOST} more"] if len(words) > _MOST else []
        *first, last = [*words[:_MOST], *more]
        return f"{', '.join(first)} and {last}" if first else last

    def _two_services(self, servers: Sequence[Workload]) -> ServiceError:
        return two_services(self._prefix, self._listed(servers))

    def _contradiction(self, servers: Sequence[Workload]) -> ServiceError:
        return ServiceError(
            f"{where(self._prefix)} deploys its service in ways that contradict each other: {self._listed(servers)}. "
            "Nothing shows which one runs; keep that one, and remove the others, or put each into a folder called like "
            "its environment."
        )

    def _refuse_twins(self, servers: Sequence[Workload]) -> None:
        """Refuse the same object twice: of two that are deployed together, the last one applied would count."""
        known: dict[tuple[str, str, str], Workload] = {}
        for each in servers:
            first = known.setdefault((each.kind, each.namespace, each.name), each)
            if first is not each:
                raise self._contradiction([first, each])

    def _refuse_kind(self, server: Workload) -> None:
        if not isinstance(server, Deployment | Pod):
            raise ServiceError(
                f"{self._shown(server)} can't be adopted, because the template makes a Deployment, and one kind never "
                "becomes another. Leave it as it is, and check it with scaffold check."
            )

    def _refuse_jobs(self) -> None:
        jobs = [each for scope in self._repository.scopes for each in scope.of(Job) if not each.is_hook]
        if jobs and not self._only_called:
            raise ServiceError(
                f"{where(self._prefix)} deploys only jobs: {self._listed(jobs)}. The template is for a service that "
                "runs without end, and for its jobs. Leave them as they are, and check them with scaffold check."
            )


def unread_objects(found: Found) -> list[str]:
    """Return a sentence for each workload that is deployed with the service, and stays as it is."""
    live = found.production
    others = [each for each in live.scope.of(Workload) if each not in live.objects and not each.is_hook] if live else []
    places = [found.at(each.at) for each in others]
    return [
        f"{place}: {each.kind} {each.name} is deployed with the service, and stays as it is."
        for place, each in zip(places, others, strict=True)
    ]
