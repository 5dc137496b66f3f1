"""Runs `helm template` on the copy of a chart: no cluster, and no path out of the copy on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from scaffold.check.built.chart_copy import ChartCopy
from scaffold.check.built.enclosure import Enclosure
from scaffold.kubernetes.helm import problem_of, release_of
from scaffold.programs import Done, ProgramError, operand
from scaffold.programs.offline import is_offline_possible

CHART = "chart"
"""The folder of the copy, beside its files of values."""

_NO_SCHEMA = "--skip-schema-validation"  # since helm 3.16; the copy has no schema, but one may be in an archive


class HelmTemplate:
    """The helm that is there, in an enclosure."""

    def __init__(self, program: str, enclosure: Enclosure) -> None:
        """Take helm's path, and where it works."""
        self._program = program
        self.enclosure = enclosure
        self._flags = [] if enclosure.network else [_NO_SCHEMA]

    @classmethod
    def there(cls, enclosure: Enclosure) -> HelmTemplate | None:
        """Return helm, or None where there is none."""
        program = shutil.which("helm")
        return cls(program, enclosure) if program else None

    def run(self, copy: ChartCopy, place: Path, release: str, values: Sequence[str], *more: str) -> Done:
        """Render the copy of a chart in a folder, with files of values beside it.

        A helm that is too old to skip schemas may see none, nor an archive that can hold one.

        Raises:
            ProgramError: when it can't be started or took too much.
        """
        name = operand(release_of(release))
        files = [word for file in values for word in ("--values", file)]
        command = [self._program, "template", name, CHART, "--skip-tests", *more, *files]
        done = self.enclosure.run([*command, *self._flags], place)
        if done.code == 0 or f"unknown flag: {_NO_SCHEMA}".encode() not in done.stderr:
            return done
        self._flags = []
        if copy.is_packed and not is_offline_possible():
            raise ProgramError("is too old: install 3.16 or later, which can skip the schemas of packed dependencies")
        return self.enclosure.run(command, place)

    def problem(self, done: Done, place: Path) -> str:
        """Return what helm says is wrong, as one short line without the folder of the copy."""
        said = problem_of(done.stderr.decode("utf-8", "replace"))
        return self.enclosure.told(said.replace(f"{place.name}/", ""))
