"""What somebody may have meant by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: object, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name that is most like a word in any case of letters, or None where none is alike.

    `cutoff` is the least likeness from 0 to 1, as difflib measures it.
    """
    names = {each.casefold(): each for each in known}
    return next((names[each] for each in get_close_matches(str(word).casefold(), names, n=1, cutoff=cutoff)), None)


def suggest(word: object, known: Iterable[str], otherwise: str, *, cutoff: float = 0.6) -> str:
    """Return a sentence for after a refusal: the nearest known name as a question, or `otherwise`."""
    near = nearest(word, known, cutoff=cutoff)
    return did_you_mean(near) if near else otherwise


def did_you_mean(*names: str) -> str:
    """Return the question whether one of these names is meant."""
    return f"Did you mean {', '.join(names[:-1])}{' or ' if names[:-1] else ''}{names[-1]}?"
