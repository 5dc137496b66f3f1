"""Package files of languages: the commands that install, check, test and run the code."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found, line_with
from scaffold.adopt.package_files import LANGUAGES, Commands
from scaffold.adopt.proposal import Place, Proposed

STRENGTH = strength.WORKS


def facts(found: Found) -> Iterator[Fact]:
    """Yield the commands of the first language whose package file is in the folder of the service."""
    there = [(language, name) for language in LANGUAGES if (name := language.file_in(found))]
    if not there:
        return
    language, file = there[0]
    yield from _given(found, language.commands(found, file), file)
    for other, name in there[1:]:
        yield f"{found.prefix}{name}: the commands are those of {language.title}, and not of {other.title}."


def _given(found: Found, commands: Commands, file: str) -> Iterator[Fact]:
    for name, command in commands.items():
        path = found.prefix + (command.file or file)
        source = found.files.source(path)
        line = line_with(source, command.word) if source and command.word else 0
        if fits.is_line(command.text):
            yield Proposed(name, command.text, command.why, (Place(path, line),))
