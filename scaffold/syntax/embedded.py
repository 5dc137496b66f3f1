"""Files inside other files: the configuration of a proxy in a ConfigMap, a patch in a kustomization."""

from __future__ import annotations

from dataclasses import dataclass

from scaffold.syntax.source import Place, Source
from scaffold.syntax.yaml_nodes import Value


@dataclass
class Embedded(Source):
    """A file that is the text of `value`; its places are those in the file around it."""

    value: Value

    @classmethod
    def of(cls, value: Value) -> Embedded:
        """Return the file that a value holds."""
        return cls(value.document.source.path, (value.text() or "").encode("utf-8", "replace"), value)

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """Return a place in the file around."""
        return self.value.document.place_in_text(self.value, line, column, length)
