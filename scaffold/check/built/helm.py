"""Helm charts: their templates are not YAML, so `helm template` renders them, and findings are shown in the templates.

Rendered with the default values, and once more with each other `values*.yaml` beside them. Helm sees a copy of the
chart (`chart_copy`), and no word of its command line is a path out of the repository.
"""

from __future__ import annotations

import os
import posixpath
import re
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.check.built.built import Built
from scaffold.check.built.enclosure import Enclosure
from scaffold.check.ground import Ground
from scaffold.programs import ProgramError
from scaffold.syntax.source import Note, Place, Source, read
from scaffold.syntax.yaml_nodes import Document, Value, documents

if TYPE_CHECKING:
    import yaml

    from scaffold.check.built.chart_copy import ChartCopy
    from scaffold.check.built.chart_templates import ChartTemplate, Found
    from scaffold.check.built.helm_template import HelmTemplate

_SOURCE = re.compile(r"# Source: [^/]+/(.+)")
_VALUES = re.compile(r"values[-.][^/]+\.ya?ml|[^/]+[-.]values\.ya?ml", re.DOTALL)
_PARTS = frozenset({"Chart.yaml", "values.yaml", "templates", "charts", "crds", "ci"})
_MOST_VALUES = 5


class Charts:
    """The outermost charts among some files; `notes` shows what can't be checked."""

    def __init__(self, ground: Ground, *, network: bool = False) -> None:
        """Take the files that count; addresses are asked only with `network`."""
        self.ground = ground
        self.names = sorted(ground.names)
        found = {posixpath.dirname(name) for name in self.names if posixpath.basename(name) == "Chart.yaml"}
        self.folders = sorted(each for each in found if found.isdisjoint(_above(each)))
        self._is_chart = set(self.folders)
        self.notes: list[Note] = []
        self._network = network

    def owns(self, name: str) -> bool:
        """Return whether a file is a part of a chart."""
        folder = next((each for each in _above(name) if each in self._is_chart), None)
        if folder is None:
            return False
        inside = name[len(folder) :].lstrip("/")
        return inside.partition("/")[0] in _PARTS or _VALUES.fullmatch(inside) is not None

    def render(self, enclosure: Enclosure) -> list[Built]:
        """Return what each chart renders to; `notes` report those that can't be rendered."""
        if not self.folders:
            return []
        from scaffold.check.built.helm_template import HelmTemplate

        helm = HelmTemplate.there(enclosure)
        if helm is None:
            why = "is not checked: helm is not installed"
            self.notes += [Note(_chart(folder), why) for folder in self.folders]
            return []
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # a chart is rendered while the next ones are copied
            begun = [
                pool.submit(self._render, helm, job)
                for number, folder in enumerate(self.folders)
                for job in self._prepared(enclosure, folder, number)
            ]
            found = [each.result() for each in begun]
        for _, notes in found:
            self.notes += notes
        return [built for built, _ in found if built]

    def _names_in(self, folder: str) -> list[str]:
        """Return the files below a folder, which stand together among the sorted names; `0` comes next after `/`."""
        start, end = (bisect_left(self.names, f"{folder}{sign}") for sign in "/0")
        return self.names[start:end] if folder else self.names

    def _values(self, folder: str) -> list[str]:
        own = [name for name in self._names_in(folder) if posixpath.dirname(name) == folder]
        return ["", *sorted(name for name in own if _VALUES.fullmatch(posixpath.basename(name)))][: _MOST_VALUES + 1]

    def _prepared(self, enclosure: Enclosure, folder: str, number: int) -> list[_Job]:
        """Copy a chart, and return what to render of it: once with each of its files of values."""
        from scaffold.check.built.chart_copy import ChartCopy
        from scaffold.check.built.helm_template import CHART

        source = read(_chart(folder))
        top = documents(source)[0] if isinstance(source, Source) else []
        if top and top[0].root.text("type") == "library":
            self.notes.append(Note(_chart(folder), "is a library chart: checked where it is used"))
            return []
        copy = ChartCopy(self.ground, folder, self._names_in(folder), network=self._network)
        self.notes += copy.notes
        place = enclosure.folder / f"charts-{number}"
        jobs = []
        try:
            copy.put(enclosure, place / CHART)
            for count, values in enumerate(self._values(folder)):
                if values:
                    enclosure.put(place / f"values-{count}.yaml", self.ground.real(values))
                name = (top[0].root.text("name") if top else None) or ""
                jobs.append(_Job(copy, name, values, place, f"values-{count}.yaml" if values else ""))
        except OSError as error:
            why = f"can't be rendered: a file of it can't be read: {error.strerror}; not checked"
            self.notes.append(Note(_chart(folder), why))
            return []
        enclosure.steps.expect(len(jobs))
        return jobs

    def _render(self, helm: HelmTemplate, job: _Job) -> tuple[Built | None, list[Note]]:
        folder, path = job.copy.folder, job.values or _chart(job.copy.folder)
        try:
            done = helm.run(job.copy, job.place, job.name, [job.file] if job.file else [])
        except ProgramError as error:
            return None, [Note(path, f"can't be rendered: it {error}; not checked")]
        finally:
            helm.enclosure.steps.finish()
        if done.code != 0:
            said = helm.problem(done, job.place).replace(job.file or path, posixpath.basename(path))
            return None, [Note(path, f"can't be rendered: {said}; not checked")]
        found, note = documents(Source(_chart(folder), done.stdout))
        notes = [Note(_chart(folder), f"does not render to YAML: {note.message}")] if note else []
        name = folder or job.name
        files = ChartFiles(job.copy.shown, job.values)
        built = Built(
            f"{name} with {posixpath.basename(job.values)}" if job.values else name,
            [RenderedDocument(each.source, each.node, files) for each in found],
        )
        return built, notes


@dataclass(frozen=True)
class _Job:
    """A chart to render: its copy and name, the file of values and its copy's name, and the folder of both."""

    copy: ChartCopy
    name: str
    values: str
    place: Path
    file: str


class ChartFiles:
    """The templates and values of a chart, each read when the first finding leads there."""

    def __init__(self, files: Mapping[str, str], values: str) -> None:
        """Take the files that may be shown, by their paths in the chart, and the file of values beside its own, if any.

        Which template something comes from is found by text that the chart itself may print, so no other file is read.
        """
        self._files = files
        self._named = values
        self._templates: dict[str, ChartTemplate | None] = {}
        self._values: dict[str, Value | None] = {}

    def template(self, name: str) -> ChartTemplate | None:
        """Return a template by its path in the chart; None where it is not on disk (a packed dependency)."""
        from scaffold.check.built.chart_templates import ChartTemplate

        if name not in self._templates:
            source = read(self._files[name]) if name in self._files else None
            self._templates[name] = ChartTemplate(source) if isinstance(source, Source) else None
        return self._templates[name]

    def hold(self, text: str) -> bool:
        """Return whether a text stands in any file of the chart."""
        return any(text in each for each in self._texts)

    @cached_property
    def _texts(self) -> list[str]:
        names = {*self._files.values(), *([self._named] if self._named else [])}
        return [source.text for name in sorted(names) if isinstance(source := read(name), Source)]

    def value(self, template: str, keys: Sequence[str]) -> Value | None:
        """Return what `.Values.KEYS` is in a template, where it is written; a parent's go before the dependency's."""
        parts = template.split("/templates/")[0].split("/") if template.startswith("charts/") else []
        names = parts[1::2]
        found = [self._look_up(self._named, (*names, *keys)) if self._named else None]
        found.append(self._look_up(self._files.get("values.yaml"), (*names, *keys)))
        if names:
            found.append(self._look_up(self._files.get("/".join((*parts, "values.yaml"))), keys))
        return next(filter(None, found), None)

    def _look_up(self, file: str | None, keys: Sequence[str]) -> Value | None:
        if file is None:
            return None
        if file not in self._values:
            source = read(file)
            found = documents(source)[0] if isinstance(source, Source) else []
            self._values[file] = found[0].root if found else None
        top = self._values[file]
        return top.get(*keys) if top else None


class RenderedDocument(Document):
    """A document that helm rendered from a template."""

    default_namespace = "default"  # which stands for the one of the release

    def __init__(self, source: Source, node: yaml.Node, files: ChartFiles) -> None:
        """Take the document as it was rendered, and its chart's files."""
        super().__init__(source, node)
        self.files = files

    @cached_property
    def origin(self) -> str:
        """Return the path of its template in the chart, or nothing."""
        for number in range(self.node.start_mark.line, 0, -1):
            if found := _SOURCE.fullmatch(self.source.line(number)):
                return found[1]
        return ""

    def place(self, value: Value) -> Place:
        """Return where a value is written: among the chart's values, or in the template as far as its keys go there."""
        template = self.files.template(self.origin)
        if template is None:
            place = self.source.place(1, 1, 0)
        else:
            found = template.find(value)
            written = self._written(value, found)
            place = written.place() if written else _in_template(template, found, value.text() or "")
        return replace(place, object=self.title_of(value), field=value.field)

    def _written(self, value: Value, found: Found) -> Value | None:
        """Return the value of the chart that a rendered one is, or whose last part it is."""
        for keys in reversed(found.values):
            written = self.files.value(self.origin, keys)
            for key in found.left:
                if written is None or written.text() is not None:  # a scalar in a mapping that is written on one line
                    break
                items = written.items()
                written = written.get(key) if isinstance(key, str) else items[key] if key < len(items) else None
            text, whole = written.text() if written else None, value.text()
            same = text == whole if found.left or text is None else bool(text) and (whole or "").endswith(text)
            same = same or (bool(text) and whole == b64encode((text or "").encode()).decode())
            if written and same:
                return written
            if not found.left:
                return None
        return None

    def writes(self, value: Value, text: str) -> bool:
        """Return whether a text is written in the chart; where it is made of several, whether its longest word is.

        What a template draws (`randAlphaNum`, `genSelfSignedCert`) or looks up in the cluster is nowhere.
        """
        return self.files.hold(max(text.split(), key=len, default=""))

    def place_in_text(self, value: Value, line: int, column: int, length: int) -> Place:
        """Return the place of a line in a text, where the template has the same line; otherwise that of the text."""
        place = self.place(value)
        template = self.files.template(self.origin)
        inner = ((value.text() or "").split("\n") + [""] * line)[line - 1]
        if template is None or place.path != template.source.path or not inner.strip():
            return place
        for number in range(place.line, len(template.source.lines) + 1):
            written = template.source.line(number)
            if written.strip() == inner.strip():
                shift = len(written) - len(written.lstrip()) - (len(inner) - len(inner.lstrip()))
                found = template.source.place(number, column + shift, length)
                return replace(found, object=self.title_of(value), field=value.field)
        return place


def _in_template(template: ChartTemplate, found: Found, text: str) -> Place:
    """Return the place of the value behind a key, or of the key where it has none on its line."""
    if found.line is None:
        return template.source.place(1, 1, 0)
    line = template.source.line(found.line.number)
    end = found.line.column + len(found.line.key)
    behind = line.find(":", end) + 1 if found.line.key else found.line.column
    if text and (column := line.find(text, behind)) >= 0:
        return template.source.place(found.line.number, column + 1, len(text))
    written = line[behind:].strip()
    if not written or found.left or written[0] in "|>":
        return template.source.place(found.line.number, found.line.column + 1, len(found.line.key) or 0)
    return template.source.place(found.line.number, line.index(written, behind) + 1, len(written))


def _above(name: str) -> Iterator[str]:
    """Yield the folders that something lies in, the nearest first; the last one is empty: the working folder."""
    while name:
        name = name.rpartition("/")[0]
        yield name


def _chart(folder: str) -> str:
    return posixpath.join(folder, "Chart.yaml")
