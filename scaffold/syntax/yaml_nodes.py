"""YAML values that know where they stand: a thin, lazy view of the nodes that libyaml composes.

Aliases are shared nodes, and merge keys are looked through. What they stand for is bounded by `scaffold.files.yaml`.
"""

from __future__ import annotations

import operator
import re
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from scaffold.files.yaml import Bounded, Refused, is_small, problem_of
from scaffold.syntax.source import Note, Place, Source, read

_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBER = re.compile(r"[-+]?[0-9]+")

Key = str | int

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

    @cached_property
    def root(self) -> Value:
        """Return the top value."""
        return Value(self, self.node, None, "")

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
        if self.root.text("kind") not in HOLDING:
            return self._title
        around: list[Value] = []  # from the value outwards
        each: Value | None = value
        while each is not None:
            around.append(each)
            each = each.parent
        held = around[-3] if len(around) > 2 and around[-2].key == HOLDING[self.root.text("kind") or ""] else self.root
        return _title(held) or self._title

    @cached_property
    def _title(self) -> str:
        return _title(self.root)


class Value:
    """A value in a document; all ways to look into it answer None or nothing where the file has something else."""

    __slots__ = ("_items", "_present", "_written", "document", "key", "node", "parent")

    def __init__(self, document: Document, node: yaml.Node, parent: Value | None, key: Key) -> None:
        self.document = document
        self.node = node
        self.parent = parent
        self.key = key
        self._written: dict[str, Value] | None = None
        self._present: dict[str, Value] | None = None
        self._items: list[Value] | None = None

    def get(self, *keys: str) -> Value | None:
        """Return the value that the keys lead to; null counts as absent, as it does for Kubernetes."""
        value = self
        for key in keys:
            present = value._present
            found = (value._look() if present is None else present).get(key)
            if found is None:
                return None
            value = found
        return value

    def _look(self) -> dict[str, Value]:
        """Return the values of a mapping by key, without nulls; what is asked of one is soon asked of most."""
        document, nulls = self.document, False
        written: dict[str, Value] = {}
        for key, node in _fields(self.node).items():
            written[key] = Value(document, node, self, key)
            nulls = nulls or node.tag == _NULL
        self._written = self._present = written
        if nulls:
            self._present = {key: each for key, each in written.items() if each.node.tag != _NULL}
        return self._present

    def _all(self) -> dict[str, Value]:
        """Return the values of a mapping by key."""
        if self._written is None:
            self._look()
        return self._written or {}

    def text(self, *keys: str) -> str | None:
        """Return the text of the scalar that the keys lead to."""
        value = self.get(*keys) if keys else self
        return value.node.value if value is not None and value.node.__class__ is yaml.ScalarNode else None

    def number(self, *keys: str) -> int | None:
        """Return the whole number that the keys lead to, as `8` or `"8"`."""
        text = self.text(*keys)
        if text is None or not _NUMBER.fullmatch(text) or len(text) > 20:
            return None
        return int(text)

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
            value._items = [Value(value.document, node, value, index) for index, node in enumerate(nodes)]
        return value._items

    def fields(self, *keys: str) -> dict[str, Value]:
        """Return the values of the mapping that the keys lead to, by key, nulls too."""
        value = self.get(*keys) if keys else self
        if value is None:
            return {}
        return dict(value._all())

    def texts(self, *keys: str) -> dict[str, str]:
        """Return the mapping of text to text that the keys lead to, such as labels."""
        value = self.get(*keys) if keys else self
        if value is None:
            return {}
        scalar = yaml.ScalarNode
        return {key: each.node.value for key, each in value._all().items() if each.node.__class__ is scalar}

    def key_of(self, key: str) -> Value | None:
        """Return the key itself, to point at it."""
        for name, node in self.node.value if isinstance(self.node, yaml.MappingNode) else ():
            if name.value == key:
                return Value(self.document, name, self, key) if node else None
        return None

    @property
    def path(self) -> tuple[Key, ...]:
        """Return the keys that lead here from the document's top."""
        keys: list[Key] = []
        value: Value | None = self
        while value is not None and value.parent is not None:
            keys.append(value.key)
            value = value.parent
        return tuple(reversed(keys))

    @property
    def field(self) -> str:
        """Return the path in Kubernetes' words, such as `spec.template.spec.containers[web].image`."""
        shown = ""
        value: Value | None = self
        while value is not None and value.parent is not None:
            key = value.key if isinstance(value.key, str) else value.text("name") or value.key
            shown = (f".{key}" if isinstance(value.key, str) else f"[{key}]") + shown
            value = value.parent
        return shown.removeprefix(".")

    @property
    def is_block(self) -> bool:
        """Return whether this is a text of many lines (`|` or `>`)."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")

    def place(self) -> Place:
        """Return where it stands."""
        return self.document.place(self)


_TRUE = frozenset({"true", "True", "TRUE"})


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    """Return the values of a mapping by key; what merge keys bring in stands back behind what is written out."""
    fields, merged = _own_fields(node)
    if merged is None:
        return fields
    seen = {id(node)}
    waiting = [merged]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:  # merging it once more would change nothing
            continue
        seen.add(id(each))
        if isinstance(each, yaml.SequenceNode):
            waiting += reversed(each.value)
            continue
        more, merged = _own_fields(each)
        fields = {**more, **fields}
        if merged is not None:
            waiting.append(merged)
    return fields


def _title(object_: Value) -> str:
    kind, name, prefix = object_.text("kind"), *(object_.text("metadata", key) for key in ("name", "generateName"))
    if kind and (name or prefix):
        return f"{kind}/{name or f'{prefix}*'}"
    return kind or ""


def _own_fields(node: yaml.Node) -> tuple[dict[str, yaml.Node], yaml.Node | None]:
    """Return what is written out in a mapping, and what it merges."""
    merged = None
    fields: dict[str, yaml.Node] = {}
    if node.__class__ is yaml.MappingNode:
        for key, value in node.value:
            name = key.value
            if name == "<<":
                merged = value
            elif name.__class__ is str:
                fields[name] = value
    return fields, merged


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
