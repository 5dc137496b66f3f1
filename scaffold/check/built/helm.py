"""Helm charts: their templates are not YAML, so `helm template` renders them, and findings are shown in the templates.

Rendered with the default values, and once more with each other `values*.yaml` beside them; where none of these is
enough, with the values of the chart's tests, or those that its schema gives. Helm sees a copy of the chart
(`chart_copy`), and no word of its command line is a path out of the repository.
"""

from __future__ import annotations

import json
import os
import posixpath
from bisect import bisect_left
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.check.built.built import Built
from scaffold.check.built.chart_copy import SCHEMA
from scaffold.check.built.chart_values import beside, is_values, missing, of_schema, of_tests
from scaffold.check.built.enclosure import Enclosure
from scaffold.check.built.rendered import ChartFiles, RenderedDocument
from scaffold.check.ground import Ground
from scaffold.programs import ProgramError
from scaffold.syntax.source import Note, Source
from scaffold.syntax.yaml_nodes import documents, documents_in

if TYPE_CHECKING:
    from scaffold.check.built.chart_copy import ChartCopy
    from scaffold.check.built.helm_template import HelmTemplate

_PARTS = frozenset({"Chart.yaml", "values.yaml", "templates", "charts", "crds", "ci"})


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
        folder = next((each for each in _above(name) if each in self._is_chart), None) if self._is_chart else None
        if folder is None:
            return False
        inside = name[len(folder) :].lstrip("/")
        return inside.partition("/")[0] in _PARTS or is_values(inside)

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
            tried: dict[str, list[_Rendered]] = {}
            for each in (job.result() for job in begun):
                tried.setdefault(each.job.copy.folder, []).append(each)
            done = list(chain(*pool.map(lambda some: self._with_more_values(helm, some), tried.values())))
        for rendered in done:
            self.notes += rendered.notes
        return [each.built for each in done if each.built]

    def _with_more_values(self, helm: HelmTemplate, tried: list[_Rendered]) -> list[_Rendered]:
        """Return what a chart was rendered to; with the values of its tests or its schema where all others lack some.

        What lacks in the default values has no note where others have it.
        """
        if any(each.built for each in tried):
            return [each for each in tried if each.built or each.job.values or not each.lacks]
        for jobs in self._with_other_values(helm.enclosure, tried[0].job) if all(each.failed for each in tried) else ():
            more = [self._render(helm, job) for job in jobs]
            if any(each.built for each in more):
                return [*(each for each in tried if each.job.values), *(each for each in more if each.built)]
        return tried

    def _with_other_values(self, enclosure: Enclosure, job: _Job) -> Iterator[list[_Job]]:
        """Yield what else to render of a chart: with the values of its tests, and with those of its schema."""
        folder = job.copy.folder
        names = self._names_in(folder)
        with suppress(OSError):
            jobs = []
            for count, values in enumerate(of_tests(names, folder)):
                enclosure.put(job.place / f"tests-{count}.yaml", self.ground.real(values))
                jobs.append(replace(job, values=values, file=f"tests-{count}.yaml"))
            enclosure.steps.expect(len(jobs))
            yield jobs
            if given := of_schema(names, folder):
                (job.place / "schema.yaml").write_text(json.dumps(given), encoding="utf-8")
                enclosure.steps.expect(1)
                yield [replace(job, values=posixpath.join(folder, SCHEMA), file="schema.yaml")]

    def _names_in(self, folder: str) -> list[str]:
        """Return the files below a folder, which stand together among the sorted names; `0` comes next after `/`."""
        start, end = (bisect_left(self.names, f"{folder}{sign}") for sign in "/0")
        return self.names[start:end] if folder else self.names

    def _values(self, folder: str) -> list[str]:
        return ["", *beside(self._names_in(folder), folder)]

    def _prepared(self, enclosure: Enclosure, folder: str, number: int) -> list[_Job]:
        """Copy a chart, and return what to render of it: once with each of its files of values."""
        from scaffold.check.built.chart_copy import ChartCopy
        from scaffold.check.built.helm_template import CHART

        top = documents_in(_chart(folder))
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

    def _render(self, helm: HelmTemplate, job: _Job) -> _Rendered:
        folder, path = job.copy.folder, job.values or _chart(job.copy.folder)
        try:
            done = helm.run(job.copy, job.place, job.name, [job.file] if job.file else [])
        except ProgramError as error:
            return _Rendered(job, None, [Note(path, f"can't be rendered: it {error}; not checked")])
        finally:
            helm.enclosure.steps.finish()
        if done.code != 0:
            said = helm.problem(done, job.place).replace(job.file or path, posixpath.basename(path))
            lacks = missing(said, job.copy.shown)
            why = lacks or f"can't be rendered: {said}"
            return _Rendered(job, None, [Note(path, f"{why}; not checked")], failed=True, lacks=bool(lacks))
        found, note = documents(Source(_chart(folder), done.stdout))
        notes = [Note(_chart(folder), f"does not render to YAML: {note.message}")] if note else []
        files = ChartFiles(job.copy.shown, job.values)
        rendered = [RenderedDocument(each.source, each.node, files) for each in found]
        built = Built(job.title, rendered, lacks_parts=job.copy.lacks_charts)
        return _Rendered(job, built, notes)


@dataclass(frozen=True)
class _Job:
    """A chart to render: its copy and name, the file of values and its copy's name, and the folder of both."""

    copy: ChartCopy
    name: str
    values: str
    place: Path
    file: str

    @property
    def title(self) -> str:
        name = self.copy.folder or self.name
        inside = self.values[len(self.copy.folder) :].lstrip("/")
        return f"{name} with {inside}" if self.values else name


@dataclass(frozen=True)
class _Rendered:
    """What a job ended with: `failed` where helm refused the chart, `lacks` where it needs a value that it named."""

    job: _Job
    built: Built | None
    notes: list[Note]
    failed: bool = False
    lacks: bool = False


def _above(name: str) -> Iterator[str]:
    """Yield the folders that something lies in, the nearest first; the last one is empty: the working folder."""
    while name:
        name = name.rpartition("/")[0]
        yield name


def _chart(folder: str) -> str:
    return posixpath.join(folder, "Chart.yaml")
