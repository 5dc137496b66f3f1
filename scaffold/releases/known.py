"""The releases that `releases.yml` records: git's tags are made from this file, so they can be lost and made again."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date

from packaging.version import InvalidVersion, Version

from scaffold.errors import TemplateError
from scaffold.releases.records import read_records

FILE = "releases.yml"
_FIELDS = ("version", "commit", "date")


@dataclass(frozen=True)
class Release:
    """One released version: the commit that holds it (a full id), and the day on which it was recorded.

    `tag` is the name of its git tag, which Copier records as `_commit`.
    """

    version: Version
    commit: str
    date: date
    tag: str


def read_releases(text: str | bytes, name: str = FILE) -> tuple[Release, ...]:
    """Return the releases written in `text`; versions rise from one to the next.

    Raises:
        TemplateError: when a version is not PEP 440, a commit no full id, a day no date, or the order is wrong.
    """
    releases = tuple(_release(record, name) for record in read_records(text, name, _FIELDS, key="version"))
    for before, after in itertools.pairwise(releases):
        if before.version >= after.version:
            raise TemplateError(f"{name}: {after.version} is listed after {before.version}; versions must rise.")
    return releases


def _release(record: dict[str, str], name: str) -> Release:
    try:
        version = Version(record["version"])
        day = date.fromisoformat(record["date"])
    except (InvalidVersion, ValueError) as error:
        raise TemplateError(f"{name}: {record['version']}: {error}.") from error
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", record["commit"]):
        raise TemplateError(f"{name}: {version}: commit {record['commit']} is not a full commit id.")
    return Release(version, record["commit"], day, f"v{version}")
