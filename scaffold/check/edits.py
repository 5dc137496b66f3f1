"""Edits of a file that leave every other byte as it is.

Lines are put in and words are replaced at the places that libyaml gives, so comments, quotes and layout stay. What is
not written in block style stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import yaml

from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Value, documents


@dataclass(frozen=True)
class Edit:
    """Characters to replace in a file: from `start` to `end`, by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Spot:
    """Where a finding stands: a file, its text, and the line, counted from 1."""

    source: Source
    text: str
    line: int

    def document(self) -> Value | None:
        """Return the top of the YAML document; None where libyaml counts characters in another way than Python."""
        if "\r" in self.text or self.text.startswith("\ufeff"):
            return None
        for document in documents(self.source)[0]:
            if document.node.start_mark.line <= self.line - 1 <= document.node.end_mark.line:
                return document.root
        return None


def replaced(value: Value, old: str, new: str) -> list[Edit]:
    """Return the edit that writes another word, where `old` is what stands there, without quotes."""
    start, end = value.node.start_mark.index, value.node.end_mark.index
    plain = isinstance(value.node, yaml.ScalarNode) and not value.node.style and value.text() == old
    return [Edit(start, end, new)] if plain and end - start == len(old) else []


def put_in(spot: Spot, where: Literal["job", "cron"], **lines: str) -> list[Edit]:
    """Return a line for each key that a spec does not have, before its first one: KEY: VALUE, perhaps with a comment.

    The spec is that of a Job, also within a CronJob (`job`), or that of a CronJob (`cron`).
    """
    root = spot.document()
    kind = root.text("kind") if root else None
    if root is None or kind not in ("Job", "CronJob") or (where == "cron" and kind == "Job"):
        return []
    spec = root.get("spec", "jobTemplate", "spec") if (where, kind) == ("job", "CronJob") else root.get("spec")
    if spec is None or not isinstance(spec.node, yaml.MappingNode) or spec.node.flow_style:
        return []
    start = spec.node.start_mark
    begin = spot.text.rfind("\n", 0, start.index) + 1
    indent = spot.text[begin : start.index]
    if indent.strip(" ") or not indent:
        return []
    return [Edit(begin, begin, f"{indent}{key}: {line}\n") for key, line in lines.items() if key not in spec.fields()]
