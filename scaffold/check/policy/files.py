"""Where policies come from: the service's template, the settings, the command line."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from scaffold.check.policy.policy import Policy
from scaffold.check.policy.read import MOST_EXPRESSIONS, MOST_POLICIES, read_policies
from scaffold.check.policy.rule import Court, PolicyRule
from scaffold.check.rules import all_rules
from scaffold.check.settings import CheckSettings
from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign, read_given
from scaffold.git.walk import shown
from scaffold.settings.repository import folders_of
from scaffold.syntax.source import Source

FILE = ".scaffold/policy.yml"
"""The policies that a platform's template gives a service."""

LARGEST = 1024 * 1024


def policy_rules(settings: CheckSettings) -> list[PolicyRule]:
    """Return a rule for each policy that is wanted.

    Raises:
        FileError, OptionError: when a file can't be read, or has what is not a policy.
    """
    return rules_of([policy for source in _sources(settings) for policy in read_policies(source)])


def rules_of(policies: list[Policy]) -> list[PolicyRule]:
    """Return a rule for each policy; all get their verdicts together.

    Raises:
        FileError: when two have one name, or a name is that of a rule.
    """
    known = {name: f"the rule {each.id}" for each in all_rules().values() for name in each.names}
    for policy in policies:
        if other := known.get(policy.name.upper()):
            raise FileError(f"{policy.where}: the name {policy.name} is taken by {other}. Choose another one.")
        known[policy.name.upper()] = f"the policy at {policy.where}"
    if len(policies) > MOST_POLICIES or sum(len(each.expressions) for each in policies) > MOST_EXPRESSIONS:
        raise FileError(f"{policies[0].where}: there are more than {MOST_POLICIES} policies, or their expressions "
                        f"are more than {MOST_EXPRESSIONS}. Remove some.")  # fmt: skip
    court = Court(policies)
    return [PolicyRule(each, court) for each in policies]


def _sources(settings: CheckSettings) -> Iterator[Source]:
    folders, top = folders_of(settings.folder.resolve())
    for folder in folders:
        file = folder / FILE
        if file.is_file():
            yield Source(shown(str(file)), _read(settings, file, partial(read_foreign, below=top or folder)))
            break
    for named in settings.paths("policy"):
        read: Callable[..., bytes] = partial(read_foreign, below=top) if settings.is_in_file("policy") else read_given
        for file in files_of(named):
            yield Source(shown(str(file)), _read(settings, file, read))


def files_of(named: Path) -> list[Path]:
    """Return a file, or the files of a folder that hold policies."""
    if not named.is_dir():
        return [named]
    return sorted(each for each in named.iterdir() if each.suffix in (".yml", ".yaml") and each.is_file())


def _read(settings: CheckSettings, file: Path, read: Callable[..., bytes]) -> bytes:
    try:
        return read(file, largest=LARGEST)
    except OSError as error:
        reason = "it does not exist" if error.errno == errno.ENOENT else error.strerror
        raise settings["policy"].refuse(f"the policy {file} can't be read: {reason}.") from error
