"""The Jinja environment, as Copier makes it, with every template compiled once.

Compiling is three quarters of the time of a plain copy. Here a template's bytecode is kept in the user's cache folder,
and within a process each string (a default, a validator, a part of a path) is compiled once.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, Undefined, nodes
from jinja2.exceptions import UndefinedError
from jinja2.ext import Extension
from jinja2.loaders import split_template_path
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment

from scaffold.engine.blame import what, where
from scaffold.engine.bounds import TimeIsUp, bounded, is_bounded
from scaffold.engine.bytecode import PrivateBytecodeCache
from scaffold.engine.render_cache import Memo, TracingEnvironment
from scaffold.engine.sandbox import BoundedEnvironment, refused_filters
from scaffold.errors import ScaffoldError, TemplateError
from scaffold.files import cache
from scaffold.files.foreign import is_below, read_foreign
from scaffold.files.yaml import load
from scaffold.text.encoding import not_utf8

_STRING = "string:"
_T = TypeVar("_T")


class Yield(Extension):
    """Copier's `{% yield item from items %}…{% endyield %}` in a file name: the file is rendered once for each item.

    The name and the items are left in `environment.yielded`; `None` shows that the string holds no such tag.
    """

    tags = {"yield"}  # noqa: RUF012 - Jinja's own attribute

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag into a call of `_remember` around its body."""
        line = next(parser.stream).lineno
        name = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        items = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        call = self.call_method("_remember", [nodes.Const(name.name), items])
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _remember(self, name: str, items: Iterable[Any], caller: Callable[[], str]) -> str:
        self.environment.yielded = (name, items)  # type: ignore[attr-defined]
        try:
            return caller()
        except UndefinedError:
            return ""  # the first look at the name, before an item is set


class _Loader(BaseLoader):
    """Load the template's files by their path, and strings by themselves: both then share one bytecode cache."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        if template.startswith(_STRING):
            return template[len(_STRING) :], None, lambda: True
        file = os.path.join(self._root, *split_template_path(template))  # noqa: PTH118 -- compared with realpath below
        if os.path.realpath(file) != file and not is_below(file, self._root):
            raise TemplateError(f"{template} is a link that leads out of the template.")
        try:
            source = read_foreign(file).decode()
        except FileNotFoundError as error:
            raise TemplateNotFound(template) from error
        except OSError as error:
            raise TemplateError(f"{template} can't be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise TemplateError(f"{template} {not_utf8(error)}.") from error
        return source, file, lambda: True


class Renderer:
    """Renders strings and files of the template in `root` with Copier's settings (`_envops`) and filters.

    With a `memo`, what was rendered from the same values before is not rendered again: worth it from a few services on.
    """

    def __init__(self, root: Path, settings: Mapping[str, Any], memo: Memo | None = None) -> None:
        options = {"keep_trailing_newline": True, **settings.get("envops", {})}
        undefined = options.pop("undefined", "jinja2.Undefined")
        options |= {
            "extensions": ["jinja2_ansible_filters.AnsibleCoreFiltersExtension", Yield],
            "undefined": StrictUndefined if undefined == "jinja2.StrictUndefined" else Undefined,
        }
        options |= {"bytecode_cache": _bytecode_cache(root, options), "cache_size": -1, "auto_reload": False}
        self.environment: SandboxedEnvironment = (
            BoundedEnvironment(loader=_Loader(root), **options)
            if memo is None
            else TracingEnvironment(root, _Loader(root), **options)
        )
        self.memo = memo
        self.environment.filters |= {"from_yaml": _from_yaml, "to_nice_yaml": _to_nice_yaml, **refused_filters()}
        self._root = Path(os.path.realpath(root))

    def string(self, source: str, context: Mapping[str, Any]) -> str:
        """Render a string.

        Raises:
            TemplateError: when it is not valid Jinja or uses an undefined variable.
        """
        return self._render(_STRING + source, context, source if len(source) < 80 else source[:80] + "…")

    def file(self, path: str, context: Mapping[str, Any]) -> str:
        """Render the file at `path` (relative to the template's root, with /).

        Raises:
            TemplateError: as `string` does, with the file's name.
        """
        return self._render(path, context, path)

    def names(self, part: str, context: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        """Render one part of a path: its names, each with the context for what lies below; empty names are left out."""
        if "{" not in part:
            return [(part, context)]
        self.environment.yielded = None  # type: ignore[attr-defined]
        name = self._part(part, context) if "yield" in part else self.string(part, context)
        yielded = self.environment.yielded  # type: ignore[attr-defined]
        if yielded is None:
            return [(name, context)] if name else []
        variable, items = yielded
        contexts = self._explained(part, lambda: [{**context, variable: item} for item in items])
        return [(name, each) for each in contexts if (name := self._part(part, each))]

    def _part(self, part: str, context: Mapping[str, Any]) -> str:
        """Render a part of a path again, because its tag has an effect beside its text."""
        return self._explained(part, lambda: self.environment.get_template(_STRING + part).render(context))

    def _render(self, name: str, context: Mapping[str, Any], shown: str) -> str:
        environment, memo = self.environment, self.memo
        if memo is not None and isinstance(environment, TracingEnvironment):
            return self._explained(shown, lambda: memo.render(environment, name, context))
        return self._explained(shown, lambda: environment.get_template(name).render(context))

    def _explained(self, shown: str, render: Callable[[], _T]) -> _T:
        """Render within bounds, or raise what in the template is wrong, and where."""
        if is_bounded():
            return self._tried(shown, render)
        with bounded(shown):
            return self._tried(shown, render)

    def _tried(self, shown: str, render: Callable[[], _T]) -> _T:
        try:
            return render()
        except (ScaffoldError, KeyboardInterrupt):
            raise
        except TemplateNotFound as error:
            raise TemplateError(f"{shown}: the template includes {error}, which is missing.") from error
        except (Exception, TimeIsUp) as error:
            raise TemplateError(f"{where(error, shown, self._root)}: {what(error)}.") from error


def _from_yaml(text: str) -> Any:
    """Do what the filter of Copier's does, `yaml.safe_load`, ten times faster.

    Each text is read once. Each call gives an object of its own, because a template can change it.
    """
    return pickle.loads(_read_yaml(text))  # noqa: S301 - it is what this process wrote


@lru_cache(maxsize=64)
def _read_yaml(text: str) -> bytes:
    return pickle.dumps(load(text))


def _to_nice_yaml(value: Any, indent: int = 4) -> str:
    """Do what the filter of Copier's does; each entry of a mapping is written once for each value."""
    if not isinstance(value, dict) or not value or not all(isinstance(key, str) for key in value):
        return _dumped(value, indent)
    return "".join(_entry(key, json.dumps(value[key]), indent) for key in sorted(value))


@lru_cache(maxsize=4096)
def _entry(key: str, value: str, indent: int) -> str:
    return _dumped({key: json.loads(value)}, indent)


def _dumped(value: Any, indent: int) -> str:
    return str(yaml.dump(value, indent=indent, allow_unicode=True, default_flow_style=False))


def _bytecode_cache(root: Path, options: Mapping[str, Any]) -> PrivateBytecodeCache | None:
    """Return what keeps the bytecode of the template in `root`, or none where the user's cache can't be used."""
    folder = cache.bytecode_folder(root)
    shown = {key: repr(value) for key, value in options.items()}
    settings = json.dumps({"environment": BoundedEnvironment.__name__, **shown}, sort_keys=True)
    return PrivateBytecodeCache(folder, settings) if folder else None
