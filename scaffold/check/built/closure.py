"""All that a kustomization is made of: followed from file to file before any program sees one of them.

Whatever text of a kustomization names a file that is there counts as one of its files, so that none is forgotten.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from scaffold.check.built.addresses import FOLDERS, PATHS, PLUGINS, is_address, is_encoded, texts
from scaffold.check.built.enclosure import named
from scaffold.check.ground import Ground
from scaffold.kubernetes.kustomize import NAMES
from scaffold.syntax.source import Note, Source, read
from scaffold.syntax.yaml_nodes import Document, Value, documents

_LONGEST = 4096
_MOST_PARTS = 2000


@dataclass(frozen=True)
class Obstacle:
    """Why a kustomization is not built: what stands where, to complete `it …`."""

    file: str
    line: int
    message: str


@dataclass
class Part:
    """What one kustomization names.

    `files` shows for each place where kustomize looks for a file which one it is, `links` the same for folders behind
    symbolic links, both from the root; `folders` are followed next, with the folders that paths in them start from;
    `made` shows that plugins are built by a kustomization, so that nobody sees beforehand what they read.
    """

    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    folders: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    made: bool = False


class KustomizationFile(Document):
    """A kustomization, and the files that it names and that may be shown."""

    def __init__(self, document: Document, folder: str, ground: Ground) -> None:
        """Take the document and its folder, from the root."""
        super().__init__(document.source, document.node)
        self._folder, self._ground = folder, ground

    def beside(self, name: str) -> Source | None:
        """Return a file that it names, where it may be shown."""
        real = os.path.realpath(os.path.join(self._folder, name)) if 0 < len(name) < _LONGEST else ""  # noqa: PTH118
        if not real or not self._ground.holds(real) or not self._ground.shows(real):
            return None
        found = read(self._ground.shown(real))
        return found if isinstance(found, Source) else None


class Closures:
    """The kustomizations of a repository, each read once."""

    def __init__(self, ground: Ground, *, network: bool = False) -> None:
        """Take what may be read, and whether addresses may be asked."""
        self.ground = ground
        self.network = network
        self._loaded: dict[str, tuple[list[Document], Note | None]] = {}
        self._parts: dict[tuple[str, tuple[str, ...]], Part] = {}

    def load(self, file: str) -> tuple[list[Document], Note | None]:
        """Return the documents of a file, by its path from the root, and a note where it stops being YAML."""
        if file not in self._loaded:
            source = read(self.ground.shown(file))
            found, note = documents(source) if isinstance(source, Source) else ([], source)
            folder = os.path.dirname(file)  # noqa: PTH120 -- as all here, a Path for each would cost more
            self._loaded[file] = ([KustomizationFile(each, folder, self.ground) for each in found], note)
        return self._loaded[file]

    def of(self, folder: str) -> tuple[list[Value], Part]:
        """Return the kustomizations behind a folder, the outermost first, and all that they name together."""
        whole = Part()
        roots: list[Value] = []
        waiting: list[tuple[str, tuple[str, ...]]] = [(folder, ())]
        seen = set(waiting)
        for each in waiting:
            part = self._part(*each)
            whole.files |= part.files
            whole.links |= part.links
            whole.obstacles += part.obstacles
            whole.made = whole.made or part.made
            shown = filter(self.ground.shows, _kustomizations(each[0]))
            roots += [found[0].root for name in shown if (found := self.load(name)[0])]
            following = [inner for inner in dict.fromkeys(part.folders) if inner not in seen]
            seen |= set(following)
            waiting += following
            if len(waiting) > _MOST_PARTS:
                whole.obstacles.append(Obstacle(folder, 0, f"is made of more than {_MOST_PARTS} folders"))
                break
        return roots, whole

    def _part(self, folder: str, bases: tuple[str, ...]) -> Part:
        if (folder, bases) not in self._parts:
            part = self._parts[folder, bases] = Part()
            for file in _kustomizations(folder):
                part.files[file] = file
                _Reading(self, part, file, (folder, *bases), is_plugin=bool(bases)).take(file)
        return self._parts[folder, bases]


def _kustomizations(folder: str) -> Iterator[str]:
    """Yield the files that make a folder a kustomization; links are none."""
    for name in NAMES:
        path = os.path.join(folder, name)  # noqa: PTH118
        if os.path.isfile(path) and not os.path.islink(path):  # noqa: PTH113, PTH114
            yield path


class _Reading:
    """Takes what one kustomization names into its part."""

    def __init__(self, closures: Closures, part: Part, file: str, bases: tuple[str, ...], *, is_plugin: bool) -> None:
        self.closures, self.part, self.file, self.bases = closures, part, file, bases
        self.is_plugin = is_plugin
        self._taken: set[str] = set()

    def take(self, file: str) -> None:
        """Take all texts of a file: the kustomization, or one that defines plugins."""
        if file in self._taken:
            return
        self._taken.add(file)
        found, note = self.closures.load(file)
        if note:
            self._refuse(file, note.line, note.message)
        for document in found:
            self._take_document(file, document, 0)

    def _take_document(self, file: str, document: Document, line: int) -> None:
        """Take the texts of a document; `line` is where it stands, if it is itself a text in the file."""
        try:
            for name, node in texts(document.node):
                where = line or node.start_mark.line + 1
                if is_encoded(node):
                    self._refuse(file, where, "holds a value in base64, which could be an address")
                else:
                    self._take_text(file, where, name, node.value)
                if not line and name in PLUGINS:
                    inline, _ = documents(Source(file, node.value.encode("utf-8", "replace")))
                    for each in inline:
                        if each.root.fields():
                            self._take_document(file, each, where)
        except ValueError as error:
            self._refuse(file, 0, str(error))

    def _take_text(self, file: str, line: int, name: str, text: str) -> None:
        for candidate in {text, text.partition("=")[2]} - {""}:
            places = [self._place(base, candidate) for base in self.bases]
            there = [place for place in places if os.path.lexists(place)] if len(candidate) < _LONGEST else []
            if not self.closures.network and is_address(candidate, name, is_there=bool(there)):
                self._refuse(file, line, f"names the address {named(candidate)}")
            for place in there:
                self._take_place(file, line, name, place)

    @staticmethod
    def _place(base: str, text: str) -> str:
        return os.path.normpath(os.path.join(base, text.replace("\0", "")))  # noqa: PTH118

    def _take_place(self, file: str, line: int, name: str, place: str) -> None:
        ground = self.closures.ground
        real = os.path.realpath(place)
        if not ground.holds(real) or not ground.holds(place):
            if name in PATHS:
                self._refuse(file, line, f"leads to {named(ground.shown(real))}, outside what is checked")
        elif os.path.isfile(real):  # noqa: PTH113
            self.part.files[place] = real
            if (name in PLUGINS or self.is_plugin) and name in FOLDERS:
                self.take(real)
        elif os.path.isdir(real) and name in FOLDERS:  # noqa: PTH112
            if real != place:
                self.part.links[place] = real
            is_plugin = name in PLUGINS or self.is_plugin
            self.part.made = self.part.made or is_plugin
            self.part.folders.append((real, self.bases if is_plugin else ()))

    def _refuse(self, file: str, line: int, message: str) -> None:
        self.part.obstacles.append(Obstacle(file, line, message))
