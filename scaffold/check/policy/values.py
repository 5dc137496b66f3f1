"""An object as the API server sees it: values of JSON made of the YAML that is written."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import yaml

from scaffold.syntax.yaml_nodes import Value

_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]{1,16}|0o?[0-7]{1,20}|[0-9]{1,19})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40}|[0-9]{1,40}(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_QUANTITIES = frozenset({"limits", "requests", "hard"})
"""Mappings of quantities, which the API server gives as text."""


def plain(value: Value, *, quantities: bool = False) -> Any:
    """Return a value of JSON; keys with null are left out, as the API server does.

    Numbers in a mapping of `quantities` are text.
    """
    node = value.node
    if isinstance(node, yaml.MappingNode):
        fields = {key: each for key, each in value.fields().items() if value.get(key) is not None}
        return {key: _field(each, key, quantities) for key, each in fields.items()}
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in value.items()]
    return node.value if quantities else _scalar(node)


def _field(value: Value, key: str, quantities: bool) -> Any:
    return plain(value, quantities=key in _QUANTITIES or (quantities and isinstance(value.node, yaml.ScalarNode)))


def _scalar(node: yaml.Node) -> Any:
    text = node.value
    if node.tag.endswith(":null"):
        return None
    if not isinstance(text, str) or getattr(node, "style", None) not in (None, ""):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) and isfinite(float(text)) else text


def _integer(text: str) -> int | float:
    digits = text.lstrip("+-")
    is_octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
    number = int(digits.lstrip("0o") or "0", 8) if is_octal else int(digits, 0)
    number = -number if text[0] == "-" else number
    return number if -(2**63) <= number < 2**63 else float(number)
