"""Which rules are wanted: `--select` and `--ignore` take ids, or their beginnings such as P08."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import AnyRule
from scaffold.errors import OptionError


def selected(select: Iterable[str], ignore: Iterable[str]) -> list[AnyRule]:
    """Return the rules that `select` names (all when it is empty) and `ignore` does not.

    Raises:
        OptionError: when a word names no rule.
    """
    wanted = {rule.id for word in select for rule in named(word)} or set(all_rules())
    unwanted = {rule.id for word in ignore for rule in named(word)}
    return [rule for rule in all_rules().values() if rule.id in wanted - unwanted]


def named(word: str) -> Sequence[AnyRule]:
    """Return the rule of an id, or all rules of a pattern, in any case of letters.

    Raises:
        OptionError: when there is none.
    """
    rules = all_rules().values()
    found = [rule for rule in rules if word.upper() in (rule.id.upper(), rule.pattern)]
    if not found:
        known = [rule.id for rule in rules]
        close = get_close_matches(word, known, 1) or known[:1]
        raise OptionError(f"{word} is no rule of check; say a rule such as {close[0]}, or a pattern such as P08.")
    return found
