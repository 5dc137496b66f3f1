"""Read a YAML list of flat records, whose values are text or lists of it; each mistake is named with its record."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import yaml

from scaffold.errors import TemplateError

_Loader: Any = getattr(
    yaml, "CBaseLoader", yaml.BaseLoader
)  # every scalar stays text: 0.10 is not a number, a date no date


def read_records(
    text: str | bytes,
    name: str,
    required: Collection[str],
    key: str,
    lists: Collection[str] = (),
    texts: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Return the records of the file `name`: each has the `required` fields, and a `key` of its own.

    `lists` and `texts` are fields that it may have besides.

    Raises:
        TemplateError: when the text is not a YAML list of such records.
    """
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - it builds text, lists and mappings only
    except yaml.YAMLError as error:
        raise TemplateError(f"{name} is not valid YAML: {' '.join(str(error).split())}.") from error
    if not content:
        return []
    if not isinstance(content, list):
        raise TemplateError(f"{name}: must be a list of records with {', '.join(required)}.")
    seen: set[str] = set()
    for number, record in enumerate(content, start=1):
        where = f"{name}, entry {number}"
        _check(where, record, required, lists, texts)
        if record[key] in seen:
            raise TemplateError(f"{where}: {key} {record[key]} is listed twice.")
        seen.add(record[key])
    return content


def _check(where: str, record: Any, required: Collection[str], lists: Collection[str], texts: Collection[str]) -> None:
    if not isinstance(record, dict):
        raise TemplateError(f"{where}: must be a record with {', '.join(required)}.")
    known = (*required, *lists, *texts)
    if unknown := [field for field in record if field not in known]:
        raise TemplateError(f"{where}: {unknown[0]} is not a field; the fields are {', '.join(known)}.")
    for field in (*required, *(field for field in texts if field in record)):
        if not isinstance(record.get(field), str) or not record[field].strip():
            raise TemplateError(f"{where}: {field} is missing, or is not text.")
    for field in lists:
        words = record.get(field, [])
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            raise TemplateError(f"{where}: {field} is not a list of words; for example [Dockerfile, deploy/*].")
