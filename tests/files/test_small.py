"""A file that `is_small` is read without counting: so nothing in it may be beyond what is counted elsewhere."""

from __future__ import annotations

import random

import pytest
import yaml

from scaffold.files.yaml import DEEPEST, is_small
from scaffold.syntax.yaml_nodes import _BoundedParser, _Parser

BLOCKS = "".join(f"{' ' * column}k:\n{' ' * column}-\n" for column in range(59))
PAIRS = "[a: " * 35 + "]" * 35


def composed(parser: type, text: bytes) -> list[str]:
    """Return the documents of a text as they are, and what ends them."""
    found = []
    try:
        reader = parser(text)
        while reader.check_node():
            found.append(yaml.serialize(reader.get_node()))
    except yaml.YAMLError as error:
        found.append(str(error))
    return found


def depth(node: yaml.Node) -> int:
    if isinstance(node, yaml.ScalarNode):
        return 1
    pairs = node.value if isinstance(node, yaml.SequenceNode) else [each for pair in node.value for each in pair]
    return 1 + max(map(depth, pairs), default=0)


@pytest.mark.parametrize(
    "text", [BLOCKS + " " * 59 + PAIRS, "- " * 29 + "x", "? " * 29 + "x", "- ? " * 14 + PAIRS, "{a: " * 35 + "}" * 35]
)
def test_the_deepest_small_file_is_within_the_bounds(text: str) -> None:
    data = text.encode()
    assert is_small(data)
    (node,) = yaml.compose_all(data, Loader=_Parser)
    assert 30 <= depth(node) <= DEEPEST
    assert composed(_Parser, data) == composed(_BoundedParser, data)


@pytest.mark.parametrize(
    "text", ["- " * 30 + "x", "[" * 36, "{" * 36, " " * 60 + "x", "a: &a 1\nb: *a\n", "# " + "x" * 600_000]
)
def test_what_may_be_large_or_deep_is_counted(text: str) -> None:
    assert not is_small(text.encode())


def test_both_read_the_same() -> None:
    draw = random.Random(11)
    parts = [
        "- ",
        "? ",
        ": ",
        "a",
        "a: ",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "!!str ",
        "~",
        "'b'",
        "--- ",
        "|",
    ]
    small = 0
    for _ in range(3000):
        data = "".join(draw.choices(parts, k=draw.randint(1, 25))).encode()
        small += is_small(data)
        assert composed(_Parser, data) == composed(_BoundedParser, data)
    assert small > 2500
