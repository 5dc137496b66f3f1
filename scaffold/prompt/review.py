"""After the summary: create the service, change an answer, see the numbers, or quit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scaffold.prompt import fields
from scaffold.prompt.keys import BackError

CREATE = "Create the service"
NUMBERS = "Show the numbers that follow from the answers"
QUIT = "Quit without writing anything"
_SUMMARY = "Back to the summary"


def what_next(groups: Sequence[str]) -> str:
    """Ask what to do with the answers: CREATE, NUMBERS, QUIT, or the group to change.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """
    choices = {CREATE: CREATE, **{f"Change {group.lower()}": group for group in groups}, NUMBERS: NUMBERS, QUIT: QUIT}
    while True:
        try:
            return str(fields.choice("Is this right?", choices, CREATE))
        except BackError:  # there is no question before: `Change` is the way to each
            continue


def which(group: str, values: Mapping[str, str]) -> str | None:
    """Ask which setting of a group to change; `values` are shown beside their names. None for no more.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """
    width = max(map(len, values))
    choices = {_SUMMARY: "", **{f"{name:{width}}  {value}": name for name, value in values.items()}}
    try:
        return str(fields.choice(f"Which of {group.lower()}?", choices, "")) or None
    except BackError:
        return None
