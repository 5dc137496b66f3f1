"""What every prompt has: Esc for the question before, ^D for the end, and a width that a sentence fits into."""

from __future__ import annotations

from typing import Any

import questionary
from prompt_toolkit.application import Application
from prompt_toolkit.filters import to_filter
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.layout.controls import FormattedTextControl

HINT = "Enter takes the value that is shown, Esc goes back to the question before, ^C stops."

STYLE = questionary.Style([("placeholder", "fg:ansibrightblack")])

_ESCAPE_SECONDS = 0.1
"""An arrow key begins with the character of Esc; what follows it has this long to arrive."""


class BackError(Exception):
    """The user wants the question before."""


def run(question: questionary.Question) -> Any:
    """Ask, and return the answer.

    Raises:
        BackError: on Esc.
        KeyboardInterrupt: on ^C and ^D, and where the terminal is gone.
    """
    application = question.application
    application.ttimeoutlen = _ESCAPE_SECONDS
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), _back()])
    _let_sentences_wrap(application)
    try:
        return question.unsafe_ask()
    except EOFError as error:
        raise KeyboardInterrupt from error


def _back() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", eager=True)
    def go_back(event: KeyPressEvent) -> None:
        event.app.erase_when_done = True
        event.app.exit(exception=BackError())

    return keys


def _let_sentences_wrap(application: Application[Any]) -> None:
    """Let a question or a refusal take the lines that it needs; prompt_toolkit would cut it off at the edge."""
    for window in application.layout.find_all_windows():
        if type(window.content) is not FormattedTextControl:  # a list of choices has a row for each
            continue
        window.wrap_lines = to_filter(True)
        if window.height == 1:
            window.height, window.dont_extend_height = None, to_filter(True)
