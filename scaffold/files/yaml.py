"""YAML that nobody vouches for, within bounds: how many values it has, how deep they are, what its aliases stand for.

An alias is shared and costs nothing, until somebody walks through what it stands for: twenty lines can stand for more
than any memory holds. So a document counts as large as it is with each alias written out, and one that holds itself is
refused. What passes can be walked, shown and written in a time that is bounded by the file's size.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from scaffold.text.brief import one_line

MOST_VALUES = 2_000_000
"""In a file. The largest bundles that people ship have a tenth; this many take about 600 MB."""
MOST_TEXT = 16 * 1024 * 1024
"""Characters of all values, aliases written out; a file itself has at most half of it."""
DEEPEST = 200

_TEXT = "tag:yaml.org,2002:str"
_SMALL = MOST_VALUES // 4  # bytes
_FEW_BRACKETS = 35
_INDICATORS = bytes.maketrans(b"\t?:-", b"    ")
_FAR_RIGHT = b" " * 60  # twice 60 blocks and 35 pairs of brackets are less than DEEPEST
_LONGEST_NUMBER = 100
_MOST_TAG_DIRECTIVES = 100  # libyaml compares each with all others
_MOST_ODD_KEYS = 1000  # keys that are not text: of numbers one can choose many that a dictionary can't distinguish
_ODD = ("set", "omap", "pairs", "binary")  # Python's sets and bytes are not values of a configuration
_WRONG = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Refused(yaml.MarkedYAMLError):
    """YAML beyond the bounds; `problem` says why, to be read after `it is`."""

    def __init__(self, problem: str, mark: Any = None) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.problem = problem
        self.problem_mark = mark


class Bounded:
    """What makes a parser of PyYAML one within bounds: a class to put in front of it."""

    def __init__(self, stream: Any) -> None:
        """Take the bytes or the text.

        Raises:
            Refused: when it is not UTF-8, or has more directives than libyaml can bear.
        """
        super().__init__(stream)  # type: ignore[call-arg]
        self._depth = 0
        self._values_left = MOST_VALUES
        self._measure = Size()
        self._shares = _may_share(stream)

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Count a value, which PyYAML is about to compose."""
        self._depth += 1
        self._values_left -= 1
        if self._depth > DEEPEST + 1:
            raise Refused(f"nested more than {DEEPEST} deep", parent.start_mark)
        if self._values_left < 0:
            raise Refused(f"too large: it has more than {MOST_VALUES:,} values", parent and parent.start_mark)

    def ascend_resolver(self) -> None:
        """Leave a value."""
        self._depth -= 1

    def get_node(self) -> Any:
        """Return the next document."""
        return self._measured(super().get_node())  # type: ignore[misc]

    def get_single_node(self) -> Any:
        """Return the only document, or None where there is none."""
        return self._measured(super().get_single_node())  # type: ignore[misc]

    def _measured(self, node: Any) -> Any:
        if node is not None and self._shares:
            self._measure.add(node)
        return node


def _may_share(stream: Any) -> bool:
    """Return whether there may be aliases; refuse what libyaml itself can't bear."""
    data = stream.encode("utf-8", "replace") if isinstance(stream, str) else stream
    if not isinstance(data, bytes):
        return True
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("not UTF-8")
    if data.count(b"%TAG") > _MOST_TAG_DIRECTIVES:
        raise Refused(f"made of more than {_MOST_TAG_DIRECTIVES} %TAG directives")
    return b"&" in data and b"*" in data


def is_small(data: bytes) -> bool:
    """Return whether bytes are so few and so flat that no document of them can be beyond the bounds.

    A block stands further right than the one around it, but for a list below a key: so in each column begin at most
    two, and only behind blanks and indicators. A bracket holds itself and a pair. No value has less than half a byte.
    """
    if len(data) > _SMALL or data.count(b"[") + data.count(b"{") > _FEW_BRACKETS:
        return False
    return _FAR_RIGHT not in data.translate(_INDICATORS) and not _may_share(data)


class Size:
    """How large the documents of a file are with every alias written out."""

    def __init__(self) -> None:
        self._values = self._text = 0
        self._known: dict[int, tuple[int, int, int] | None] = {}

    def add(self, root: Any) -> None:
        """Count a document.

        Raises:
            Refused: when it holds itself, or what its aliases stand for is too large or too deep.
        """
        self._known = {}
        values, text, _ = self._of(root)
        self._values += values
        self._text += text
        if self._values > MOST_VALUES or self._text > MOST_TEXT:
            raise Refused("too large: its aliases stand for more than can be looked at", root.start_mark)

    def _of(self, node: Any) -> tuple[int, int, int]:
        """Return the values, the characters and the depth of a node. Anchors stand before aliases: no call is deep."""
        if isinstance(node, yaml.ScalarNode):
            return 1, len(node.value), 0
        if id(node) in self._known:
            found = self._known[id(node)]
            if found is None:
                raise Refused("endless: an anchor holds its own alias", node.start_mark)
            return found
        self._known[id(node)] = None
        values, text, depth = 1, 0, 0
        for child in _children(node):
            more, longer, deeper = self._of(child)
            values, text, depth = values + more, text + longer, max(depth, deeper)
        if depth >= DEEPEST:
            raise Refused(f"nested more than {DEEPEST} deep by its aliases", node.start_mark)
        found = self._known[id(node)] = values, text, depth + 1
        return found


def _children(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return list(node.value)


class Loader(Bounded, _Base):  # type: ignore[misc]
    """PyYAML's safe loader within bounds: text, numbers, dates, lists, mappings; all that is wrong is a YAMLError."""

    yaml_constructors = {  # noqa: RUF012 -- PyYAML's own attribute
        tag: constructor
        for tag, constructor in SafeConstructor.yaml_constructors.items()
        if not str(tag).endswith(tuple(f":{word}" for word in _ODD))
    }

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return a node's value.

        Raises:
            yaml.YAMLError: when its tag is unknown, or its text is none of its type.
        """
        try:
            return super().construct_object(node, deep)
        except _WRONG as error:
            problem = f"{one_line(str(error)) or type(error).__name__}"
            raise ConstructorError(None, None, problem, node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Return a mapping's values by key."""
        if isinstance(node, yaml.MappingNode):
            self.flatten_mapping(node)
            if len(node.value) > _MOST_ODD_KEYS and sum(key.tag != _TEXT for key, _ in node.value) > _MOST_ODD_KEYS:
                raise Refused(f"made of more than {_MOST_ODD_KEYS:,} keys that are not text", node.start_mark)
        return super().construct_mapping(node, deep)


def _number(name: str) -> Any:
    def construct(loader: Any, node: Any) -> Any:
        if len(loader.construct_scalar(node)) > _LONGEST_NUMBER:
            raise ConstructorError(None, None, f"a number of more than {_LONGEST_NUMBER} digits", node.start_mark)
        return getattr(loader, name)(node)

    return construct


Loader.add_constructor("tag:yaml.org,2002:int", _number("construct_yaml_int"))
Loader.add_constructor("tag:yaml.org,2002:float", _number("construct_yaml_float"))


def load(text: str | bytes) -> Any:
    """Return the value of a text with one document, None of an empty one.

    Raises:
        yaml.YAMLError: when it is not YAML, or beyond the bounds; `place_of` and `problem_of` return where and why.
    """
    return yaml.load(text, Loader=Loader)  # noqa: S506 -- it is a safe one


def load_all(text: str | bytes, loader: Any = Loader) -> list[Any]:
    """Return the values of all documents of a text; `loader` is Loader or a class of it.

    Raises:
        yaml.YAMLError: as `load` does.
    """
    return list(yaml.load_all(text, Loader=loader))


def place_of(error: Exception) -> str:
    """Return `:LINE:COLUMN` to put behind a file's name, or nothing where the error has no place."""
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def problem_of(error: Exception) -> str:
    """Return what is wrong, in a few words."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = getattr(error, "context", None)
    return one_line(f"{context}, {problem}" if context and problem.startswith("but ") else problem)
