"""Where policies come from: the templates of the services, the settings, the command line."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from scaffold.check.policy.policy import Area, Policy
from scaffold.check.policy.read import MOST_EXPRESSIONS, MOST_POLICIES, read_policies
from scaffold.check.policy.rule import Court, PolicyRule
from scaffold.check.rules import all_rules
from scaffold.check.settings import CheckSettings
from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign, read_given
from scaffold.git.walk import placed_below, shown
from scaffold.settings.repository import folders_of, repository_of
from scaffold.syntax.source import Source

FILE = ".scaffold/policy.yml"
"""The policies that a platform's template gives a service."""

LARGEST = 1024 * 1024


def policy_rules(settings: CheckSettings) -> list[PolicyRule]:
    """Return a rule for each policy that is wanted.

    Raises:
        FileError, OptionError: when a file can't be read, or has what is not a policy.
    """
    found = [*_of_services(settings), *((source, ()) for source in _named(settings))]
    return rules_of([replace(policy, areas=areas) for source, areas in found for policy in read_policies(source)])


def rules_of(policies: list[Policy]) -> list[PolicyRule]:
    """Return a rule for each policy; all get their verdicts together.

    Policies of two services may have one name: their templates may be two versions of one.

    Raises:
        FileError: when two for the same objects have one name, or a name is that of a rule.
    """
    known = {name: f"the rule {each.id}" for each in all_rules().values() for name in each.names}
    others: dict[str, list[Policy]] = {}
    for policy in policies:
        alike = others.setdefault(policy.name.upper(), [])
        same = next((each for each in alike if _is_about_the_same(each, policy)), None)
        if other := known.get(policy.name.upper()) or (same and f"the policy at {same.where}"):
            raise FileError(f"{policy.where}: the name {policy.name} is taken by {other}. Choose another one.")
        alike.append(policy)
    if len(policies) > MOST_POLICIES or sum(len(each.expressions) for each in policies) > MOST_EXPRESSIONS:
        raise FileError(f"{policies[0].where}: there are more than {MOST_POLICIES} policies, or their expressions "
                        f"are more than {MOST_EXPRESSIONS}. Remove some.")  # fmt: skip
    court = Court(policies)
    return [PolicyRule(each, court) for each in policies]


def _is_about_the_same(one: Policy, other: Policy) -> bool:
    return (
        not one.areas
        or not other.areas
        or not {each.real for each in one.areas}.isdisjoint(each.real for each in other.areas)
    )


def _of_services(settings: CheckSettings) -> Iterator[tuple[Source, tuple[Area, ...]]]:
    """Yield the policies that templates gave, and the folders that got them: files with the same text are one."""
    sources: dict[bytes, Source] = {}
    areas: dict[bytes, list[Area]] = {}
    for file, area in _places(settings):
        bound = repository_of(Path(area.real)) or Path(area.real)
        text = _read(settings, file, partial(read_foreign, below=bound))
        sources.setdefault(text, Source(shown(str(file)), text))
        areas.setdefault(text, []).append(area)
    for text, source in sources.items():
        yield source, tuple(areas[text])


def _places(settings: CheckSettings) -> Iterator[tuple[Path, Area]]:
    """Yield the file of policies of the folder, of those above it in its repository, and of services below it."""
    folders, top = folders_of(settings.folder.resolve())
    above = [folder for folder in folders if (folder / FILE).is_file()]
    for folder in above if top else above[:1]:
        yield folder / FILE, Area(str(folder))
    for name in placed_below(settings.checked, FILE, settings.words("exclude")):
        folder = Path(name).parents[1]
        if (real := folder.resolve()) not in above:
            yield Path(name), Area(str(real), shown(str(folder)))


def _named(settings: CheckSettings) -> Iterator[Source]:
    """Yield the policies that the settings or the command line name."""
    top = repository_of(settings.folder.resolve())
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
