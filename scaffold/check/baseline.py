"""A baseline: the findings that an old repository has already, so that only new ones count.

A finding is known again by its rule, file, object and field, and not by its line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from scaffold.check.findings import Finding
from scaffold.check.settings import LARGEST_BASELINE
from scaffold.errors import FileError, ScaffoldError
from scaffold.files.foreign import read_foreign
from scaffold.files.json import parse_json
from scaffold.files.rewrite import write_whole

_VERSION = 1


def write_baseline(file: Path, findings: Iterable[Finding]) -> None:
    """Write the findings that are to count no more, in one step: killed or without room, the old baseline stays.

    Raises:
        DestinationError: when the file can't be written.
    """
    found = [{"fingerprint": each.fingerprint, "rule": each.rule.id, "path": each.place.path} for each in findings]
    found.sort(key=lambda each: (each["path"], each["rule"], each["fingerprint"]))
    write_whole(file, (json.dumps({"version": _VERSION, "findings": found}, indent=2) + "\n").encode())


def _read(file: Path) -> bytes:
    return read_foreign(file, largest=LARGEST_BASELINE)


def read_baseline(
    file: Path, read: Callable[[Path], bytes] = _read, missing: Callable[[str], ScaffoldError] = FileError
) -> Counter[str]:
    """Return how often each fingerprint stands in a baseline, which `read` reads.

    Raises:
        FileError: when the file can't be read or is not a baseline.
        ScaffoldError: what `missing` makes of a sentence, when there is no such file.
    """
    try:
        told = parse_json(read(file))
        return Counter(str(each["fingerprint"]) for each in told["findings"])
    except FileNotFoundError as error:
        raise missing(f"{file} does not exist; create it with --write-baseline {file}.") from error
    except OSError as error:
        hint = "create it with --write-baseline"
        raise FileError(f"The baseline {file} can't be read: {error.strerror}; {hint}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(f"{file} is not a baseline; create it again with --write-baseline.") from error


def split_known(findings: Iterable[Finding], known: Counter[str]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that are new, and those that the baseline has: each of its entries counts once."""
    if not known:
        return list(findings), []
    left = known.copy()
    new: list[Finding] = []
    old: list[Finding] = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            old.append(finding)
        else:
            new.append(finding)
    return new, old
