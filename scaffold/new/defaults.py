"""The defaults that a user and a repository put in place of the template's, and the name that a folder gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scaffold.engine.answers import Proposals
from scaffold.engine.template import Template, load_template, template_root
from scaffold.errors import FileError
from scaffold.files.user_folders import settings_file
from scaffold.settings.repository import find_table, repository_of
from scaffold.settings.user import read_settings
from scaffold.text.brief import one_line
from scaffold.text.nearest import suggest

NAME = "name"
"""The question for the service's name, which is its folder's where nobody gives another."""

TABLE = "answers"
"""The table of config.toml, of .scaffold.toml and (as tool.scaffold.answers) of pyproject.toml."""


def proposals(template: Template, folder: Path) -> Proposals:
    """Return the defaults for a service in `folder`: those of its repository go before those of the user.

    Raises:
        FileError: when a file of settings is wrong, or names a question that there is not.
    """
    found = [(read_settings().get(TABLE, {}), f"{settings_file()}: [{TABLE}]")]
    if repository_of(folder.resolve()) is not None:
        found.append(find_table(folder, TABLE))
    known = [question.name for question in template.asked]
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for table, where in found:
        for key, value in table.items():
            if key not in known and key in _questions_here():
                continue  # it is meant for services of the other template
            if key not in known:
                near = suggest(key, known, "`scaffold questions` lists them.")
                raise FileError(f"{where}: {one_line(key)} is not a question of this template. {near}")
            values[key], sources[key] = value, where
    return Proposals(values, sources)


def _questions_here() -> set[str]:
    return {question.name for question in load_template(template_root()).asked}


def name_from(folder: Path) -> str:
    """Return a folder's name in the form of a service's name: in lower case, with - for _."""
    return folder.absolute().name.lower().replace("_", "-")
