"""The contract as data, so that the tests repeat no name and no number of it."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from workshop.goldens import ROOT

FILE = "templates/service/contract.yml"
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / FILE).read_text())

OK, FAILED, USAGE, CONFIGURATION, TERMINATED = (
    CONTRACT["exit_codes"][name]["code"] for name in ("ok", "failed", "usage", "configuration", "terminated")
)
REQUEST_ID = CONTRACT["request_id"]["header"]
MADE_ID = re.compile(CONTRACT["request_id"]["made"])
CANARY = "S3cr3t-c4nary"  # stands for a password: it is in nothing that a service writes
QUIET = CONTRACT["stop"]["quiet_seconds"]

Entry = dict[str, Any]  # a log line


def status_of(problem: str) -> list[int]:
    """Return the statuses that the contract allows for a kind of problem."""
    return CONTRACT["problems"]["statuses"][problem]["status"]


def differs(language: str, what: str) -> bool:
    """Tell whether the framework of a language does this in another way."""
    return what in CONTRACT["differences"].get(language, {})


def entries(text: str) -> list[Entry]:
    """Parse what a service wrote to stdout; every line must be a log entry as the contract has it."""
    return [entry(line) for line in text.splitlines()]


def entry(line: str) -> Entry:
    """Parse one line and check the fields that each has, and those that its message calls for."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise AssertionError(f"not a JSON line: {line!r}") from error
    assert isinstance(found, dict), line
    for name, rule in CONTRACT["logs"]["fields"].items():
        assert isinstance(found.get(name), str), f"no text in {name}: {line}"
        assert re.search(rule["pattern"], found[name]), f"{name} does not match {rule['pattern']}: {line}"
    event = CONTRACT["logs"]["events"].get(found["message"])
    if event:
        assert found["level"] == event["level"], line
        missing = [name for name in event.get("fields", []) if name not in found]
        assert not missing, f"no {missing}: {line}"
    if found["message"] == "request":
        check_types(found, CONTRACT["logs"]["request_fields"])
    return found


def check_types(found: Entry, fields: dict[str, Any]) -> None:
    kinds: dict[str, tuple[type, ...]] = {
        "text": (str,), "integer": (int,), "number": (int, float), "object": (dict,), "list": (list,),
    }  # fmt: skip
    for name, rule in fields.items():
        assert name in found, f"no {name} in {found}"
        assert isinstance(found[name], kinds[rule["type"]]), f"{name} is no {rule['type']} in {found}"
        assert not isinstance(found[name], bool), f"{name} is no {rule['type']} in {found}"
