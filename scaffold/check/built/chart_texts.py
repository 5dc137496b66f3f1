"""Files of a chart that its templates put in as they are, by `.Files`: variables of one, or the whole file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from scaffold.syntax.source import Place, Source, read

_OTHERS = frozenset({"templates", "charts", "crds", "ci", "Chart.yaml", "values.schema.json"})


class ChartTexts:
    """The files that `.Files` gives, each read when a finding may lead there."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Take the files of a chart that may be shown, by their paths in it."""
        self._files = {path: name for path, name in sorted(files.items()) if path.partition("/")[0] not in _OTHERS}

    def variable(self, name: str, text: str) -> Place | None:
        """Return where a file sets a variable to a text, as `NAME=text`."""
        for source in self._sources(self._files):
            for number, line in enumerate(source.lines, 1):
                before, sign, behind = line.partition("=")
                written = behind.strip()
                if sign and before.strip() == name and written.strip("\"'") == text:
                    return source.place(number, len(before) + 2 + behind.index(written), len(written))
        return None

    def file(self, name: str, text: str) -> Source | None:
        """Return the file of a name whose whole text stands there."""
        named = (path for path in self._files if posixpath.basename(path) == name)
        return next((each for each in self._sources(named) if each.text.strip() == text.strip()), None)

    def _sources(self, paths: Iterator[str] | Mapping[str, str]) -> Iterator[Source]:
        for path in paths:
            source = read(self._files[path])
            if isinstance(source, Source):
                yield source
