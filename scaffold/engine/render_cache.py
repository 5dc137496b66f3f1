"""Remember what a template gave for the values that it read, so that the same is not rendered again.

While a template is rendered, the variables that it reads and the templates that it loads are noted. Rendering is a pure
function of those: when they are the same for another service, or in another version of the template, so is the text. Of
a hundred services most files differ only in the name; of two versions most files do not differ at all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Template, TemplateNotFound
from jinja2.runtime import Context

from scaffold.engine.sandbox import BoundedEnvironment

_MISSING = object()
_KEPT = 12  # texts of one template
_KEPT_VALUES = 1024
_TAG = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\s+(?:([\"'])([^\"']+)\1)?")


@dataclass(frozen=True)
class _Record:
    """One rendering: the variables that were read, the templates that were loaded (with their digest), the text."""

    reads: Mapping[str, Any]
    loads: Mapping[str, str]
    text: str

    def fits(self, context: Mapping[str, Any], digest: Callable[[str], str]) -> bool:
        for name, value in self.reads.items():
            other = context.get(name, _MISSING)
            if value is not other and value != other:
                return False
        return all(digest(name) == known for name, known in self.loads.items())


@dataclass
class Memo:
    """Texts by what they were made of; it may be shared by the environments of several versions of one template."""

    _records: dict[tuple[str, ...], list[_Record]] = field(default_factory=dict)
    _values: OrderedDict[tuple[str, ...], Any] = field(default_factory=OrderedDict)

    def value(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """Return the value of a key, made now or earlier."""
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > _KEPT_VALUES:
                self._values.popitem(last=False)
        return self._values[key]

    def render(self, environment: TracingEnvironment, name: str, context: Mapping[str, Any]) -> str:
        """Return what the template `name` gives, rendered now or earlier."""
        key = (environment.settings, environment.source(name))
        records = self._records.setdefault(key, [])
        for at, record in enumerate(records):
            if record.fits(context, environment.digest):
                records.insert(0, records.pop(at))
                return record.text
        environment.reads, environment.loads = set(), set()
        text = environment.get_template(name).render(context)
        reads = {each: context.get(each, _MISSING) for each in environment.reads}
        loads = {each: environment.digest(each) for each in environment.loads - {name}}
        records.insert(0, _Record(reads, loads, text))
        del records[_KEPT:]
        return text


class _TracingContext(Context):
    """Notes each variable that a template asks for."""

    environment: TracingEnvironment

    def resolve_or_missing(self, key: str) -> Any:
        self.environment.reads.add(key)
        return super().resolve_or_missing(key)


class TracingEnvironment(BoundedEnvironment):
    """An environment that notes what its templates read; `settings` distinguishes it from others."""

    context_class = _TracingContext

    def __init__(self, root: Path, loader: BaseLoader, **options: Any) -> None:
        """Take the options of an environment; `root` holds whatever templates may load."""
        super().__init__(loader=loader, **options)
        self.reads: set[str] = set()
        self.loads: set[str] = set()
        shown = {key: repr(value) for key, value in options.items() if key != "bytecode_cache"}
        self.settings = json.dumps(shown, sort_keys=True)
        self._root = root
        self._sources: dict[str, str] = {}
        self._digests: dict[str, str] = {}

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 - Jinja's own name
        self.loads.add(name)
        return super()._load_template(name, globals)

    def source(self, name: str) -> str:
        """Return the text of a template."""
        if name not in self._sources:
            loader: BaseLoader = self.loader  # type: ignore[assignment]
            self._sources[name] = loader.get_source(self, name)[0]
        return self._sources[name]

    def digest(self, name: str) -> str:
        """Return a digest of a template and all that it includes; a name that is computed stands for the whole root."""
        if name not in self._digests:
            self._digests[name] = ""  # a template that loads itself
            self._digests[name] = self._digest(name)
        return self._digests[name]

    def _digest(self, name: str) -> str:
        try:
            source = self.source(name)
        except TemplateNotFound:
            return "missing"  # `ignore missing`
        named = [self.digest(match[2]) if match[2] else str(self._root) for match in _TAG.finditer(source)]
        return hashlib.sha256("\0".join([source, *named]).encode()).hexdigest()
