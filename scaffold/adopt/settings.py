"""The answers that follow from the variables of a container: settings, secrets and dependencies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from scaffold.adopt import fits
from scaffold.adopt.addresses import Address, dependencies_in, records, variables_prefix
from scaffold.adopt.facts import Fact
from scaffold.adopt.proposal import Place, Proposed
from scaffold.adopt.variables import Variable, open_texts
from scaffold.syntax.yaml_nodes import Value

At = Callable[[Value], Place]
"""Returns where a value is written."""

_PLAIN = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def facts_of(variables: Sequence[Variable], at: At, who: str, service: str) -> Iterator[Fact]:
    """Yield the answers that follow from variables, and what of them has no answer; `who` gets the variables.

    The text of a secret is in none of them.
    """
    open_, hidden = [], []
    for each in variables:
        literal = each.is_literal_secret
        if each.secret or literal:
            hidden.append(each)
        elif each.text is not None:
            open_.append(each)
        if literal:
            place = at(each.at)
            yield (
                f"{place}: {each.name} looks like a secret; its value is not taken over. Put it into "
                "a Secret, and change it, because the history of the repository has it."
            )
    addresses = dependencies_in(open_texts(variables), [each.name for each in hidden])
    yield from _dependencies(addresses, open_, at)
    yield from _secrets(hidden, at, who, service, addresses)
    yield from _settings([each for each in open_ if not _is_of(each, addresses)], at, who)


def _is_of(variable: Variable, addresses: Sequence[Address]) -> bool:
    """Return whether the template gives a variable itself, as one of a dependency."""
    names = {f"{variables_prefix(each.name)}_TIMEOUT_SECONDS" for each in addresses}
    return variable.name in names or any(each.variable == variable.name and each.replaces for each in addresses)


def _dependencies(addresses: Sequence[Address], variables: Sequence[Variable], at: At) -> Iterator[Fact]:
    if addresses:
        named = {each.name: each for each in variables}
        places = tuple(at(named[each.variable].at) for each in addresses)
        why = "variables have their addresses; whether each is critical, and its time limit, are guesses"
        yield Proposed("dependencies", records(addresses), why, places, sure=False)


def _settings(variables: Sequence[Variable], at: At, who: str) -> Iterator[Fact]:
    value, places = [], []
    for each in variables:
        place = at(each.at)
        if fits.is_variable(each.name) and fits.is_setting(each.text or ""):
            value.append({"name": each.name, "value": each.text})
            places.append(place)
        else:
            yield f"{place}: {_why_no_setting(each)}"
    if value:
        yield Proposed("settings", value[:200], f"{who} gets these variables", tuple(dict.fromkeys(places[:200])))


def _why_no_setting(variable: Variable) -> str:
    if fits.is_of_template(variable.name):
        return f"the template sets {variable.name} itself."
    if fits.has_name_of_secret(variable.name):
        return f"{variable.name} is called like a secret, so settings can't have it; add it to config.env."
    return (
        f"settings can't have the value of {variable.name}, because of its signs or its length; add it to config.env."
    )


def _secrets(
    variables: Sequence[Variable], at: At, who: str, service: str, addresses: Sequence[Address]
) -> Iterator[Fact]:
    value: list[dict[str, str]] = []
    places, taken = [], {f"{variables_prefix(each.name)}_URL" for each in addresses}
    keys: set[tuple[str, str]] = set()
    for each in variables:
        place = at(each.at)
        record = _record(each, service)
        if each.whole:
            yield (
                f"{place}: {who} gets all keys of the Secret {each.secret}, and the repository does "
                "not show which; name each in secrets."
            )
        elif record is None or each.name in taken or (each.secret, each.key) in keys:
            yield (
                f"{place}: secrets can't have the variable {each.name}, because of its name or its "
                "key in the Secret; let the code read another one."
            )
        else:
            keys.add((each.secret, each.key or each.name))
            value.append(record)
            places.append(place)
    if value:
        why = f"{who} gets them; only names are taken over"
        yield Proposed("secrets", value[:100], why, tuple(dict.fromkeys(places[:100])))


def _record(variable: Variable, service: str) -> dict[str, str] | None:
    """Return the record of a secret value whose variable is called so, or None where no name gives that."""
    name = variable.name.lower().replace("_", "-")
    if not (_PLAIN.fullmatch(variable.name) and fits.is_short_name(name)):
        return None
    if not variable.secret:
        return {"name": name, "form": "variable", "key": name}
    if not fits.is_secret(variable.secret, variable.key):
        return None
    own = {} if variable.secret == service else {"secret": variable.secret}
    return {"name": name, "form": "variable", **own, "key": variable.key}
