"""Where a service's manifests lie, and what they give: an overlay by kustomize, a chart by helm, or plain files."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import FileError, OptionError
from scaffold.kubernetes.kustomize import is_kustomization
from scaffold.prove.cluster.settings import ClusterSettings
from scaffold.prove.subject.built import CHART, built, is_chart, rendered
from scaffold.prove.subject.manifests import Object, read
from scaffold.prove.subject.subject import Subject


@dataclass(frozen=True)
class Place:
    """An overlay, a file or folder of manifests, or a chart with the files of values that it is rendered with."""

    path: Path
    values: tuple[Path, ...] = ()

    @property
    def is_chart(self) -> bool:
        """Whether helm renders it."""
        return is_chart(self.path)

    def copied(self, folder: Path) -> Place:
        """Return the same in a folder, to be changed there: an overlay with its bases, a chart with its values."""
        if not self.is_chart:
            top = next((each for each in self.path.parents if each.name == "deploy"), self.path.parent)
            shutil.copytree(top, folder / top.name, symlinks=True)
            return Place(folder / top.name / self.path.relative_to(top))
        shutil.copytree(self.path, folder / "chart", symlinks=True)
        values = tuple(folder / f"values-{number}.yaml" for number in range(len(self.values)))
        for each, copy in zip(self.values, values, strict=True):
            shutil.copyfile(each, copy)
        return Place(folder / "chart", values)


def place_of(subject: Subject, settings: ClusterSettings) -> Place:
    """Return what is deployed: the named chart or overlay, what the settings name, or the chart below `deploy`.

    Raises:
        FileError: when there is none of them.
        OptionError: when an option names a chart or values that are not there.
    """
    found = Place(settings.chart) if settings.chart else _found(subject, settings.overlay)
    if settings.chart and not found.is_chart:
        raise OptionError(f"--chart {settings.chart}: there is no {CHART} in it; give the folder of a chart.")
    if not found.is_chart:
        if settings.values:
            raise OptionError(f"--values is for a chart, and {found.path} is none: add --chart FOLDER.")
        return found
    for each in settings.values:
        if not each.is_file():
            raise OptionError(f"--values {each}: no such file.")
    return Place(found.path, settings.values or _values(found.path, settings.overlay))


def _found(subject: Subject, overlay: str) -> Place:
    overlays = subject.folder / "deploy/overlays"
    if (overlays / overlay).is_dir():
        return Place(overlays / overlay)
    if overlays.is_dir():
        names = ", ".join(sorted(each.name for each in overlays.iterdir() if each.is_dir()))
        raise FileError(f"{overlays} has no overlay {overlay}; there are {names}: add for example --overlay dev.")
    if subject.manifests:
        return Place(subject.manifests)
    charts = sorted(each.parent for each in (subject.folder / "deploy").glob(f"*/{CHART}"))
    if len(charts) == 1:
        return Place(charts[0])
    raise FileError(
        f"{subject.folder} has no deploy/overlays and no chart in deploy; name them by the setting `manifests`."
    )


def _values(chart: Path, environment: str) -> tuple[Path, ...]:
    """Return the values of an environment, which lie beside those of the chart; nothing for a chart without any."""
    file = chart / f"values-{environment}.yaml"
    there = sorted(each.stem.removeprefix("values-") for each in chart.glob("values-*.yaml"))
    if there and not file.is_file():
        raise FileError(
            f"{chart} has no values-{environment}.yaml; there are values for {', '.join(there)}: "
            f"add for example --overlay {there[0]}."
        )
    return (file,) if there else ()


def build(place: Place, name: str = "", namespace: str = "default") -> list[Object]:
    """Return the objects of a place: a kustomization as kustomize builds it, a chart as helm renders it.

    A chart is rendered for the release `name` in `namespace`; without the pods of `helm test`.

    Raises:
        FileError: when it can't be built or holds no Deployment.
    """
    if place.is_chart:
        objects = rendered(place.path, place.values, name, namespace)
    elif is_kustomization(place.path):
        objects = built(place.path)
    else:
        objects = read(place.path)
    if not any(each["kind"] == "Deployment" for each in objects):
        raise FileError(f"{place.path} has no Deployment, which the cluster's experiments need.")
    return objects


def set_in_files(folder: Path, variable: str, value: str) -> bool:
    """Set a variable in each file of a folder that has it, as `NAME=value` or `NAME: value`; return whether one has."""
    changed = False
    for file in (each for each in folder.rglob("*") if each.is_file()):
        before = made = file.read_text(encoding="utf-8", errors="ignore")
        for sign, written in (("=", value), (": ", json.dumps(value))):
            new = f"{variable}{sign}{written}".replace("\\", r"\\")
            made = re.sub(rf"(?m)^(\s*-?\s*){re.escape(variable)}{sign}.*$", rf"\g<1>{new}", made)
        if made != before:
            file.write_text(made, encoding="utf-8")
            changed = True
    return changed
