"""Lines that a platform adds at the edges of an overridden file do not clash with a change of the base there."""

from __future__ import annotations

import pytest

from scaffold.template.edges import merged

LABELS = ("base", "platform", "v2")
BASE = "one\ntwo\nthree\nfour\n"
NEWER = "ONE\ntwo\nthree\nFOUR\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (f"head\n{BASE}", NEWER, f"head\n{NEWER}"),
        (f"{BASE}tail\nmore\n", NEWER, f"{NEWER}tail\nmore\n"),
        (f"head\n{BASE}tail\n", NEWER, f"head\n{NEWER}tail\n"),
        (f"head\n{BASE}", "two\nthree\nfour\n", "head\ntwo\nthree\nfour\n"),
        (f"head\n{BASE}", "ONE\nnew\ntwo\nthree\nfour\n", "head\nONE\nnew\ntwo\nthree\nfour\n"),
        ("head\none\ntwo\nours\nfour\n", "ONE\ntwo\nthree\nfour\n", "head\nONE\ntwo\nours\nfour\n"),
        ("one\nTWO\nthree\nfour\n", "one\ntwo\nthree\nFOUR\n", "one\nTWO\nthree\nFOUR\n"),
    ],
)
def test_what_is_added_there_stays(ours: str, theirs: str, words: str) -> None:
    assert merged(BASE.encode(), ours.encode(), theirs.encode(), LABELS) == (words.encode(), False)


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (BASE, BASE.replace("one", "uno"), NEWER),
        (BASE, f"head\n{BASE.replace('one', 'uno')}", NEWER),
        (BASE, f"head\n{BASE}", f"other\n{BASE}"),  # which comes first, nobody can know
        (BASE, f"{BASE}tail\n", f"{BASE}other\n"),
        (BASE, f"head\n{BASE.replace('two', 'zwei')}", NEWER.replace("two", "deux")),
        (BASE, f"{BASE}tail\n", "one\ntwo\nthree\nFOUR"),  # without a line end, it is one line with what follows
        ("a\nb\na\n", "head\na\nb\na\n", "A\nb\na\n"),
        (BASE, "four\none\ntwo\nthree\n", "ONE\ntwo\nthree\nFOUR\n"),
    ],
)
def test_what_both_changed_clashes(base: str, ours: str, theirs: str) -> None:
    found, clash = merged(base.encode(), ours.encode(), theirs.encode(), LABELS)
    assert clash and b"<<<<<<< platform\n" in found
