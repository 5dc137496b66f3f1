"""What a policy says, with the places of its expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scaffold.check.policy.paths import Path
from scaffold.check.rules.rule import Severity


@dataclass(frozen=True)
class Expression:
    """A text of CEL: `where` is `FILE:LINE`, `gives` the type that it must have."""

    text: str
    where: str
    gives: Literal["bool", "string", ""] = "bool"


@dataclass(frozen=True)
class Validation:
    """What must hold of an object. `at` leads to the field to show."""

    expression: Expression
    message: str
    message_expression: Expression | None
    at: Path


@dataclass(frozen=True)
class Area:
    """A folder whose objects a policy is about: `real` from the root of the disk.

    `name` is what people call it; empty where what is checked lies in it, so that no message needs it.
    """

    real: str
    name: str = ""


@dataclass(frozen=True)
class Policy:
    """One ValidatingAdmissionPolicy. `constraints` and `excluded` are its resource rules, as they are written.

    It is about objects in its `areas`; about every object where it has none.
    """

    name: str
    where: str
    title: str
    severity: Severity
    why: str
    advice: str
    fails: bool
    constraints: tuple[Mapping[str, Any], ...]
    excluded: tuple[Mapping[str, Any], ...]
    object_selector: Mapping[str, Any]
    namespace_selector: Mapping[str, Any]
    conditions: tuple[Expression, ...]
    variables: Mapping[str, Expression]
    validations: tuple[Validation, ...]
    needs_namespace: bool = field(default=False)
    areas: tuple[Area, ...] = ()

    @property
    def expressions(self) -> list[Expression]:
        """Return all expressions, as `request` of `judge` has them."""
        messages = [each.message_expression for each in self.validations if each.message_expression]
        return [*self.variables.values(), *self.conditions, *(each.expression for each in self.validations), *messages]
