"""What helm and kustomize make of a service's manifests."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from scaffold import programs
from scaffold.errors import FileError
from scaffold.kubernetes.helm import problem_of, release_of
from scaffold.kubernetes.kustomize import build_command
from scaffold.prove.subject.manifests import Object, parse
from scaffold.text.brief import one_line

CHART = "Chart.yaml"


def is_chart(folder: Path) -> bool:
    """Return whether helm renders a folder."""
    return (folder / CHART).is_file()


def rendered(chart: Path, values: Sequence[Path] = (), name: str = "", namespace: str = "default") -> list[Object]:
    """Return the objects of a chart for the release `name` in `namespace`, without the pods of `helm test`.

    Raises:
        FileError: when helm is not there, or refuses the chart.
    """
    helm = shutil.which("helm")
    if helm is None:
        raise FileError(f"{chart} can't be built: helm is not on the PATH.")
    given = [f"--values={each.absolute()}" for each in values]
    words = [release_of(name), str(chart.absolute()), f"--namespace={namespace}", "--skip-tests", *given]
    return _objects(chart, [helm, "template", *words])


def built(kustomization: Path) -> list[Object]:
    """Return the objects of a kustomization.

    Raises:
        FileError: when it can't be built.
    """
    command = build_command()
    if command is None:
        raise FileError(f"{kustomization} can't be built: neither kustomize nor kubectl is on the PATH.")
    return _objects(kustomization, [*command, str(kustomization.absolute())])


def _objects(place: Path, command: Sequence[str]) -> list[Object]:
    try:
        done = programs.run(command, seconds=60)
    except programs.ProgramError as error:
        raise FileError(f"{place} can't be built: it {error}.") from error
    if done.code != 0:
        raise FileError(f"{place} can't be built: {one_line(problem_of(done.said))}")
    return list(parse(done.stdout, str(place)))
