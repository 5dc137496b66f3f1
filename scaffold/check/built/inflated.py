"""Charts that a kustomization renders (`helmCharts`), rendered here and given to kustomize as one more resource.

kustomize itself would fetch charts, and runs a helm of version 3 only. The fields are those of
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/helmcharts/.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.check.built.chart_copy import ChartCopy
from scaffold.check.built.enclosure import Enclosure, named
from scaffold.check.built.helm_template import CHART, HelmTemplate
from scaffold.check.ground import Ground
from scaffold.files.yaml import load
from scaffold.programs import ProgramError
from scaffold.syntax.source import Note
from scaffold.syntax.yaml_nodes import Value

FIELDS = ("helmCharts", "helmGlobals")
"""What kustomize does not get to see."""


class InflationError(Exception):
    """A chart of a kustomization can't be rendered, with a reason that completes `the chart …`."""


@dataclass(frozen=True)
class _Chart:
    """One entry of `helmCharts`: where it stands, and its fields."""

    entry: Value
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.fields.get("name") or "")

    def values(self) -> Iterator[str | dict[str, Any]]:
        """Yield the values in the order in which helm merges them: names of files, and what stands inline."""
        files = [self.fields.get("valuesFile"), *(self.fields.get("additionalValuesFiles") or ())]
        inline = self.fields.get("valuesInline") or {}
        merge = self.fields.get("valuesMerge") or "override"
        texts = [each for each in files if isinstance(each, str)]
        yield from {"override": [*texts, inline], "merge": [inline, *texts]}.get(str(merge), [inline])

    def flags(self) -> list[str]:
        wanted = {"includeCRDs": "--include-crds", "skipHooks": "--no-hooks"}
        namespace = self.fields.get("namespace")
        return [flag for field, flag in wanted.items() if self.fields.get(field) is True] + (
            [f"--namespace={namespace}"] if isinstance(namespace, str) else []
        )


class Inflation:
    """Renders the charts of kustomizations in an enclosure; `made` shows which entry a file comes from."""

    def __init__(self, ground: Ground, enclosure: Enclosure) -> None:
        """Take the files that count, and where copies stand."""
        self.made: dict[str, Value] = {}
        self._ground = ground
        self._enclosure = enclosure
        self._helm = HelmTemplate.there(enclosure)
        self._count = 0

    def put(self, root: Value, copy: Path) -> list[Note]:
        """Put what the charts of a kustomization render to into its copy, in their place; return what is left out.

        Raises:
            OSError: when a file can't be read or written.
        """
        if not root.get("helmCharts") or str(copy) in self.made:
            return []
        try:
            content = load(root.document.source.data)
        except yaml.YAMLError:  # kustomize shows what is wrong
            return []
        self.made[str(copy)] = root
        notes: list[Note] = []
        resources = content.setdefault("resources", None) or []
        for entry, fields in zip(root.items("helmCharts"), content.get("helmCharts") or (), strict=False):
            try:
                rendered = self._render(_Chart(entry, fields if isinstance(fields, dict) else {}), notes)
            except (InflationError, ProgramError) as error:
                place = entry.place()
                notes.append(Note(place.path, f"the chart {named(entry.text('name') or '')} {error}", place.line))
                continue
            file = copy.parent / f"rendered-chart-{self._count}.yaml"
            file.write_bytes(rendered)
            self.made[str(file)] = entry
            resources.append(file.name)
        rest = {key: value for key, value in content.items() if key not in FIELDS} | {"resources": resources}
        copy.write_text(json.dumps(rest, default=str), encoding="utf-8")
        return notes

    def _render(self, chart: _Chart, notes: list[Note]) -> bytes:
        if self._helm is None:
            raise InflationError("is not checked: helm is not installed")
        self._count += 1
        place = self._enclosure.folder / f"inflated-{self._count}"
        copy = self._copied(chart, place)
        notes += copy.notes
        release = str(chart.fields.get("releaseName") or chart.name)
        done = self._helm.run(copy, place, release, self._values(chart, place), *chart.flags())
        if done.code != 0:
            raise InflationError(f"can't be rendered: {self._helm.problem(done, place)}; not checked")
        return done.stdout

    def _copied(self, chart: _Chart, place: Path) -> ChartCopy:
        """Copy the chart, which must lie in the repository."""
        home = chart.entry.document.root.text("helmGlobals", "chartHome") or "charts"
        version = str(chart.fields.get("version") or "")
        places = [posixpath.join(home, chart.name)]
        places += [posixpath.join(home, f"{chart.name}-{version}", chart.name)] if version else []
        for folder in (_beside(chart.entry, each) for each in places):
            names = [name for name in sorted(self._ground.names) if name.startswith(f"{folder}/")]
            if f"{folder}/Chart.yaml" in names:
                copy = ChartCopy(self._ground, folder, names, network=self._enclosure.network)
                copy.put(self._enclosure, place / CHART)
                return copy
        raise InflationError(f"is not in {named(home)}; it is checked without that chart")

    def _values(self, chart: _Chart, place: Path) -> list[str]:
        files = []
        for number, values in enumerate(chart.values()):
            file = place / f"values-{number}.yaml"
            if isinstance(values, dict):
                file.write_text(json.dumps(values, default=str), encoding="utf-8")
            elif (name := _beside(chart.entry, values)) in self._ground.names:
                self._enclosure.put(file, self._ground.real(name))
            else:
                raise InflationError(
                    f"needs the values {named(values)}, which do not exist; it is checked without them"
                )
            files.append(file.name)
        return files


def _beside(entry: Value, path: str) -> str:
    """Return the name of a path that an entry gives, which starts at its kustomization's folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(entry.document.source.path), path))
