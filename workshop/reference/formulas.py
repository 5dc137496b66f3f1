"""Says in words and signs what a Jinja expression of the template computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jinja2 import nodes

_TIMES = "\N{MULTIPLICATION SIGN}"
_SIGNS = {"Add": "+", "Sub": "-", "Mul": _TIMES, "Div": "/"}
_COMPARED = {"lteq": "≤", "gteq": "≥", "lt": "<", "gt": ">", "eq": "is", "ne": "is not"}
_PLAIN = ("int", "float", "string", "list", "trim")
_WEAK = (nodes.Add, nodes.Sub, nodes.CondExpr)


class UnsayableError(Exception):
    """Raised for an expression that is more than a formula."""


@dataclass(frozen=True)
class Formulas:
    """Writes formulas. `named` gives what a reader knows a variable as (`.name` for a field of a record), or nothing.

    `local` are the variables that the template sets on its way.
    """

    named: Callable[[str], str]
    local: Mapping[str, nodes.Node]

    def said(self, node: nodes.Node) -> str:
        """Return a formula.

        Raises:
            UnsayableError: for what is not a formula.
        """
        match node:
            case nodes.Const(value=value):
                return str(value)
            case nodes.Name(name=name):
                return self.said(self.local[name]) if name in self.local else self._known(name)
            case nodes.Getattr(node=inner, attr="value"):
                return self.said(inner)
            case nodes.Getattr(node=nodes.Name(), attr=attr):
                return self._known(f".{attr}")
            case nodes.CondExpr(test=test, expr1=one, expr2=other) if other is not None:
                return self._choice(test, one, other)
            case nodes.Compare(expr=expr, ops=[one]):
                return f"{self.said(expr)} {_COMPARED[one.op]} {self.said(one.expr)}"
        return self._computed(node)

    def _computed(self, node: nodes.Node) -> str:
        match node:
            case nodes.FloorDiv():
                return f"floor({self._operation(node, '/')})"
            case nodes.BinExpr() if sign := _SIGNS.get(type(node).__name__):
                return self._operation(node, sign)
            case nodes.Filter(name=name, node=nodes.Node() as inner) if name in _PLAIN:
                return self.said(inner)
            case nodes.Filter(name="round", node=nodes.Node() as inner):
                up = any(isinstance(each, nodes.Const) and each.value == "ceil" for each in node.args)
                return f"{'ceil' if up else 'round'}({self.said(inner)})"
            case nodes.Filter(name="min" | "max" as name, node=nodes.List(items=items)):
                return f"{name}({', '.join(self.said(each) for each in items)})"
            case nodes.Filter(name="max", node=nodes.Node() as inner):
                return f"the largest {_attribute(inner)} of {self.said(_listed(inner))}"
        raise UnsayableError(type(node).__name__)

    def _known(self, name: str) -> str:
        if shown := self.named(name):
            return shown
        raise UnsayableError(name)

    def _choice(self, test: nodes.Node, one: nodes.Node, other: nodes.Node) -> str:
        holds = f"there are {self.said(test)}" if isinstance(test, nodes.Name) else self.said(test)
        rest = self.said(other)
        return f"{self.said(one)} if {holds}, {rest if ' if ' in rest else f'otherwise {rest}'}"

    def _operation(self, node: nodes.BinExpr, sign: str) -> str:
        """Return an operation with the parentheses that it needs."""
        left, right = self.said(node.left), self.said(node.right)
        left = f"({left})" if sign in (_TIMES, "/") and isinstance(node.left, _WEAK) else left
        right = f"({right})" if sign != "+" and isinstance(node.right, _WEAK) else right
        return f"{left} {sign} {right}"


def _attribute(node: nodes.Node) -> str:
    """Return the attribute that a chain of filters takes of each record."""
    for each in node.find_all(nodes.Keyword):
        if each.key == "attribute" and isinstance(each.value, nodes.Const):
            return f"`{each.value.value}`"
    raise UnsayableError("no attribute")


def _listed(node: nodes.Node) -> nodes.Node:
    while isinstance(node, nodes.Filter) and node.node is not None:
        node = node.node
    return node
