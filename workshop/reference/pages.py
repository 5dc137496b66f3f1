"""The pages of docs/reference: what each is about, and the module that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workshop.goldens import ROOT
from workshop.reference import (
    cli,
    compatibility,
    contract,
    derived,
    exit_codes,
    experiments,
    json_output,
    patterns,
    questions,
    settings,
)
from workshop.reference.markdown import page, paragraph, table

FOLDER = ROOT / "docs" / "reference"

MAKERS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "cli.md": ("The commands and their options", cli.make),
    "questions.md": ("The questions of `scaffold new`: types, defaults, rules", questions.make),
    "derived.md": ("The numbers that scaffold computes, and how to override them", derived.make),
    "settings.md": ("Settings files, environment variables, ignore comments", settings.make),
    "exit-codes.md": ("The exit codes, and what to do", exit_codes.make),
    "json.md": ("The output for machines: JSON and SARIF", json_output.make),
    "patterns.md": ("The patterns P01 to P15, and what each is in a service", patterns.make),
    "experiments.md": ("The experiments of `scaffold prove`", experiments.make),
    "contract.md": ("What every generated service promises", contract.make),
    "compatibility.md": ("Supported versions of Kubernetes, languages and tools", compatibility.make),
}
"""Each page by its name: a line about it, and what makes it."""


def pages() -> dict[str, str]:
    """Return every page by its name."""
    return {"README.md": index(), **{name: make() for name, (_, make) in MAKERS.items()}}


def index() -> str:
    """Return the page that lists the others."""
    rows = [(f"[{name.removesuffix('.md')}]({name})", about) for name, (about, _) in MAKERS.items()]
    rules = ("[rules](../patterns/README.md)", "The rules of `scaffold check`, with examples")
    return page(
        "Reference",
        "workshop/reference/pages.py",
        paragraph("These pages are made from the code and the template, so they match the version that you read."),
        table(("page", "has"), [*rows, rules]),
    )
