"""The kinds of a prompt: a line of text with its default as a hint, a choice, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import questionary
from prompt_toolkit.application import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from questionary import Choice

from scaffold.prompt.keys import STYLE, run
from scaffold.text.printable import printable

Validate = Callable[[str], bool | str]
"""Says True of a right text, and what is wrong with any other."""


def text(message: str, default: str, validate: Validate) -> str:
    """Ask for a line. The default is shown as a hint: what is typed takes its place, Enter by itself takes it.

    Raises:
        BackError, KeyboardInterrupt: as `run` does.
    """
    asked = questionary.text(
        message,
        validate=lambda typed: (typed == "" and default != "") or validate(typed),
        style=STYLE,
        placeholder=[("class:placeholder", printable(default))],
        key_bindings=_enter_takes(default),
    )
    return str(run(asked))


def _enter_takes(default: str) -> KeyBindings:
    """Let Enter put the default where nothing is typed, so that it stays on the screen as the answer."""
    keys = KeyBindings()

    @keys.add("enter", filter=Condition(lambda: not get_app().current_buffer.text))
    def take(event: KeyPressEvent) -> None:
        event.current_buffer.set_document(Document(default))
        event.current_buffer.validate_and_handle()

    return keys


def choice(message: str, choices: Mapping[str, Any], default: Any) -> Any:
    """Let the user choose one of the values, which are shown by their labels.

    Raises:
        BackError, KeyboardInterrupt: as `run` does.
    """
    shown = [Choice(label, value) for label, value in choices.items()]
    known = default if default in choices.values() else None
    return run(questionary.select(message, shown, default=known, style=STYLE))


def several(message: str, choices: Mapping[str, Any], default: Collection[Any]) -> list[Any]:
    """Let the user choose some of the values, which are shown by their labels.

    Raises:
        BackError, KeyboardInterrupt: as `run` does.
    """
    shown = [Choice(label, value, checked=value in default) for label, value in choices.items()]
    return list(run(questionary.checkbox(message, shown, style=STYLE)))


def secret(message: str, validate: Validate) -> str:
    """Ask for text that is not shown; nothing takes the default.

    Raises:
        BackError, KeyboardInterrupt: as `run` does.
    """
    asked = questionary.password(message, validate=lambda typed: typed == "" or validate(typed), style=STYLE)
    return str(run(asked))


def yes_or_no(message: str, *, default: bool) -> bool:
    """Ask for yes or no.

    Raises:
        BackError, KeyboardInterrupt: as `run` does.
    """
    return bool(run(questionary.confirm(message, default=default, style=STYLE)))


def refuse(problem: str) -> None:
    """Show what is wrong with an answer, above the prompt for it."""
    questionary.print(printable(problem, lines=True), style="fg:ansired")


def remark(words: str) -> None:
    """Print something that is not a question."""
    questionary.print(printable(words, lines=True), style="fg:ansibrightblack")
