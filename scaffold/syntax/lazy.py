"""A `cached_property` without the lock that the one of functools has before Python 3.12.

Rules ask objects for a hundred thousand facts, and one thread looks at an object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

R = TypeVar("R")

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property(Generic[R]):  # noqa: N801 -- it stands in for that one
        """A method whose result becomes an attribute when it is read first."""

        def __init__(self, find: Callable[[Any], R]) -> None:
            self.find = find
            self.__doc__ = find.__doc__

        def __set_name__(self, owner: type, name: str) -> None:  # noqa: D105
            self.name = name

        def __get__(self, each: Any, owner: type | None = None) -> R:  # noqa: D105
            if each is None:
                return self
            found = each.__dict__[self.name] = self.find(each)
            return found


__all__ = ["cached_property"]
