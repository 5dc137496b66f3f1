"""Helm charts: their templates are no YAML, so `helm template` renders them, and findings are shown in the templates.

Rendered with the default values, and once more with each other `values*.yaml` beside them.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import yaml

from scaffold.check.built import Built
from scaffold.check.files import read
from scaffold.check.source import Note, Place, Source
from scaffold.check.yaml_nodes import Document, Value, documents

_SOURCE = re.compile(r"# Source: [^/]+/(.+)")
_VALUES = re.compile(r"values[-.][^/]+\.ya?ml|[^/]+[-.]values\.ya?ml")
_PARTS = frozenset({"Chart.yaml", "values.yaml", "templates", "charts", "crds", "ci"})
_MOST_VALUES = 5
_PATIENCE = 60


class Charts:
    """The outermost charts among some files; `notes` tells what can't be judged."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names of all files."""
        self.names = list(names)
        found = sorted(posixpath.dirname(name) for name in self.names if posixpath.basename(name) == "Chart.yaml")
        self.folders = [
            folder for folder in found if not any(folder != other and _is_below(folder, other) for other in found)
        ]
        self.notes: list[Note] = []

    def owns(self, name: str) -> bool:
        """Tell whether a file is a part of a chart."""
        for folder in self.folders:
            inside = name[len(folder) :].lstrip("/") if _is_below(name, folder) else ""
            if inside.partition("/")[0] in _PARTS or _VALUES.fullmatch(inside):
                return True
        return False

    def render(self) -> list[Built]:
        """Return what each chart renders to; `notes` tell of those that can't be rendered."""
        if not self.folders:
            return []
        helm = shutil.which("helm")
        if helm is None:
            why = "is not judged: helm is not there to render the chart"
            self.notes += [Note(_chart(folder), why) for folder in self.folders]
            return []
        found = (self._render(helm, folder, values) for folder in self.folders for values in self._values(folder))
        return [each for each in found if each]

    def _values(self, folder: str) -> list[str]:
        own = [name for name in self.names if posixpath.dirname(name) == folder]
        return ["", *sorted(name for name in own if _VALUES.fullmatch(posixpath.basename(name)))][: _MOST_VALUES + 1]

    def _render(self, helm: str, folder: str, values: str) -> Built | None:
        source = read(_chart(folder))
        top = documents(source)[0] if isinstance(source, Source) else []
        if top and top[0].root.text("type") == "library":
            if not values:
                self.notes.append(Note(_chart(folder), "is a library chart: judged where it is used"))
            return None
        command = [
            helm,
            "template",
            "release",
            folder or ".",
            "--skip-tests",
            *(["--values", values] if values else []),
        ]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.notes.append(Note(values or _chart(folder), f"can't be rendered: {error}; not judged"))
            return None
        if done.returncode != 0:
            problem = " ".join(done.stderr.decode("utf-8", "replace").removeprefix("Error: ").split())
            self.notes.append(Note(values or _chart(folder), f"can't be rendered: {problem}; not judged"))
            return None
        found, note = documents(Source(_chart(folder), done.stdout))
        if note:
            self.notes.append(Note(_chart(folder), f"renders to what is no YAML: {note.message}"))
        name = f"{folder or '.'} with {posixpath.basename(values)}" if values else folder or "."
        return Built(name, [RenderedDocument(each.source, each.node, folder) for each in found])


class RenderedDocument(Document):
    """A document that helm rendered from a template."""

    def __init__(self, source: Source, node: yaml.Node, folder: str) -> None:
        """Take the document as it was rendered, and its chart's folder."""
        super().__init__(source, node)
        self.folder = folder

    @cached_property
    def template(self) -> Source:
        """Return the template; the chart's own file where it is not on disk (a packed dependency)."""
        for number in range(self.node.start_mark.line, 0, -1):
            if found := _SOURCE.fullmatch(self.source.line(number)):
                source = read(posixpath.join(self.folder, found[1]))
                return source if isinstance(source, Source) else self.source
        return self.source

    def place(self, value: Value) -> Place:
        """Return the line of the template that leads to a value, as far as its keys are written there."""
        line, key = 0, ""
        for each in value.path:
            if not isinstance(each, str):
                continue
            pattern = re.compile(rf"""\s*(?:-\s+)*["']?{re.escape(each)}["']?\s*:""")
            following = (
                n for n in range(line + 1, len(self.template.lines) + 1) if pattern.match(self.template.line(n))
            )
            found = next(following, 0)
            if not found:
                break
            line, key = found, each
        place = self._on_line(line or 1, key, value.text() or "")
        return replace(place, object=self.title, field=value.field)

    def _on_line(self, line: int, key: str, text: str) -> Place:
        written = self.template.line(line)
        behind = written.find(":", written.find(key)) + 1
        column = written.find(text, behind) if text else -1
        if column >= 0:
            return self.template.place(line, column + 1, len(text))
        start = len(written) - len(written[behind:].lstrip())
        return self.template.place(line, start + 1, 0)

    def place_in_text(self, value: Value, line: int, column: int, length: int) -> Place:
        """Return the place of the value that holds the text: how a template indents it is not known."""
        return self.place(value)


def _is_below(name: str, folder: str) -> bool:
    return not folder or name.startswith(f"{folder}/")


def _chart(folder: str) -> str:
    return posixpath.join(folder, "Chart.yaml")
