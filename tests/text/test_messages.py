"""The words that a service writes while it runs: errors, log messages, the help of its metrics, and names of its tests.

They are strings in its code, so each language has its own. The examples hold all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.comments import strings
from tests.support.examples import files
from tests.support.prose import faults
from tests.support.words import In
from workshop.goldens import EXAMPLES, NAMES

_CODE = (".py", ".go", ".java", ".rs", ".ts", ".js", ".sh", "Makefile")
_WORD = re.compile(r"[A-Za-z]{2,}")
_OF_PROGRAMS = re.compile(r"HTTP/1\.|[;{}]\s|\$[({]|\n|^\(\w+ -")
"""Requests, and scripts of other programs."""


_NAME = re.compile(
    r"def (?P<python>test_\w+)"
    r"|func (?P<go>Test\w+)\("
    r"|#\[(?:tokio::)?test\b[^\]]*\]\s+(?:async )?fn (?P<rust>\w+)"
    r"|@(?:Parameterized)?Test\b(?:\s+@.*)*\s+(?:\w+ )?void (?P<java>\w+)\("
)
"""The name of a test. TypeScript's are strings."""


def names(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the name of each test of a file as words."""
    if name.endswith(_CODE):
        for found in _NAME.finditer(text):
            words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", found[found.lastgroup or 0]).replace("_", " ")
            yield text.count("\n", 0, found.end()) + 1, words.lower()


def messages(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield each string of a file that is a sentence or a part of one: three words or more, and no program."""
    for line, string in strings(name, text):
        if " " in string and len(_WORD.findall(string)) >= 3 and not _OF_PROGRAMS.search(string):
            yield line, string


@pytest.mark.parametrize("example", NAMES)
@pytest.mark.parametrize("words", [messages, names])
def test_a_message_is_read_once(words: Callable[[str, str], Iterator[tuple[int, str]]], example: str) -> None:
    found = [
        f"{path.relative_to(EXAMPLES)}:{fault}"
        for path in files()[example]
        if path.name.endswith(_CODE)
        for fault in faults(words(path.name, path.read_text()), In.MESSAGES)
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", 'a:\n\t@echo "It takes it for a name"\n'),
        ("a.sh", "echo 'Or else it is not there'\n"),
        ("a.py", 'raise Fault(f"no answer within {seconds} s")\n'),
        ("a.go", 'var a = errors.New("it was told to stop")\n'),
        ("a.ts", "throw new Error(`the answer took ${seconds} s`);\n"),
        ("a.js", 'a.help = "Calls that answered well";\n'),
        ("a.rs", 'fn a() { b("one that stands in for it") }\n'),
        ("A.java", 'class A { String a = "gave the answer to it"; }\n'),
        ("long.py", f'a = "{"word " * 31}"\n'),
    ],
)
def test_what_is_not_plain_is_found_in_each_language(name: str, text: str) -> None:
    assert [*faults(messages(name, text), In.MESSAGES)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("test_a.py", "async def test_a_good_answer(call: Call) -> None: ...\n"),
        ("a_test.go", "func TestFinishGivesUp(t *testing.T) {\n"),
        ("a.rs", "#[tokio::test(start_paused = true)]\nasync fn dependencies_answer_by_name() {\n"),
        ("A.java", "    @ParameterizedTest\n    @ValueSource(ints = 1)\n    void theAnswerIsLate(int a) {\n"),
    ],
)
def test_the_name_of_a_test_is_read_in_each_language(name: str, text: str) -> None:
    assert [*faults(names(name, text), In.MESSAGES)]


def test_every_language_has_messages() -> None:
    found = {path.suffix for each in files().values() for path in each if _has_some(path)}
    assert found >= {".py", ".go", ".java", ".rs", ".ts"}


def _has_some(path: Path) -> bool:
    return path.name.endswith(_CODE) and any(messages(path.name, path.read_text()))
