"""The words of what users get: no comment, alert, title or document of a service must be read twice.

The examples hold every text of the template. A text that many of them share is looked at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from tests.support.comments import comments
from tests.support.examples import files
from tests.support.prose import faults, paragraphs, without_code
from tests.support.words import In
from workshop.goldens import EXAMPLES, NAMES

_TEXT = re.compile(r"(?:(?!\n(?:P\d\d: |<p>|\n)).)+", re.DOTALL)
"""A text within a comment: another one begins with the id of a pattern, and after an empty line."""


def texts(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file, without code, and the number of their first line (0 for values)."""
    if name.endswith(".md"):
        yield from paragraphs(text)
        return
    for first, comment in comments(name, text):
        for part in _TEXT.finditer(comment):
            lines = comment[: part.start()].count("\n") + len(part[0]) - len(part[0].lstrip("\n"))
            yield first + lines, without_code(part[0].strip())
    if name.endswith((".json", "rules.yaml", "prometheus-rule.yaml")) and "{{- include" not in text:  # no YAML yet
        values = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
        yield from ((0, value) for value in _shown(values))


def _shown(values: object) -> Iterator[str]:
    """Yield what people read of a dashboard, of alert rules and of the settings of Renovate."""
    if isinstance(values, list):
        for each in values:
            yield from _shown(each)
    elif isinstance(values, dict):
        for key, value in values.items():
            if key in ("title", "summary", "description") and isinstance(value, str):
                yield value
            else:
                yield from _shown(value)


@pytest.mark.parametrize("example", NAMES)
def test_a_generated_text_is_read_once(example: str) -> None:
    found = [
        f"{path.relative_to(EXAMPLES)}:{fault}"
        for path in files()[example]
        for fault in faults(texts(path.name, path.read_text()), In.GENERATED)
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("README.md", "# A\n\nIt takes it for a name.\n", 3),
        ("a.yaml", "a: 1\nb: 2  # nobody else\n# asks no\n# dependency\n", 3),
        ("Dockerfile", "# P01: a\n# P07: for ever\nFROM a\n", 2),
        ("Makefile", "run:  ## Run it anew\n\ttrue\n", 1),
        ("config.env", "A=1\n# in vain\n", 2),
        ("nginx.conf", "a on;  # one that stands in\n", 1),
        ("a.py", '"""One.\n\nIt may fail.\n"""\n', 3),
        ("a.go", "package a\n\n// A gives the name.\nfunc A() {}\n", 3),
        ("go.mod", "module a\n\n// for us\n", 3),
        ("a.ts", "const a = 1; // by itself\n", 1),
        ("a.js", "// mended\n", 1),
        ("a.rs", "//! A module.\n\n/// " + "word " * 31 + "\nfn a() {}\n", 3),
        ("A.java", "/**\n * {@code A} alone.\n */\nclass A {}\n", 2),
        ("pom.xml", "<a>\n  <!-- its like -->\n</a>\n", 2),
        ("rules.yaml", "alert: A\nannotations:\n  summary: A is left alone\n", 0),
        ("dashboard.json", '{"panels": [{"title": "Pods alone"}]}', 0),
    ],
)
def test_what_is_not_plain_is_found_in_each_kind_of_file(name: str, text: str, line: int) -> None:
    assert [fault.partition(":")[0] for fault in faults(texts(name, text), In.GENERATED)] == [str(line)]


def test_code_names_and_marks_are_no_texts() -> None:
    assert list(texts("a.py", "#!/usr/bin/python\nalone = 'alone'  # noqa: S1\n")) == []
    assert [text for _, text in texts("A.java", "/** See {@link Else}. */\nclass A {}\n")] == ["See CODE."]
