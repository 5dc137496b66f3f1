"""Kustomizations: which files they own, what they build to, and where a built value was written.

A base is not a deployment by itself, so the outermost kustomizations are built, by `kustomize` or `kubectl kustomize`.
These see copies: a tree of just the files that a kustomization names, so neither links nor what lies outside. Both
are asked for origins (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/), so that a
finding can be shown in the file that people edit.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scaffold.check.built.addresses import FOLDERS, texts
from scaffold.check.built.built import Built
from scaffold.check.built.closure import Closures, Obstacle, Part
from scaffold.check.built.enclosure import Enclosure
from scaffold.check.built.inflated import Inflation
from scaffold.check.built.written import BuiltDocument, Origins
from scaffold.check.ground import Ground
from scaffold.kubernetes.kustomize import NAMES, build_command
from scaffold.programs import ProgramError
from scaffold.programs.offline import is_offline_possible
from scaffold.syntax.source import Note, Source
from scaffold.syntax.yaml_nodes import Value, documents

_WAY = re.compile(r"recursed accumulation of path '[^']*': |couldn't make target for path '[^']*': ")
_MOST_LINKS = 40
_LOGGED = re.compile(r'"command failed" err="(.*)"$')
_UNQUOTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # json writes these as they are, YAML refuses them


class Tree:
    """The kustomizations among some files: `files` are those that belong to them, `roots` the outermost ones."""

    def __init__(self, ground: Ground, *, network: bool = False) -> None:
        """Take the files that count, and read the kustomizations; addresses are asked only with `network`."""
        self.ground = ground
        self.notes: list[Note] = []
        self.files: set[str] = set()
        self.kustomizations: dict[str, Value] = {}
        self._closures = Closures(ground, network=network)
        for name in sorted(ground.names):
            if name.rpartition("/")[2] in NAMES:
                self.files.add(name)
                self._read(name)
        used = set()
        for folder, root in self.kustomizations.items():
            for field, reference in _references(root):
                path = posixpath.normpath(posixpath.join(folder, reference))
                if path in ground.names:
                    self.files.add(path)
                elif field in FOLDERS:
                    used.add("" if path == "." else path)
        self.roots = [
            folder
            for folder, root in self.kustomizations.items()
            if folder not in used and root.text("kind") != "Component"
        ]

    def _read(self, name: str) -> None:
        found, note = self._closures.load(self.ground.real(name))
        if note:
            self.notes.append(note)
        elif found:
            self.kustomizations[name.rpartition("/")[0]] = found[0].root

    def build(self, enclosure: Enclosure) -> list[Built]:
        """Return what each of the outermost kustomizations builds to; `notes` report those that can't be built."""
        if not self.roots:
            return []
        command = build_command()
        if command is None:
            why = "is not checked: neither kustomize nor kubectl is installed"
            self.notes += [Note(self._path(folder), why) for folder in self.roots]
            return []
        replica, inflation = Replica(enclosure), Inflation(self.ground, enclosure)
        ready = [each for folder in self.roots if (each := self._prepared(replica, inflation, folder))]
        enclosure.steps.expect(len(ready))
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            found = list(pool.map(lambda each: self._build(enclosure, command, inflation, replica, each), ready))
        self.notes += [each for each in found if isinstance(each, Note)]
        return [each for each in found if isinstance(each, Built)]

    def _path(self, folder: str) -> str:
        return self.kustomizations[folder].document.source.path

    def _prepared(self, replica: Replica, inflation: Inflation, folder: str) -> _Job | None:
        """Copy all that a kustomization is made of; None, and a note, where that is not to be built."""
        real = self.ground.real(folder or ".")
        chain, whole = self._closures.of(real)
        if whole.made and not (self._closures.network or is_offline_possible()):
            whole.obstacles.append(Obstacle(real, 0, "has plugins that a kustomization builds"))
        if whole.obstacles:
            self.notes += [self._obstacle(folder, each) for each in dict.fromkeys(whole.obstacles)]
            return None
        try:
            replica.add(whole)
            for each in chain:
                real_file = self.ground.real(each.document.source.path)
                self.notes += inflation.put(each, replica.place(real_file))
        except OSError as error:
            self.notes.append(Note(self._path(folder), f"is not checked: a file of it can't be read: {error.strerror}"))
            return None
        return _Job(folder, real, chain)

    def _obstacle(self, folder: str, obstacle: Obstacle) -> Note:
        path, where = self._path(folder), self.ground.shown(obstacle.file)
        hint = "; add --allow-network to load it" if " address " in obstacle.message else ""
        if where == path:
            return Note(path, f"is not checked: it {obstacle.message}{hint}", obstacle.line)
        line = f":{obstacle.line}" if obstacle.line else ""
        return Note(path, f"is not checked: {where}{line} {obstacle.message}{hint}")

    def _build(
        self, enclosure: Enclosure, command: list[str], inflation: Inflation, replica: Replica, job: _Job
    ) -> Built | Note:
        path = self._path(job.folder)
        try:
            outer = replica.wrapped(job.real)
            done = enclosure.run([*command, outer.name], enclosure.folder)
        except (OSError, ProgramError) as error:
            return Note(path, f"can't be built: it {error}; not checked")
        finally:
            enclosure.steps.finish()
        if done.code != 0:
            return Note(path, f"can't be built: {_problem(done.stderr, replica, enclosure)}; not checked")
        origins = Origins(lambda text: self._origin(replica, outer, text), self.kustomizations[job.folder], job.chain)
        origins.made = lambda text: inflation.made.get(os.path.normpath(outer / text))
        found, note = documents(Source(job.folder or ".", done.stdout))
        origins.built = [BuiltDocument(each.source, each.node, origins) for each in found]
        return note or Built(job.folder or ".", origins.built)

    def _origin(self, replica: Replica, outer: Path, text: str) -> str | None:
        """Return the file that an origin names, if it is one of those that were built and may be shown."""
        real = replica.original(outer, text)
        return self.ground.shown(real) if real and self.ground.shows(real) else None


@dataclass(frozen=True)
class _Job:
    """A kustomization to build: its folder as it is shown and from the root, and all that are behind it."""

    folder: str
    real: str
    chain: list[Value]


class Replica:
    """Copies of files, in folders that lie to each other as those of the originals do."""

    def __init__(self, enclosure: Enclosure) -> None:
        """Begin an empty one in an enclosure."""
        self.folder = enclosure.folder / "tree"
        self._enclosure = enclosure
        self._originals: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._odd: dict[str, str] = {}
        self._wrapped = 0

    def place(self, real: str) -> Path:
        """Return where the copy of something stands; names that are not UTF-8, which YAML can't hold, are replaced."""
        return self.folder.joinpath(*map(self._utf8, Path(real).parts[1:]))

    def _utf8(self, part: str) -> str:
        try:
            part.encode()
        except UnicodeEncodeError:
            return self._odd.setdefault(part, f"raw-{secrets.token_hex(8)}")
        return part

    def add(self, whole: Part) -> None:
        """Copy what a kustomization is made of, each file once.

        Raises:
            OSError: when a file can't be read or copied.
        """
        for place, file in whole.files.items():
            copy = self.place(place)
            if str(copy) not in self._originals:
                self._enclosure.put(copy, file)
                self._originals[str(copy)] = file
        for place, folder in whole.links.items():
            link, target = self.place(place), self.place(folder)
            if not link.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.path.relpath(target, link.parent))
                self._links[str(link)] = str(target)

    def wrapped(self, real: str) -> Path:
        """Return a folder with a kustomization that builds the copy of another one and records origins.

        Raises:
            OSError: when it can't be written.
        """
        self._wrapped += 1
        outer = Path(f"{self.folder.parent}{os.sep}build-{self._wrapped}")
        outer.mkdir()
        target = os.path.relpath(self.place(real), outer).replace(os.sep, "/")
        text = f"resources: [{_quoted(target)}]\nbuildMetadata: [originAnnotations]\n"
        (outer / NAMES[0]).write_text(text, encoding="utf-8")
        return outer

    def original(self, outer: Path, text: str) -> str | None:
        """Return the file whose copy a path from a folder led to; the copies may be gone by now."""
        place = os.path.normpath(outer / text)
        for _ in range(_MOST_LINKS):
            if place in self._originals:
                return self._originals[place]
            link = next((above for above in map(str, Path(place).parents) if above in self._links), None)
            if link is None:
                return None
            place = self._links[link] + place[len(link) :]
        return None


def _quoted(text: str) -> str:
    """Return a text as YAML in double quotes."""
    return _UNQUOTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _problem(stderr: bytes, replica: Replica, enclosure: Enclosure) -> str:
    """Return what a tool says is wrong, without the path of its log line and the folders above that it passed."""
    said = " ".join(stderr.decode("utf-8", "replace").removeprefix("error: ").split())
    if logged := _LOGGED.search(said):
        said = logged[1].replace('\\"', '"')
    innermost = said.rpartition("accumulating resources: ")[2].removeprefix("accumulation err=")
    innermost = _WAY.split(innermost)[-1]
    innermost = innermost.replace(f"{replica.place(str(Path.cwd()))}{os.sep}", "").replace(str(replica.folder), "")
    return enclosure.told(innermost)


def _references(root: Value) -> Iterator[tuple[str, str]]:
    """Yield what may name a file or folder of a kustomization, and its field, wherever it stands."""
    for field, node in texts(root.document.node):
        if "\n" not in node.value:
            yield from ((field, each) for each in {node.value, node.value.partition("=")[2]} - {""})
