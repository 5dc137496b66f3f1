"""The documents are plain English: no words that readers stumble over, and no sentence that must be read twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.changelog import HEADING
from tests.support.words import In, banned_words
from workshop.goldens import ROOT

PLACES = ("*.md", "bench/*.md", "docs/**/*.md", "tests/**/*.md")
FROM_THE_TEMPLATE = {"docs/reference/derived.md", "docs/reference/questions.md"}
"""Pages whose sentences are those of templates/."""
DOCUMENTS = sorted(
    path for place in PLACES for path in ROOT.glob(place) if str(path.relative_to(ROOT)) not in FROM_THE_TEMPLATE
)

LONGEST = 30
"""Words of a sentence."""

_CODE = re.compile(r"`+[^`]*`+")
_MARK = re.compile(r"^<!--.*-->$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LIST = re.compile(r"\s*([-*]|\d+\.)\s+")
_END = re.compile(r"(?<=[.!?])[\"')*]*\s+(?=[A-Z\"'(`*\[]|CODE)")


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paragraph, list item and table cell of Markdown without its code, and the number of its first line."""
    fenced, first, lines = False, 0, list[str]()
    for number, line in enumerate([*_MARK.sub("", text).splitlines(), ""], 1):
        mark = line.lstrip().startswith("```")
        single = line.startswith(("#", "|"))
        if mark or fenced or not line.strip() or single or _LIST.match(line):
            if lines:
                yield first, _without_code("\n".join(lines))
            first, lines = number, []
            fenced ^= mark
            if single and not fenced:
                yield from ((number, cell) for cell in _without_code(line).strip("|# ").split("|"))
            elif not (mark or fenced) and line.strip():
                lines = [_LIST.sub("", line, count=1)]
        else:
            first = first if lines else number
            lines.append(line.strip())


def _without_code(text: str) -> str:
    plain = _CODE.sub(lambda code: "CODE" + "\n" * code[0].count("\n"), text)
    return _LINK.sub(r"\1", plain)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence, and the line on which it begins."""
    for number, paragraph in paragraphs(text):
        begin = 0
        for end in [*(found.end() for found in _END.finditer(paragraph)), len(paragraph)]:
            if sentence := " ".join(paragraph[begin:end].split()):
                yield number + paragraph.count("\n", 0, begin), sentence
            begin = end


def written_here(text: str) -> str:
    """Return the changelog without the entries that are made of templates/service/changes.yml; other texts as they are."""
    return re.sub(rf"(?m)^{HEADING}\n+(?:^.+\n?)*", lambda made: "\n" * made[0].count("\n"), text)


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a document: the line, the fault and the sentence."""
    for number, sentence in sentences(text):
        if (words := len(re.findall(r"[\w'-]*\w", sentence))) > LONGEST:
            yield f"{number}: {words} words: {sentence}"
        yield from (f"{number}: {fault}: {sentence}" for fault in banned_words(sentence, In.DOCUMENTS))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_is_read_once(document: Path) -> None:
    found = [f"{document.relative_to(ROOT)}:{fault}" for fault in faults(written_here(document.read_text()))]
    assert not found, "\n" + "\n".join(found)


def test_what_is_not_plain_is_found() -> None:
    long = "word " * 31
    text = f"# Title\n\nFine.\nA comment lets a finding stand.\n\n```console\n$ else\n```\n\n- a `mend` one\n- {long}\n"
    assert [fault.split(": ")[0:2] for fault in faults(text)] == [
        ["4", "'lets a finding stand', better suppress, ignore"],
        ["11", "31 words"],
    ]


def test_the_changelog_is_read_but_for_what_the_template_says() -> None:
    text = f"## 1.0\n\n{HEADING}\n\n- It tells.\n  Anew.\n- In vain.\n\n### Fixed\n\n- It tells.\n"
    assert list(faults(written_here(text))) == ["11: 'tells', better print, report, show, return, explain: It tells."]
    assert [document.name for document in DOCUMENTS].count("CHANGELOG.md") == 1


def test_phrases_of_every_day_are_no_faults() -> None:
    assert list(faults("Keep everything else. There is no conflict. It stops, and the team decides.\n")) == []


def test_the_marks_of_samples_are_no_prose() -> None:
    assert list(faults("Run it:\n\n<!-- do " + "word " * 31 + "-->\n<!-- do mend -->\n```console\n$ a\n```\n")) == []
