"""What a service's README describes, as a team does it by hand: no example, a route, a job and startup work of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from workshop.history import edit

TEAM = Path(__file__).parent / "team"
"""The files that a team writes, in a folder for each language."""


@dataclass(frozen=True)
class Steps:
    """The folder of the team's files, the files that it deletes, and its lines: file, where in it, what."""

    folder: str
    deleted: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...]


GO = Steps(
    "go",
    ("internal/api/greetings.go", "internal/api/greetings_test.go"),
    (
        ("internal/api/api.go", r"^\taddGreetings\(typed\)$", "\taddOrders(typed)"),
        ("main.go", r'(?<=\t\t\{"serve", serve\},\n)', '\t\t{"nightly", job(jobs.Nightly)},\n'),
        ("serve.go", r"(?<=settings config\.Config\) error \{\n)(?=\tselect)", '\tslog.Debug("the cache is warm")\n'),
    ),
)
RUST = Steps(
    "rust",
    ("src/greetings.rs", "tests/greetings.rs"),
    (
        ("src/lib.rs", r"^pub mod greetings;$", "pub mod orders;"),
        ("src/routes.rs", r"^use crate::greetings;\n", ""),
        ("src/routes.rs", r"(?=^use crate::phase::Phase;)", "use crate::orders;\n"),
        ("src/routes.rs", r"routes!\(greetings::greet\)", "routes!(orders::read_order)"),
        ("src/jobs.rs", r"(?=^pub const JOBS)", "mod nightly_job;\n\n"),
        (
            "src/jobs.rs",
            r"(?<=    // One entry for each sub-command\.\n)",
            '    Job {\n        name: "nightly",\n        run: nightly_job::run,\n    },\n',
        ),
        ("src/serve.rs", r"(?<=async fn prepare\(app: &App\) \{\n)", '    tracing::debug!("the cache is warm");\n'),
    ),
)
BY_HAND = {"batch": GO, "standalone-rust": RUST}
"""A golden of a language, and what a team does with it."""


def by_hand(folder: Path, name: str) -> frozenset[str]:
    """Take the steps, if the golden of that name has some; return the files that changed."""
    steps = BY_HAND.get(name)
    if steps is None:
        return frozenset()
    shutil.copytree(TEAM / steps.folder, folder, dirs_exist_ok=True)
    for path in steps.deleted:
        (folder / path).unlink()
    for path, place, text in steps.edits:
        edit(folder / path, place, text)
    return frozenset({*steps.deleted, *(path for path, _, _ in steps.edits), "openapi.json"})
