"""Refuses choices of a question that nobody can have meant: none at all, or a name that nothing in the overlay uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scaffold.errors import FileError
from scaffold.template.overlay import FILES, QUESTIONS, Overlay
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest


def refuse_wrong_choices(name: str, spec: Mapping[str, Any]) -> None:
    """Judge the choices of a question as the overlay leaves it.

    Raises:
        FileError: when it has none, or is fixed to something else.
    """
    values = _values(spec)
    if "choices" in spec and not values:
        raise FileError(f"{QUESTIONS}: {name} has no choice. Name at least one, or write `{name}: {{fixed: VALUE}}`.")
    if "fixed" in spec and isinstance(values, list) and values and spec["fixed"] not in values:
        near = _suggestion(str(spec["fixed"]), values)
        raise FileError(f"{QUESTIONS}: {name} is fixed to {brief(spec['fixed'])}, which is not a choice. {near}")


def refuse_unused_choices(name: str, base: Mapping[str, Any], overlay: Overlay) -> None:
    """Judge the choices that an overlay gives a question of the base. A new one is right where the overlay uses it.

    Raises:
        FileError: when the base does not have one, and neither a file nor another question of the overlay names it.
    """
    known, values = _values(base), _values(overlay.questions[name])
    if not known or not isinstance(values, list):
        return
    for value in values:
        if value not in known and not _used(str(value), name, overlay):
            raise FileError(
                f"{QUESTIONS}: {brief(value)} is not a choice of {name} in the base, and nothing else here uses it."
                f" Add a file that does to {FILES}. {_suggestion(str(value), known)}"
            )


def _values(spec: Mapping[str, Any]) -> Any:
    choices = spec.get("choices") or ()
    return [*choices.values()] if isinstance(choices, Mapping) else choices


def _used(value: str, question: str, overlay: Overlay) -> bool:
    word = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
    others = {name: keys for name, keys in overlay.questions.items() if name != question}
    texts = (f"{path}\n{file.content.decode(errors='replace')}" for path, file in overlay.files.items())
    return any(map(word.search, (str(others), *texts)))


def _suggestion(value: str, choices: Any) -> str:
    known = [str(each) for each in choices]
    return suggest(value, known, f"It has {', '.join(known)}.")
