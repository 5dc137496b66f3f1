"""Draws answer sets of own code: those of generated code, and the labels by which its Deployment selects pods."""

from __future__ import annotations

import random
from typing import Any

from tests.answers.draw import drawn, harmful

NAMES = ("app", "No", "on", "a.B_c", "example.com/1e5", "app.kubernetes.io/name", "app.kubernetes.io/instance")
VALUES = ("1e5", "true", "0x1F", "no", "a.B_c", "web", "012")


def drawn_own(chance: random.Random) -> dict[str, Any]:
    """Return one set of answers for own code, most of them with labels of a Deployment that runs."""
    found = {**drawn(chance), "code": "own"}
    del found["language"]
    if chance.random() < 0.8:
        labels = chance.sample(NAMES, chance.choice([1, 2, 4]))
        found["selector_labels"] = {harmful(chance, (each,)): harmful(chance, VALUES) for each in labels}
    return found
