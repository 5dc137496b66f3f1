"""What CEL can call in Kubernetes beyond the language itself: text, lists and quantities.

https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from scaffold.kubernetes.quantities import quantity as read_quantity

_KEY = "quantity"
_TEXT = ("charAt", "join", "lowerAscii", "replace", "split", "substring", "trim", "upperAscii")
_BOTH = ("indexOf", "lastIndexOf")
_NUMBERS = ("min", "max", "sum")


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """Return them by name; a method's first argument is what stands before the dot."""
    from cel import stdlib

    given = stdlib.STDLIB_FUNCTIONS
    return {
        **{name: given[name] for name in (*_TEXT, *_NUMBERS)},
        **{name: _either(given[name], name) for name in _BOTH},
        "isSorted": _is_sorted,
        **_QUANTITIES,
    }


def _either(of_text: Callable[..., Any], name: str) -> Callable[..., Any]:
    def find(where: Any, what: Any, *more: Any) -> Any:
        if isinstance(where, str):
            return of_text(where, what, *more)
        found = [index for index, each in enumerate(where) if each == what and type(each) is type(what)]
        return -1 if not found else found[0 if name == "indexOf" else -1]

    return find


def _is_sorted(items: Sequence[Any]) -> bool:
    return all(one <= other for one, other in pairwise(items))


def _made(number: Fraction | int) -> dict[str, str]:
    """Return a quantity as CEL holds it: equal ones are equal."""
    return {_KEY: str(number)}


def _number(of: Any) -> Fraction:
    if isinstance(of, Mapping) and set(of) == {_KEY}:
        return Fraction(of[_KEY])
    raise ValueError("not a quantity; write quantity('...') around it")


def _operand(of: Any) -> Fraction:
    return Fraction(of) if isinstance(of, int) and not isinstance(of, bool) else _number(of)


def _quantity(text: Any) -> dict[str, str]:
    found = read_quantity(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{str(text)[:80]!r} is not a quantity")
    return _made(found)


def _as_integer(of: Any) -> int:
    number = _number(of)
    if number.denominator != 1 or not -(2**63) <= number < 2**63:
        raise ValueError("the quantity is not an integer")
    return int(number)


def _compare(one: Any, other: Any) -> int:
    left, right = _number(one), _number(other)
    return (left > right) - (left < right)


_QUANTITIES: dict[str, Callable[..., Any]] = {
    "quantity": _quantity,
    "isQuantity": lambda text: isinstance(text, str) and read_quantity(text) is not None,
    "isInteger": lambda of: _number(of).denominator == 1 and -(2**63) <= _number(of) < 2**63,
    "asInteger": _as_integer,
    "asApproximateFloat": lambda of: float(_number(of)),
    "sign": lambda of: (_number(of) > 0) - (_number(of) < 0),
    "add": lambda one, other: _made(_number(one) + _operand(other)),
    "sub": lambda one, other: _made(_number(one) - _operand(other)),
    "isGreaterThan": lambda one, other: _compare(one, other) > 0,
    "isLessThan": lambda one, other: _compare(one, other) < 0,
    "compareTo": _compare,
}

LIBRARY = frozenset({*_TEXT, *_BOTH, *_NUMBERS, "isSorted", *_QUANTITIES})
"""The names of these functions."""
