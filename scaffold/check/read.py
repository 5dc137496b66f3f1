"""Reads a repository into the model."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path

from scaffold.check.built import helm, kustomize
from scaffold.check.built.built import OnStep
from scaffold.check.built.enclosure import enclosure
from scaffold.check.environments import alternatives
from scaffold.check.ground import Ground
from scaffold.check.model.checked import Checked
from scaffold.check.model.scope import Scope
from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.engine.answers_file import parse_answers
from scaffold.engine.remembered import is_intact
from scaffold.errors import AnswerError
from scaffold.git.walk import files_below
from scaffold.syntax import dockerfile
from scaffold.syntax.source import STDIN, Note, Source, read, unread
from scaffold.syntax.yaml_nodes import Document, documents

_DOCKERFILE = re.compile(
    r"(?:.*/)?(?:(?:Docker|Container)file(?:\.(?!dockerignore\Z)[^/]+)?|[^/]+\.(?:[Dd]ocker|[Cc]ontainer)file)",
    re.DOTALL,
)
_YAML = re.compile(r".+\.(?:ya?ml|json)", re.DOTALL)
_YAML_TEMPLATE = re.compile(r".+\.ya?ml\.(?:j2|jinja2?|tpl|tmpl|gotmpl|template|erb|mustache)", re.DOTALL)
_CONFIGURATION = re.compile(r".+\.(?:conf|conf\.template|conf\.tmpl)", re.DOTALL)
_MANIFEST = re.compile(rb"(?:^|[{,])[ \t\"'-]*kind[\"']?\s*:", re.MULTILINE)
_TEMPLATE = re.compile(rb"\{\{|\{%|<%|\$\{|\$[A-Z]")
_IS_TEMPLATE = "is a template, not YAML; not checked"
_EDITED = "its answers were edited by hand, but the service was made from other answers; `scaffold update` applies them"
_API = b"apiVersion"
_ENVOY = b"static_resources"
_LARGEST_DOCKERFILE = 256 * 1024


def read_repository(
    paths: Iterable[Path],
    exclude: Sequence[str] = (),
    stdin: bytes | None = None,
    *,
    network: bool = False,
    on_step: OnStep | None = None,
) -> Checked[Scope]:
    """Return everything at or below `paths` that rules can look at; what can't be checked is reported in `notes`.

    Paths that one of the patterns `exclude` fits are skipped; `stdin` holds manifests that a tool rendered. With
    `network`, kustomize and helm may ask the addresses that the files name. `on_step` gets how many builds are done.

    Raises:
        OptionError: when a path is not there.
    """
    repository: Checked[Scope] = Checked()
    manifests: list[Source] = []
    if stdin is not None:
        manifests.append(Source(STDIN, stdin))
        repository.sources[STDIN] = manifests[0]
    paths = list(paths)
    ground, names = _ground(paths, exclude, repository)
    repository.ground = ground
    tree, charts = kustomize.Tree(ground, network=network), helm.Charts(ground, network=network)
    with enclosure(network=network, on_step=on_step) if tree.roots or charts.folders else nullcontext() as enclosed:
        with ThreadPoolExecutor(2) as pool:  # other programs, so they run while the plain files are read
            building = [pool.submit(each, enclosed) for each in (tree.build, charts.render) if enclosed]
            manifests += _plain_files(repository, names, tree, charts)
        built = [each for done in building for each in done.result()]
    plain = alternatives(_plain_documents(repository, manifests))
    for each in plain:
        repository.scopes.append(Scope(repository, "", each.documents, shared=each.shared))
    for made in built:
        repository.scopes.append(Scope(repository, made.name, made.documents, lacks_parts=made.lacks_parts))
    repository.notes += tree.notes + charts.notes
    _tell_dockerfiles(repository)
    _find_comments(repository, names, tree, charts)
    repository.has_all = all(path.is_dir() for path in paths)
    return repository


def _ground(paths: Sequence[Path], exclude: Sequence[str], repository: Checked[Scope]) -> tuple[Ground, list[str]]:
    """Return what may be read, and the files that count; those behind a symbolic link are noted."""
    names = files_below(paths, exclude, lambda name, why: repository.notes.append(unread(name, why)), {ANSWERS})
    ground = Ground(paths, names)
    linked = [name for name in names if not ground.is_plain(name)]
    if linked:
        repository.notes += [Note(name, "lies behind a symbolic link; not checked") for name in linked if _wanted(name)]
        names = [name for name in names if ground.is_plain(name)]
        ground = Ground(paths, names)
    return ground, names


def _plain_files(
    repository: Checked[Scope], names: Iterable[str], tree: kustomize.Tree, charts: helm.Charts
) -> Iterable[Source]:
    """Read the files that nothing has to build, and return the manifests among them."""
    manifests: list[Source] = []
    for name in names:
        if not (wanted := _wanted(name)) or name in tree.files or charts.owns(name):
            continue
        source = read(name)
        if isinstance(source, Note):
            repository.notes.append(source)
        elif source is not None:
            repository.files += 1
            if _sort_in(repository, manifests, source, wanted) and source.speaks_to_us:
                repository.commented.append(source)
    return manifests


def _find_comments(repository: Checked[Scope], names: Iterable[str], tree: kustomize.Tree, charts: helm.Charts) -> None:
    """Take the files with comments for us that were built or rendered, and leave out those that were not checked."""
    built = set() if tree.notes else tree.files
    sources = [read(name) for name in names if name in built or (not charts.notes and charts.owns(name))]
    repository.commented += [each for each in sources if isinstance(each, Source) and each.speaks_to_us]
    unjudged = {note.path for note in repository.notes}
    repository.commented = [each for each in repository.commented if each.path not in unjudged]


def _tell_dockerfiles(repository: Checked[Scope]) -> None:
    """Give each Dockerfile what lies beside it, and how the pods that run it are made."""
    pods: dict[int, list[bool]] = {}
    for scope in repository.scopes if repository.dockerfiles else ():
        for container in scope.containers:
            found = repository.images.dockerfile_of(container)
            if found:
                found.is_deployed = True
            if found and container.workload.pod:
                pods.setdefault(id(found), []).append(container.workload.pod.is_true("shareProcessNamespace"))
    for each in repository.dockerfiles:
        folder = Path(each.source.path)
        beside = [
            folder.with_name(f"{folder.name}.dockerignore"),
            *(above / ".dockerignore" for above in folder.parents),
        ]
        each.has_ignore_file = any(map(os.path.isfile, beside))  # which takes names of any length
        each.has_git_history = os.path.lexists(folder.with_name(".git"))
        each.shares_processes = all(pods.get(id(each), [False]))


def _wanted(name: str) -> str:
    if _YAML.fullmatch(name):
        return "yaml"
    if _DOCKERFILE.fullmatch(name):
        return "dockerfile"
    if _YAML_TEMPLATE.fullmatch(name):
        return "template"
    return "text" if _CONFIGURATION.fullmatch(name) else ""


def _sort_in(repository: Checked[Scope], manifests: list[Source], source: Source, kind: str) -> bool:
    """Put a file where rules look at it, and return whether they do."""
    if kind == "dockerfile":
        if len(source.data) > _LARGEST_DOCKERFILE:
            repository.notes.append(Note(source.path, "is larger than 256 KiB; not checked"))
        else:
            repository.dockerfiles.append(dockerfile.parse(source))
    elif kind == "text":
        repository.texts.append(source)
    elif kind == "template":
        if _API in source.data and _MANIFEST.search(source.data):
            repository.notes.append(Note(source.path, _IS_TEMPLATE))
        return False
    elif source.path.endswith(ANSWERS):
        _take_answers(repository, source)
        return False
    elif _API in source.data and _MANIFEST.search(source.data):
        manifests.append(source)
    elif _ENVOY in source.data:
        repository.texts.append(source)
    else:
        return False
    return True


def _take_answers(repository: Checked[Scope], source: Source) -> None:
    """Take the answers of a service, and note when they were edited by hand."""
    found, _ = documents(source)
    if found:
        repository.answers[source.path.rpartition("/")[0]] = found[0].root
    with suppress(AnswerError):
        if is_intact(parse_answers(source.data, source.path)) is False:
            repository.notes.append(Note(source.path, _EDITED))


def _plain_documents(repository: Checked[Scope], manifests: Iterable[Source]) -> list[Document]:
    plain = []
    for source in manifests:
        found, note = documents(source)
        plain += found
        if note and _TEMPLATE.search(source.data):
            note = Note(source.path, _IS_TEMPLATE, note.line)
        if note:
            repository.notes.append(note)
    return plain
