"""What helm rendered, and where in a chart it is written: in a template, in a helper of one, or among the values."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.check.built.chart_templates import ChartTemplate, Found, Line
from scaffold.check.built.chart_texts import ChartTexts
from scaffold.syntax.source import Place, Source, read
from scaffold.syntax.yaml_nodes import Document, Value, documents_in

if TYPE_CHECKING:
    import yaml

_SOURCE = re.compile(r"# Source: [^/]+/(.+)")
_DEEPEST = 5  # of helpers that include others
_MOST_HELPERS = 20  # that are looked at for one text


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
        self.texts = ChartTexts(files)

    def template(self, name: str) -> ChartTemplate | None:
        """Return a template by its path in the chart; None where it is not on disk (a packed dependency)."""
        name = self._real(name)
        if name not in self._templates:
            source = read(self._files[name]) if name in self._files else None
            self._templates[name] = ChartTemplate(source) if isinstance(source, Source) else None
        return self._templates[name]

    def helper(self, name: str) -> tuple[ChartTemplate, list[Line]] | None:
        """Return where a template is defined that others include, and its lines."""
        return self._helpers.get(name)

    @cached_property
    def _helpers(self) -> dict[str, tuple[ChartTemplate, list[Line]]]:
        names = (name for name in self._files if "templates/" in name)
        found = (template for name in names if (template := self.template(name)))
        return {name: (each, lines) for each in found for name, lines in each.helpers.items()}

    def _real(self, path: str) -> str:
        """Return a path with the folders of dependencies, which helm calls by their names or aliases."""
        done, rest = "", path
        while rest.startswith("charts/"):
            name, _, rest = rest.removeprefix("charts/").partition("/")
            done += f"charts/{self._folder(done, name)}/"
        return done + rest

    def _folder(self, chart: str, name: str) -> str:
        """Return the folder of a dependency of a chart, which ends with `/` if it is not the outermost one."""
        if f"{chart}charts/{name}/Chart.yaml" in self._files:
            return name
        for file in ("Chart.yaml", "requirements.yaml"):
            top = self._top(self._files.get(f"{chart}{file}"))
            for each in top.items("dependencies") if top else ():
                if each.text("alias") == name:
                    name = each.text("name") or name
        if f"{chart}charts/{name}/Chart.yaml" in self._files:
            return name
        inside = f"{chart}charts/"
        folders = sorted({path[len(inside) :].partition("/")[0] for path in self._files if path.startswith(inside)})
        tops = ((each, self._top(self._files.get(f"{inside}{each}/Chart.yaml"))) for each in folders)
        return next((each for each, top in tops if top and top.text("name") == name), name)

    def hold(self, text: str) -> bool:
        """Return whether a text stands in any file of the chart."""
        return any(text in each for each in self._texts)

    @cached_property
    def _texts(self) -> list[str]:
        names = {*self._files.values(), *([self._named] if self._named else [])}
        return [source.text for name in sorted(names) if isinstance(source := read(name), Source)]

    def values(self, template: str, keys: Sequence[str]) -> list[Value]:
        """Return what `.Values.KEYS` is in a template, in each file that has it; a parent's before the dependency's."""
        parts = template.split("/templates/")[0].split("/") if template.startswith("charts/") else []
        names = parts[1::2]
        found = [self._look_up(self._named, (*names, *keys)) if self._named else None]
        found.append(self._look_up(self._files.get("values.yaml"), (*names, *keys)))
        if names:
            found.append(self._look_up(self._files.get(self._real("/".join((*parts, "values.yaml")))), keys))
        return [each for each in found if each]

    def value(self, template: str, keys: Sequence[str]) -> Value | None:
        """Return the first of them."""
        return next(iter(self.values(template, keys)), None)

    def _look_up(self, file: str | None, keys: Sequence[str]) -> Value | None:
        top = self._top(file)
        return top.get(*keys) if top else None

    def _top(self, file: str | None) -> Value | None:
        if file is None:
            return None
        if file not in self._values:
            found = documents_in(file)
            self._values[file] = found[0].root if found else None
        return self._values[file]


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
            template, found = self._find(template, value)
            written = self._written(value, found)
            in_file = written.place() if written else self._in_file(value, found)
            place = in_file or _in_template(template, found, value.text() or "")
        return replace(place, object=self.title_of(value), field=value.field)

    def _find(self, template: ChartTemplate, value: Value) -> tuple[ChartTemplate, Found]:
        """Return how far the path of a value leads in a template, and in the helpers that are included there."""
        found = template.find(value)
        for _ in range(_DEEPEST):
            inside = next(self._in_helpers(found, value), None) if found.left else None
            if inside is None:
                break
            template, found = inside
        return template, found

    def _in_helpers(self, found: Found, value: Value) -> Iterator[tuple[ChartTemplate, Found]]:
        """Yield how far a path leads in the helpers that are included where it ended, as far as it leads on."""
        for helper in filter(None, map(self.files.helper, found.includes)):
            template, lines = helper
            inner = template.follow(lines, value, len(value.path) - len(found.left))
            if inner.line is not None and (len(inner.left) < len(found.left)):
                yield template, inner
            elif inner.values or inner.includes:
                yield template, replace(inner, line=lines[0])

    def _written(self, value: Value, found: Found) -> Value | None:
        """Return the value of the chart that a rendered one is, or whose last part it is."""
        for number, keys in reversed([*enumerate(found.values)]):
            inside = (_inside(each, found, number) for each in self.files.values(self.origin, keys))
            written = next(filter(None, inside), None)  # a map in two files is one: a key is looked for in both
            text, whole = written.text() if written else None, value.text()
            same = text == whole if found.left or text is None else bool(text) and (whole or "").endswith(text)
            same = same or (bool(text) and whole == b64encode((text or "").encode()).decode())
            if written and same:
                return written
            if not found.left:
                return None
        return self._put_in(value, found)

    def _put_in(self, value: Value, found: Found) -> Value | None:
        """Return the value of the chart that a helper puts into a text, such as the tag of an image."""
        whole = value.text() or ""
        waiting = list(found.includes) if not found.left else []
        seen: set[str] = set()
        while waiting and len(seen) < _MOST_HELPERS:
            name = waiting.pop()
            helper = self.files.helper(name)
            if helper is None or name in seen:
                continue
            seen.add(name)
            includes, values = helper[0].uses(helper[1])
            waiting += includes
            for keys in values:
                written = self.files.value(self.origin, keys)
                text = written.text() if written else None
                if written and text and len(text) > 1 and whole.endswith(text):
                    return written
        return None

    def _in_file(self, value: Value, found: Found) -> Place | None:
        """Return where a file that the template puts in sets a variable, which is a key of the rendered object."""
        text, name = value.text(), value.path[-1] if value.path else None
        return self.files.texts.variable(name, text) if found.left and text and isinstance(name, str) else None

    def writes(self, value: Value, text: str) -> bool:
        """Return whether a text is written in the chart; where it is made of several, whether its longest word is.

        What a template draws (`randAlphaNum`, `genSelfSignedCert`) or looks up in the cluster is nowhere.
        """
        return self.files.hold(max(text.split(), key=len, default=""))

    def place_in_text(self, value: Value, line: int, column: int, length: int) -> Place:
        """Return the place of a line in a text: in the file that it is or in the template, or that of the text."""
        name = value.path[-1] if value.path else None
        if isinstance(name, str) and (file := self.files.texts.file(name, value.text() or "")):
            return replace(file.place(line, column, length), object=self.title_of(value), field=value.field)
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


def _inside(written: Value, found: Found, number: int) -> Value | None:
    """Return what a path leads to below a value of the chart."""
    inner: Value | None = written
    for key in found.left:
        if inner is None or (number < found.beside and inner.text() is not None):
            break  # a scalar in a mapping that is written on one line
        items = inner.items()
        inner = inner.get(key) if isinstance(key, str) else items[key] if key < len(items) else None
    return inner


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
