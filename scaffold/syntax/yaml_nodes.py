"""YAML values that know where they stand: a thin, lazy view of the nodes that libyaml composes.

Aliases are shared nodes, and merge keys are looked through. What they stand for is bounded by `scaffold.files.yaml`.
"""

from __future__ import annotations

import operator
import re
from dataclasses import replace
from typing import Any, ClassVar

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from scaffold.files.yaml import Bounded, Refused, is_small, problem_of
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.source import Note, Place, Source, read
from scaffold.syntax.yaml_fields import fields_of

_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_SIGNED = re.compile(r"[-+][0-9]+")

Key = str | int
Keys = tuple["Keys | None", Key]
"""The keys that lead to a value, the last one first: those of the value around it, and its own."""
_NOTHING: dict[str, Any] = {}  # of all values but mappings

HOLDING = {"List": "items", "Template": "objects"}
"""The kinds that hold other objects, and where: lists, and OpenShift's templates."""


class _Parser(CParser):
    """libyaml without PyYAML's resolver: of plain scalars only null is distinguished. For what `is_small`."""

    descend_resolver: Any = operator.is_
    ascend_resolver: Any = bool

    def resolve(self, kind: type, value: str, implicit: tuple[bool, bool]) -> str:
        """Return the tag of null, or of text for everything else."""
        return _NULL if kind is yaml.ScalarNode and implicit[0] and value in _NULLS else _TEXT


class _BoundedParser(Bounded, _Parser):
    """The same within bounds, for other files."""


class Document:
    """One YAML document of a file: `root` is its top value.

    `default_namespace` is what the tool that made it writes when it gets no namespace.
    """

    __slots__ = ("__dict__", "node", "source")
    default_namespace: ClassVar[str] = ""

    def __init__(self, source: Source, node: yaml.Node) -> None:
        self.source = source
        self.node = node

    @property
    def root(self) -> Value:
        """Return the top value, a new one each time: a document that held it would be a circle."""
        return Value(self, self.node)

    def place(self, value: Value) -> Place:
        """Return where a value of this document stands."""
        start, end = value.node.start_mark, value.node.end_mark
        scalar = isinstance(value.node, yaml.ScalarNode) and start.line == end.line
        length = end.column - start.column if scalar else 0  # of what has many lines, the first is shown
        place = self.source.place(start.line + 1, start.column + 1, length)
        return replace(place, object=place.object or self.title_of(value), field=place.field or value.field)

    def writes(self, value: Value, text: str) -> bool:
        """Return whether the text that a value stands for is written in the repository: what a tool draws is not."""
        return True

    def place_in_text(self, value: Value, line: int, column: int, length: int) -> Place:
        """Return a place in the text that a value holds, such as a file in a ConfigMap; line and column from 1."""
        if value.is_block:
            inner = (value.node.value.split("\n") + [""] * line)[line - 1]
            number = value.node.start_mark.line + 1 + line
            outer = self.source.line(number)
            if outer.endswith(inner):
                place = self.source.place(number, len(outer) - len(inner) + column, length)
                return replace(place, object=self.title_of(value), field=value.field)
        return self.place(value)

    def title_of(self, value: Value) -> str:
        """Return `Kind/name` of the Kubernetes object that a value is a part of, or nothing.

        It is `Kind/prefix*` where the API server makes the name, and the kind where there is none.
        """
        holds = HOLDING.get(self._kind)
        if holds is None:
            return self._title
        way = value.way
        return (_title(way[2]) if len(way) > 2 and way[1].key == holds else "") or self._title

    @cached_property
    def _kind(self) -> str:
        return self.root.text("kind") or ""

    @cached_property
    def _title(self) -> str:
        return _title(self.root)


class Value:
    """A value in a document; all ways to look into it answer None or nothing where the file has something else.

    It knows its document and the keys that lead to it, and never the value around it. So no circle holds a
    repository, and it is freed when nobody needs it: Python's search for circles would take as long as the rules.
    """

    __slots__ = ("_items", "_keys", "_nodes", "_values", "document", "node")

    def __init__(self, document: Document, node: yaml.Node, keys: Keys | None = None) -> None:
        self.document = document
        self.node = node
        self._keys = keys
        self._nodes: dict[str, yaml.Node] = _NOTHING
        self._values: dict[str, Value] = _NOTHING
        if node.__class__ is yaml.MappingNode:
            self._nodes, self._values = fields_of(node), {}
        self._items: list[Value] | None = None

    def get(self, *keys: str) -> Value | None:
        """Return the value that the keys lead to; null counts as absent, as it does for Kubernetes."""
        value = self
        for key in keys:
            node = value._nodes.get(key)  # most of what rules ask for is not there
            if node is None or node.tag == _NULL:
                return None
            found = value._values.get(key)
            if found is None:
                found = value._values[key] = Value(value.document, node, (value._keys, key))
            value = found
        return value

    def _field(self, key: str) -> Value:
        """Return the value of a key that is there, null too."""
        return self.get(key) or Value(self.document, self._nodes[key], (self._keys, key))

    def text(self, *keys: str) -> str | None:
        """Return the text of the scalar that the keys lead to."""
        if not keys:
            node: yaml.Node | None = self.node
        else:
            value = self if len(keys) == 1 else self.get(*keys[:-1])
            node = value._nodes.get(keys[-1]) if value is not None else None
        if node.__class__ is yaml.ScalarNode and not (keys and node.tag == _NULL):
            text: str = node.value
            return text
        return None

    def number(self, *keys: str) -> int | None:
        """Return the whole number that the keys lead to, as `8` or `"8"`."""
        text = self.text(*keys)
        if text is None or len(text) > 20:
            return None
        plain = text.isascii() and text.isdigit()
        return int(text) if plain or _SIGNED.fullmatch(text) else None

    def is_true(self, *keys: str) -> bool:
        """Return whether the keys lead to `true`."""
        return self.text(*keys) in _TRUE

    def items(self, *keys: str) -> list[Value]:
        """Return the items of the list that the keys lead to."""
        value = self.get(*keys) if keys else self
        if value is None:
            return []
        if value._items is None:
            nodes = value.node.value if value.node.__class__ is yaml.SequenceNode else ()
            value._items = [Value(value.document, node, (value._keys, index)) for index, node in enumerate(nodes)]
        return value._items

    def item_texts(self, *keys: str) -> list[str]:
        """Return the texts of the items of the list that the keys lead to; nothing for what has none."""
        value = self.get(*keys) if keys else self
        nodes = value.node.value if value is not None and value.node.__class__ is yaml.SequenceNode else ()
        return [node.value if node.__class__ is yaml.ScalarNode else "" for node in nodes]

    def fields(self, *keys: str) -> dict[str, Value]:
        """Return the values of the mapping that the keys lead to, by key, nulls too."""
        value = self.get(*keys) if keys else self
        if value is None:
            return {}
        return {key: value._field(key) for key in value._nodes}

    def texts(self, *keys: str) -> dict[str, str]:
        """Return the mapping of text to text that the keys lead to, such as labels."""
        value = self.get(*keys) if keys else self
        if value is None:
            return {}
        scalar = yaml.ScalarNode
        return {key: node.value for key, node in value._nodes.items() if node.__class__ is scalar}

    def key_of(self, key: str) -> Value | None:
        """Return the key itself, to point at it."""
        for name, node in self.node.value if isinstance(self.node, yaml.MappingNode) else ():
            if name.value == key:
                return Value(self.document, name, (self._keys, key)) if node else None
        return None

    @property
    def key(self) -> Key:
        """Return the key that it has in the value around it; nothing at the document's top."""
        return self._keys[1] if self._keys else ""

    @property
    def path(self) -> tuple[Key, ...]:
        """Return the keys that lead here from the document's top."""
        found: list[Key] = []
        keys = self._keys
        while keys:
            keys, key = keys
            found.append(key)
        return tuple(reversed(found))

    @property
    def way(self) -> list[Value]:
        """Return the values that lead here from the document's top: that one first, this one last."""
        found = [self.document.root]
        for key in self.path[:-1]:
            found.append(found[-1]._field(key) if isinstance(key, str) else found[-1].items()[key])
        return [*found, self] if self._keys else found

    @property
    def parent(self) -> Value | None:
        """Return the value around it; None at the document's top."""
        return self.way[-2] if self._keys else None

    @property
    def field(self) -> str:
        """Return the path in Kubernetes' words, such as `spec.template.spec.containers[web].image`."""
        shown = ""
        for value in self.way[1:]:
            key = value.key
            shown += f".{key}" if isinstance(key, str) else f"[{value.text('name') or key}]"
        return shown.removeprefix(".")

    @property
    def is_block(self) -> bool:
        """Return whether this is a text of many lines (`|` or `>`)."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")

    def place(self) -> Place:
        """Return where it stands."""
        return self.document.place(self)


_TRUE = frozenset({"true", "True", "TRUE"})


def _title(object_: Value) -> str:
    kind, name, prefix = object_.text("kind"), *(object_.text("metadata", key) for key in ("name", "generateName"))
    if kind and (name or prefix):
        return f"{kind}/{name or f'{prefix}*'}"
    return kind or ""


def documents_in(path: str) -> list[Document]:
    """Return the documents of a file as far as it is YAML; none where it can't be checked or is not there."""
    source = read(path)
    return documents(source)[0] if isinstance(source, Source) else []


def documents(source: Source) -> tuple[list[Document], Note | None]:
    """Return the documents of a file, and a note where it stops being YAML: what stands before is returned."""
    found: list[Document] = []
    try:
        parser = (_Parser if is_small(source.data) else _BoundedParser)(source.data)
        while parser.check_node():
            if (node := parser.get_node()) is not None:
                found.append(Document(source, node))
    except yaml.reader.ReaderError as error:
        return [], Note(source.path, f"is not UTF-8 text ({error.reason}); not checked")
    except Refused as error:
        return found, Note(source.path, f"is {error.problem}; not checked", _line_of(error))
    except yaml.YAMLError as error:
        return found, Note(source.path, f"is not YAML from here on: {problem_of(error)}", _line_of(error))
    return found, None


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 0
