"""CONTRACT.md, the document for readers, says all that contract.yml, the data for tests, says; it is one for all services with traces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from workshop import goldens

CONTRACT = yaml.safe_load((goldens.ROOT / "templates/service/contract.yml").read_text())
DOCUMENTS = {name: (goldens.EXAMPLES / name / "CONTRACT.md").read_text() for name in goldens.GENERATED}
DOCUMENT = DOCUMENTS["defaults"].replace("\\|", "|")
UNSAID = {"wrong"}  # wrong values are for the tests


def said(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of the contract as text, with where it stands."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key not in UNSAID:
                yield from said(value, f"{path}/{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from said(value, path)
    elif not isinstance(tree, bool):
        yield path, str(tree)


@pytest.mark.parametrize("section", CONTRACT)
def test_the_document_says_all_of_the_contract(section: str) -> None:
    document = " ".join(DOCUMENT.split()).lower()
    missing = [
        f"{path}: {text}" for path, text in said(CONTRACT[section], section) if text.strip().lower() not in document
    ]
    assert not missing


def test_the_document_names_everything_that_the_contract_names() -> None:
    named = ("commands", "environment", "probes", "routes", "overview", "metrics")
    keys = [key for section in named for key in CONTRACT[section]]
    keys += [
        key for section in ("fields", "request_fields", "error_fields", "events") for key in CONTRACT["logs"][section]
    ]
    keys += CONTRACT["problems"]["fields"]
    assert [key for key in keys if f"{key}`" not in DOCUMENT] == []


def test_it_is_the_same_for_every_service() -> None:
    texts: dict[str, set[str]] = {}
    for name, text in DOCUMENTS.items():
        texts.setdefault(goldens.answers_of(name).context["telemetry"], set()).add(text)
    assert {telemetry: len(found) for telemetry, found in texts.items()} == {"otlp": 1, "none": 1}


def test_no_entry_of_the_contract_is_cut_by_a_comma() -> None:
    """A comma in an unquoted text of a flow mapping begins a new key, which then has no value."""
    assert not [path for path, text in said(CONTRACT) if text == "None"]
