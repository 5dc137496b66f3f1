"""A chart as helm gets to see it: a copy with names of our own around it, of regular files only.

What a repository names is not part of helm's command line. Left out are hidden files, links that lead outside, and the
schemas of values, which helm would fetch from anywhere. A dependency that is not there is an empty chart.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scaffold.check.built.enclosure import Enclosure, named
from scaffold.check.ground import Ground
from scaffold.files.foreign import LARGEST
from scaffold.syntax.source import Note, Source, read
from scaffold.syntax.yaml_nodes import Value, documents, documents_in

SCHEMA = "values.schema.json"

_REMOTE = re.compile(rb'"\$ref"\s*:\s*"([a-z][a-z0-9+.-]*://[^"]*)"', re.IGNORECASE)
_MOST_FILES = 20_000


class ChartCopy:
    """The files of one chart.

    `files` shows for each path in the chart which file it is, from the root; `notes` what is left out; `is_packed`
    whether a dependency is an archive.
    """

    def __init__(self, ground: Ground, folder: str, names: Iterable[str], *, network: bool) -> None:
        """Take the chart's folder, and the names of all files in it that count."""
        self.ground, self.folder = ground, folder
        self.files: dict[str, str] = {}
        self.notes: list[Note] = []
        self._stubs: list[str] = []
        self._network = network
        self._top = ground.real(folder or ".")
        for name in names:
            self._take(name[len(folder) :].lstrip("/"), ground.real(name))
        if os.path.isfile(ignore := self._at(".helmignore")) and not os.path.islink(ignore):  # noqa: PTH113, PTH114
            self.files[".helmignore"] = ignore
        for path, real in _walked(self._at("charts")):  # git often ignores dependencies that helm has fetched
            self._take(f"charts/{path}", real)
        self._add_dependencies()

    def _at(self, path: str) -> str:
        return os.path.join(self._top, path)  # noqa: PTH118 -- as all here, a Path for each would cost more

    @property
    def is_packed(self) -> bool:
        """Return whether a dependency is an archive, which is not looked into."""
        return any(path.startswith("charts/") and path.endswith(".tgz") for path in self.files)

    @property
    def shown(self) -> dict[str, str]:
        """Return the names of the files that may be shown, by their paths in the chart."""
        return {path: self.ground.shown(real) for path, real in self.files.items() if self.ground.shows(real)}

    @property
    def lacks_charts(self) -> bool:
        """Return whether it depends on a chart that is nowhere in the repository."""
        return bool(self._stubs)

    def put(self, enclosure: Enclosure, place: Path) -> None:
        """Write the chart to a folder of the enclosure.

        Raises:
            OSError: when a file can't be read or written.
        """
        for path, real in self.files.items():
            if os.path.getsize(real) <= LARGEST:  # noqa: PTH202 -- the templates can't use a larger one: helm refuses it
                enclosure.put(place / path, real)
        for number, name in enumerate(self._stubs):
            stub = place / "charts" / f"missing-{number}" / "Chart.yaml"
            stub.parent.mkdir(parents=True)
            stub.write_text(
                json.dumps({"apiVersion": "v2", "name": name, "version": "0.0.0-missing"}), encoding="utf-8"
            )

    def _take(self, path: str, real: str) -> None:
        """Take a file, or all that a link leads to, into the copy."""
        if path in self.files or len(self.files) >= _MOST_FILES:
            return
        if posixpath.basename(path) == SCHEMA and not self._network:
            self._tell_remote(self.ground.shown(real))
        elif not _is_plain(path):
            self._leave_out(path, "has a name that helm can't show; not checked")
        elif not os.path.islink(real):  # noqa: PTH114
            if os.path.isfile(real):  # noqa: PTH113
                self.files[path] = real
        elif not self.ground.holds(target := os.path.realpath(real)):
            self._leave_out(path, "is a link that leads outside what is checked; not followed")
        elif os.path.isfile(target):  # noqa: PTH113
            self.files[path] = target
        else:
            for inner, file in _walked(target):
                self._take(f"{path}/{inner}", file)

    def _leave_out(self, path: str, why: str) -> None:
        self.notes.append(Note(posixpath.join(self.folder, path), why))

    def _tell_remote(self, name: str) -> None:
        source = read(name)
        for found in _REMOTE.finditer(source.data) if isinstance(source, Source) else ():
            address = named(found[1].decode("utf-8", "replace"))
            why = f"names the address {address}; the chart is checked without it, unless you add --allow-network"
            self.notes.append(Note(name, why, source.data.count(b"\n", 0, found.start()) + 1))  # type: ignore[union-attr]
            return

    def _add_dependencies(self) -> None:
        """Add the dependencies that lie in the repository, and an empty chart for each that is nowhere."""
        for file in ("Chart.yaml", "requirements.yaml"):
            for dependency in self._top_of(file).items("dependencies") if file in self.files else ():
                name, address = dependency.text("name") or "", dependency.text("repository") or ""
                if not name or self._has(name) or self._take_local(address, name):
                    continue
                self._stubs.append(name)
                where = f" of {named(address)}" if address else ""
                why = f"needs the chart {named(name)}{where}, which is not in charts/; it is checked without that chart"
                place = dependency.place()
                self.notes.append(Note(place.path, why, place.line))

    def _take_local(self, address: str, name: str) -> bool:
        scheme, found, path = address.partition("file://")
        if scheme or not found or not _is_plain(path) or not _is_plain(name) or "/" in name:
            return False
        real = os.path.realpath(self._at(path))
        if not self.ground.holds(real) or not os.path.isfile(os.path.join(real, "Chart.yaml")):  # noqa: PTH113, PTH118
            return False
        for inner, file in _walked(real):
            self._take(f"charts/{name}/{inner}", file)
        return True

    def _has(self, name: str) -> bool:
        parts = [path.split("/") for path in self.files if path.startswith("charts/")]
        if any(each[1].startswith(f"{name}-") and each[1].endswith(".tgz") for each in parts if len(each) == 2):
            return True
        charts = ["/".join(each) for each in parts if len(each) == 3 and each[2] == "Chart.yaml"]
        return any(self._top_of(path).text("name") == name for path in charts)

    def _top_of(self, path: str) -> Value:
        found = documents_in(self.ground.shown(self.files[path]))
        return found[0].root if found else documents(Source(path, b"{}"))[0][0].root


def _is_plain(path: str) -> bool:
    """Return whether a path can stand on a line of helm's output."""
    return path.isprintable() and not any("\ud800" <= sign <= "\udfff" for sign in path)


def _walked(folder: str) -> Iterator[tuple[str, str]]:
    """Yield what lies in a folder and is not hidden: the path in it, and the file; links are not followed."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]  # noqa: PTH114, PTH118
        for name in sorted([*files, *linked]):
            if not name.startswith("."):
                real = os.path.join(parent, name)  # noqa: PTH118
                yield os.path.relpath(real, folder).replace(os.sep, "/"), real
