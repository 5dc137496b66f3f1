"""Tries the policies in a folder on their examples.

examples/NAME/breaks.yml    objects of which the policy NAME refuses each
examples/NAME/holds.yml     objects of which it accepts each
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.check.model.checked import Checked
from scaffold.check.model.scope import Scope
from scaffold.check.policy.files import files_of, rules_of
from scaffold.check.policy.matching import Subject, is_about
from scaffold.check.policy.policy import Policy
from scaffold.check.policy.read import read_policies
from scaffold.check.policy.rule import Court
from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents

FOLDER = "examples"
VERDICTS = {"breaks.yml": True, "holds.yml": False}

Problem = tuple[str, int, str]
"""A file, a line, a sentence."""


@dataclass(frozen=True)
class Example:
    """Objects of a file, of which a policy refuses each or none."""

    policy: Policy
    path: Path
    breaks: bool
    scope: Scope


def problems(folder: Path) -> Iterator[Problem]:
    """Yield what is wrong with the policies in a folder, or with their examples."""
    try:
        files = files_of(folder) if folder.is_dir() else []
        policies = [policy for file in files for policy in read_policies(_source(file))]
        court = Court([rule.policy for rule in rules_of(policies)])
        yield from _strangers(folder, policies)
        repository: Checked[Scope] = Checked()
        examples = []
        for policy in policies:
            missing, found = _examples(folder, policy, repository)
            yield from missing
            examples += found
        repository.scopes = [each.scope for each in examples]
        court.judge(repository.scopes)
        for example in examples:
            yield from _tried(example, court)
    except FileError as error:
        yield _placed(error, folder)


def _strangers(folder: Path, policies: Sequence[Policy]) -> Iterator[Problem]:
    names = {each.name for each in policies}
    there = (folder / FOLDER).iterdir() if (folder / FOLDER).is_dir() else ()
    for each in sorted(there):
        if each.name not in names:
            yield str(each), 1, f"There is no policy {each.name}. Name the folder as metadata.name of one."


def _examples(folder: Path, policy: Policy, repository: Checked[Scope]) -> tuple[list[Problem], list[Example]]:
    missing: list[Problem] = []
    found = []
    for name, breaks in VERDICTS.items():
        path = folder / FOLDER / policy.name / name
        if not path.is_file():
            file, line = split(policy.where)
            what = "refuses" if breaks else "accepts"
            missing.append((file, line, f"{policy.name} needs {FOLDER}/{policy.name}/{name}: objects that it {what}."))
            continue
        read, note = documents(_source(path))
        if note:
            raise FileError(f"{note.path}:{note.line or 1} {note.message}.")
        found.append(Example(policy, path, breaks, Scope(repository, str(path), read)))
    return missing, found


def _tried(example: Example, court: Court) -> Iterator[Problem]:
    policy = example.policy
    refused = {id(each.object): failures for each, failures in court.of(example.scope, policy)}
    if not example.scope.objects:
        yield str(example.path), 1, "It has no object."
    for each in example.scope.objects:
        place = each.at.place()
        failures = refused.get(id(each), ())
        if errors := [failure.error for failure in failures if failure.error]:
            sentence = f"{policy.name} can't judge {place.object}: {errors[0]}."
        elif not is_about(policy, Subject(each)):
            sentence = f"{policy.name} is not about {place.object}: matchConstraints leaves it out."
        elif bool(failures) == example.breaks:
            continue
        else:
            sentence = f"{policy.name} {'accepts' if example.breaks else 'refuses'} {place.object}."
        yield str(example.path), place.line, sentence


def _source(file: Path) -> Source:
    try:
        return Source(str(file), read_foreign(file))
    except OSError as error:
        raise FileError(f"{file}:1 can't be read: {error.strerror}.") from error


def _placed(error: FileError, folder: Path) -> Problem:
    """Return an error that begins with its place."""
    text = str(error)
    place = re.match(r"(.+?:\d+):? ", text)
    return (*split(place[1]), text[place.end() :]) if place else (str(folder), 1, text)


def split(where: str) -> tuple[str, int]:
    """Return the file and the line of `FILE:LINE`."""
    file, _, line = where.rpartition(":")
    return file, int(line)
