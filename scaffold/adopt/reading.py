"""What a repository has of a service: the objects that are deployed, and the answers that follow, and why."""

from __future__ import annotations

import re
from pathlib import Path

from scaffold.adopt.deployed import Deployed, unread_objects
from scaffold.adopt.facts import chosen
from scaffold.adopt.found import Environment, Files, Found, documents_of, path_of, two_services, where
from scaffold.adopt.proposal import Build, Place, Proposal
from scaffold.adopt.sources import all_facts
from scaffold.check.ground import is_of_tests
from scaffold.check.model.checked import Checked
from scaffold.check.model.scope import Scope
from scaffold.check.read import read_repository
from scaffold.errors import ServiceError
from scaffold.kubernetes.kustomize import NAMES
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.source import Note
from scaffold.syntax.yaml_nodes import Value

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_LOCAL = re.compile(r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml\Z")
_MOST = 4


def propose(top: Path, prefix: str, *, network: bool = False) -> Proposal:
    """Return what the work tree at `top` shows of the service in its folder `prefix` ("" or "a/b/").

    With `network`, kustomize and helm may ask the addresses that files name.

    Raises:
        ServiceError: when there is no Dockerfile, or more than one service, or when manifests contradict each other or
            can't be built.
    """
    files = Files(top)
    called = prefix.rstrip("/").rpartition("/")[2] or top.resolve().name
    repository = read_repository([top / prefix], network=network)
    compose = _compose(files, prefix)
    dockerfiles = _dockerfiles(files, prefix, repository)
    _refuse_unbuilt(files, prefix, repository)
    environments = Deployed(files, prefix, repository, called, only_called=False).environments()
    is_elsewhere = False
    if prefix and not environments and (elsewhere := read_repository([top], network=network)).scopes:
        found = Deployed(files, prefix, elsewhere, called, only_called=True).environments()
        repository, environments = (elsewhere, found) if found else (repository, environments)
        is_elsewhere = bool(found)
    dockerfile = _dockerfile(files, prefix, repository, dockerfiles, environments, compose)
    found_all = Found(files, prefix, repository, dockerfile, environments, compose)
    answers, unread = chosen(all_facts(found_all))
    notes = [_sentence(files, repository, note) for note in repository.notes if not _is_expected(note)]
    beside = unread_objects(found_all) if not is_elsewhere else []
    builds = tuple(Build(each.name, documents_of(each.objects), each.files) for each in environments)
    return Proposal(prefix, answers, builds, (*unread, *beside, *notes))


def _compose(files: Files, prefix: str) -> Value | None:
    """Return the record of the service that Docker Compose builds from this folder.

    Raises:
        ServiceError: when it builds several.
    """
    for name in _COMPOSE:
        for document in files.documents(prefix + name):
            services = document.root.fields("services")
            built = {key: each for key, each in services.items() if each.get("build")}
            contexts = {key: _context(each) for key, each in built.items()}
            here = {key: each for key, each in built.items() if contexts[key] == "."} or built
            if len(here) > 1 and len({_built_by(each) for each in here.values()}) > 1:
                places = [f"{key} ({prefix}{name}:{each.place().line})" for key, each in here.items()]
                raise two_services(prefix, ", ".join(places[:_MOST]))
            return next(iter(here.values()), None)
    return None


def _context(service: Value) -> str:
    text = service.text("build") or service.text("build", "context") or "."
    return text.removeprefix("./").rstrip("/") or "."


def _built_by(service: Value) -> tuple[str, str]:
    return _context(service), service.text("build", "dockerfile") or "Dockerfile"


def _dockerfiles(files: Files, prefix: str, repository: Checked[Scope]) -> list[Dockerfile]:
    """Return the Dockerfiles of the folder whose images run in production.

    Raises:
        ServiceError: when there is none.
    """
    paths = {path_of(files, repository, each.source.path): each for each in repository.dockerfiles}
    inside = {path: each for path, each in paths.items() if path.startswith(prefix) and each.stages}
    kept = [
        each
        for path, each in inside.items()
        if not each.is_for_work and not is_of_tests(path.removeprefix(prefix)) and ".devcontainer/" not in path
    ]
    if not kept:
        raise ServiceError(
            f"{where(prefix)} has no Dockerfile, and code of a team needs one for its image. Write it, for example as "
            f"{prefix}Dockerfile, commit it, and adopt again."
        )
    return kept


def _dockerfile(
    files: Files,
    prefix: str,
    repository: Checked[Scope],
    dockerfiles: list[Dockerfile],
    environments: list[Environment],
    compose: Value | None,
) -> Dockerfile:
    """Return the Dockerfile of the service's image: of several, the one that its image or Docker Compose names.

    Raises:
        ServiceError: when nothing shows which one it is.
    """
    built = repository.images.dockerfile_of(environments[0].container) if environments else None
    paths = {path_of(files, repository, each.source.path): each for each in dockerfiles}
    made = built and paths.get(path_of(files, repository, built.source.path))
    if made:
        return made
    if compose is not None:
        context, name = _built_by(compose)
        named = f"{prefix}{'' if context == '.' else f'{context}/'}{name}"
        if named in paths:
            return paths[named]
    usual = paths.get(f"{prefix}Dockerfile") or paths.get(f"{prefix}Containerfile")
    if usual or len(paths) == 1:
        return usual or dockerfiles[0]
    raise ServiceError(
        f"{where(prefix)} has more than one Dockerfile: {', '.join(list(paths)[:_MOST])}. Nothing shows which one "
        f"builds the service; call that one {prefix}Dockerfile, or give each a folder."
    )


def _refuse_unbuilt(files: Files, prefix: str, repository: Checked[Scope]) -> None:
    """Refuse a chart or kustomization that can't be built: nobody knows what it deploys.

    Raises:
        ServiceError: with what the tool found wrong.
    """
    for note in repository.notes:
        name = note.path.rpartition("/")[2]
        path = path_of(files, repository, note.path)
        is_chart = name == "Chart.yaml" and ("can't be rendered" in note.message or "is not checked" in note.message)
        is_values = name.endswith((".yaml", ".yml")) and "can't be rendered" in note.message
        is_kustomization = name in NAMES and ("can't be built" in note.message or "is not checked" in note.message)
        if (is_chart or is_values or is_kustomization) and not is_of_tests(path.removeprefix(prefix)):
            raise ServiceError(
                f"{_sentence(files, repository, note)} So nothing shows what it deploys; fix that, and adopt again."
            )


def _sentence(files: Files, repository: Checked[Scope], note: Note) -> str:
    place = Place(path_of(files, repository, note.path), note.line)
    return f"{place} {note.message.removesuffix('; not checked')}."


def _is_expected(note: Note) -> bool:
    """Return whether a note is about what is nothing to adopt."""
    return _LOCAL.search(note.path) is not None
