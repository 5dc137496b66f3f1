"""The documents are plain English: no words that readers stumble over, and no sentence that must be read twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.prose import faults, paragraphs
from workshop.goldens import ROOT

PLACES = ("*.md", "bench/*.md", "docs/**/*.md", "tests/**/*.md")
DOCUMENTS = sorted({path for place in PLACES for path in ROOT.glob(place)})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_is_read_once(document: Path) -> None:
    found = [f"{document.relative_to(ROOT)}:{fault}" for fault in faults(paragraphs(document.read_text()))]
    assert not found, "\n" + "\n".join(found)


def test_what_is_not_plain_is_found() -> None:
    long = "word " * 31
    text = f"# Title\n\nFine.\nA comment lets a finding stand.\n\n```console\n$ else\n```\n\n- a `mend` one\n- {long}\n"
    assert [fault.split(": ")[0:2] for fault in faults(paragraphs(text))] == [
        ["4", "'lets a finding stand', better suppress, ignore"],
        ["11", "31 words"],
    ]


def test_phrases_of_every_day_are_no_faults() -> None:
    assert (
        list(faults(paragraphs("Keep everything else. There is no conflict. It stops, and the team decides.\n"))) == []
    )


def test_the_marks_of_samples_are_no_prose() -> None:
    text = "Run it:\n\n<!-- do " + "word " * 31 + "-->\n<!-- do mend -->\n```console\n$ a\n```\n"
    assert list(faults(paragraphs(text))) == []
