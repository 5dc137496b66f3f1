"""What changed for the services: the template's machine-readable changelog, `templates/service/changes.yml`."""

from __future__ import annotations

import posixpath
import re
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version

from scaffold.errors import TemplateError
from scaffold.patterns import PATTERNS
from scaffold.releases.records import read_records

if TYPE_CHECKING:
    from jinja2.environment import TemplateExpression

FILE = "templates/service/changes.yml"
UNRELEASED = "unreleased"
_FIELDS = ("id", "version", "pattern", "title", "why", "check")
OPTIONAL = ("where", "declined", "brought")
"""Fields of text that a change may have besides."""


@dataclass(frozen=True)
class Change:
    """One change: `id` never changes; `version` is the release that brought it, or "unreleased".

    `pattern` is P01…P15, or "none"; `title` shows what changed, `why` why it matters, `check` what a team should test
    after updating. `files` are the paths that it changes in a service, by patterns of fnmatch, whose `*` matches / too;
    none where the pattern's id is in the lines that changed. `where` is a Jinja expression of a service's answers: the
    change concerns the services for which it is true, all where it is empty. `declined` names the platform that did not
    take it into a file of its own, and why. `brought` names the layers below a template on a platform's template that
    brought it, each with its version.
    """

    id: str
    version: str
    pattern: str
    title: str
    why: str
    check: str
    files: tuple[str, ...] = ()
    where: str = ""
    declined: str = ""
    brought: str = ""

    @property
    def headline(self) -> str:
        """The title, after the id of the pattern where the change has one."""
        return self.title if self.pattern == "none" else f"{self.pattern} {self.title}"

    def concerns(self, answers: Mapping[str, Any]) -> bool:
        """Return whether it is news for a service with these answers; so it is where the expression fails on them."""
        if answers.get("code") == "own":  # its language is a default that nothing is rendered from
            answers = {**answers, "language": "own"}
        try:
            return not self.where or bool(_expression(self.where)(dict(answers)))
        except Exception:  # whatever an expression does with answers that were never checked
            return True

    def touches(self, path: str, patterns: Collection[str]) -> bool:
        """Return whether this is why `path` changed, where the changed lines name these patterns."""
        if self.files:
            return any(fnmatchcase(path, each) for each in self.files)
        return self.pattern in patterns

    def item(self) -> str:
        """Return it as an item of a changelog that people read."""
        pattern = "" if self.pattern == "none" else f" ({self.pattern})"
        text = f"- **{self.title}**{pattern}. {self.why} After updating: {self.check}"
        return textwrap.fill(text, 118, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def read_changes(text: str | bytes, name: str = FILE) -> list[Change]:
    """Return the changes written in `text`.

    Raises:
        TemplateError: when a record lacks a field, or an id, version or pattern is no such thing.
    """
    return [_change(record, f"{name}: {record['id']}") for record in read_raw(text, name)]


def read_raw(text: str | bytes, name: str = FILE) -> list[dict[str, Any]]:
    """Return the changes written in `text` as records.

    Raises:
        TemplateError: when a record lacks a field.
    """
    return read_records(text, name, _FIELDS, key="id", lists=["files"], texts=OPTIONAL)


def _change(record: dict[str, Any], where: str) -> Change:
    texts = {field: " ".join(record[field].split()) for field in _FIELDS}
    texts |= {field: " ".join(record.get(field, "").split()) for field in OPTIONAL}
    change = Change(**texts, files=tuple(record.get("files", ())))
    if change.where:
        _expression(change.where, where)
    for path in change.files:
        if path.startswith(("/", "..")) or path != posixpath.normpath(path):
            raise TemplateError(f"{where}: {path} is not a path from the top of a service; for example src/*.py.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", change.id):
        raise TemplateError(f"{where}: an id is lower-case words joined by dashes, for example drain-before-stop.")
    if change.pattern not in (*PATTERNS, "none"):
        raise TemplateError(f"{where}: pattern must be P01 to P15 or none, not {change.pattern}.")
    if change.version != UNRELEASED:
        try:
            Version(change.version)
        except InvalidVersion as error:
            raise TemplateError(
                f"{where}: version {change.version} is neither PEP 440 (0.2.0) nor {UNRELEASED}."
            ) from error
    return change


@lru_cache(maxsize=256)
def _expression(text: str, place: str = FILE) -> TemplateExpression:
    from jinja2 import ChainableUndefined, TemplateSyntaxError

    from scaffold.engine.sandbox import BoundedEnvironment

    try:
        return BoundedEnvironment(undefined=ChainableUndefined).compile_expression(text)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{place}: where is not an expression of Jinja: {error.message}.") from error
