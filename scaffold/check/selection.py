"""Which rules are wanted: `select` and `ignore` take ids, or their beginnings such as P08."""

from __future__ import annotations

from collections.abc import Sequence

from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import AnyRule
from scaffold.check.settings import CheckSettings, Setting
from scaffold.errors import OptionError
from scaffold.text.nearest import nearest


def selected(settings: CheckSettings, known: Sequence[AnyRule] | None = None) -> list[AnyRule]:
    """Return the rules that `select` names (those of the profile when it is empty) and `ignore` does not.

    `known` are those of `known_rules`, where somebody has them already.

    Raises:
        OptionError, FileError: when a word names no rule, or a policy is wrong.
    """
    known = known_rules(settings) if known is None else known
    wanted = {rule.id for word in settings.words("select") for rule in named(word, known, settings["select"])}
    unwanted = {rule.id for word in settings.words("ignore") for rule in named(word, known, settings["ignore"])}
    usual = {rule.id for rule in known if rule.profile in settings.profiles}
    return [rule for rule in known if rule.id in (wanted or usual) - unwanted]


def known_rules(settings: CheckSettings) -> list[AnyRule]:
    """Return all rules, and those that policies give.

    Raises:
        OptionError, FileError: when a policy is wrong.
    """
    from scaffold.check.policy.files import policy_rules

    return [*all_rules().values(), *policy_rules(settings)]


def named(word: str, rules: Sequence[AnyRule], setting: Setting | None = None) -> Sequence[AnyRule]:
    """Return the rule of an id, or all rules of a pattern, in any case of letters; `setting` is where the word stands.

    Raises:
        OptionError, FileError: when there is none.
    """
    found = [rule for rule in rules if word.upper() in rule.names]
    if not found:
        known = [rule.id for rule in rules]
        close = nearest(word, known) or known[0]
        message = f"there is no rule {word}; name a rule such as {close}, or a pattern such as P08."
        raise setting.refuse(message) if setting else OptionError(message)
    return found
