"""docs/reference/json.md: what machines get: an example of each output, and what its fields mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workshop import samples, stage
from workshop.goldens import ROOT
from workshop.reference.json_fields import ABORT, CHECK, ERROR, NEW, PIN, PROVE, RULES, SARIF, STATUS, UPDATE, Fields
from workshop.reference.markdown import block, codes, page, paragraph, table
from workshop.stage import Ran, Stage

_OLD, _NEW = "0.2.0", "0.3.0"
"""The releases that the examples show; later ones do not change the page."""

_LONGEST = 60


def make() -> str:
    """Return the page."""
    with stage.empty(only_git=True) as place:
        sections = [
            paragraph(
                "Commands print their result as JSON with `--json`, and nothing else on standard output. Messages and "
                "progress go to standard error. The examples are real output: of long lists they show the first item, "
                "and long texts end with `…`."
            ),
            paragraph(
                "A later release may add fields. Ignore fields that you do not know, and do not rely on their order."
            ),
            *_of_errors(place),
            *_of_new(place),
            *_of_service(place),
            *_of_check(place),
            *_by_fields(place),
        ]
    return page("JSON and SARIF", "workshop/reference/json_output.py and json_fields.py", *sections)


def _of_errors(place: Stage) -> list[str]:
    line = "scaffold new payments --defaults --data replica=3 --json"
    return ["## Errors", _example(line, _parsed(place.run(line), 3)), _fields(ERROR)]


def _of_new(place: Stage) -> list[str]:
    line = f"scaffold new payments --defaults --no-git --vcs-ref {_OLD} --json"
    told = _parsed(place.run(line))
    told["template"]["url"] = "REPOSITORY"
    told["files"] = [each for each in told["files"] if each["path"] == "Makefile"]
    return ["## scaffold new", _example(line, told, answers=3), _fields(NEW)]


def _of_service(place: Stage) -> list[str]:
    """Return the sections about a service that is older than the template."""
    for words in ("init --quiet", "add --all", "commit --quiet --message service"):
        _succeeded(place.run(f"git -C payments {words}"))
    status = _parsed(place.run("scaffold status payments --json"), 1)[0]
    status["newest"], status["releases"] = f"v{_NEW}", [f"v{_NEW}"]
    status["lacks"] = [each for each in status["lacks"] if each["version"] == _NEW]
    line = f"scaffold update payments --to {_NEW} --dry-run --json"
    update = _parsed(place.run(line))
    return [
        "## scaffold status",
        _example("scaffold status payments --json", [status]),
        paragraph("The list has one object for each folder. Of a folder with an error it has `folder` and `error`."),
        _fields(STATUS),
        "## scaffold update",
        _example(line, update, answers=3),
        paragraph("With several folders, the output is a list of such objects."),
        _fields(UPDATE),
        "### scaffold update --abort",
        _fields(ABORT),
    ]


def _of_check(place: Stage) -> list[str]:
    repository = place.folder / "shop"
    _write_shop(repository)
    found = _parsed(place.run("scaffold check --json", repository), 1)
    sarif = _parsed(place.run("scaffold check --format sarif", repository), 1)
    for each in sarif["runs"]:
        each["tool"]["driver"]["semanticVersion"] = _NEW
    rules = _parsed(place.run("scaffold check --rules --json", repository))
    return [
        "## scaffold check",
        _example("scaffold check --json", found),
        _fields(CHECK),
        "### scaffold check --rules",
        _example("scaffold check --rules --json", rules),
        _fields(RULES),
        "### scaffold check --format sarif",
        paragraph(
            "SARIF 2.1.0, for code scanning. Suppressed findings are left out. `--format github` prints workflow "
            "commands of GitHub Actions, and `--format junit` prints JUnit XML."
        ),
        _example("scaffold check --format sarif", sarif),
        _fields(SARIF),
    ]


def _by_fields(place: Stage) -> list[str]:
    questions = _parsed(place.run("scaffold questions --json --vcs-ref HEAD"))
    experiments = _parsed(place.run("scaffold prove --list --json"))
    return [
        "## scaffold questions",
        _example("scaffold questions --json", questions),
        paragraph(
            "[Questions](questions.md) explains the fields. `scaffold questions --schema` prints a JSON Schema of the "
            "answers file, for editors."
        ),
        "## scaffold prove --list",
        _example("scaffold prove --list --json", experiments),
        "## scaffold prove",
        _fields(PROVE),
        "## scaffold pin",
        _fields(PIN),
    ]


def _write_shop(folder: Path) -> None:
    """Write the repository with findings that docs/check.md shows."""
    for name, text in samples.files(ROOT / "docs" / "check.md").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _succeeded(ran: Ran, code: int = 0) -> str:
    """Return what a command printed.

    Raises:
        RuntimeError: when it ended with another exit code.
    """
    if ran.code != code:
        raise RuntimeError(f"exit code {ran.code}: {ran.errors}")
    return ran.output


def _parsed(ran: Ran, code: int = 0) -> Any:
    return json.loads(_succeeded(ran, code))


def _example(line: str, told: Any, **most: int) -> str:
    return block("console", f"$ {line}\n{json.dumps(_shortened(told, most), indent=2, ensure_ascii=False)}")


def _shortened(told: Any, most: dict[str, int]) -> Any:
    """Return data with the first item of each list, with texts of one line; `most` bounds objects by their key."""
    if isinstance(told, list):
        return [_shortened(each, most) for each in told[:1]]
    if isinstance(told, dict):
        return {
            key: _shortened(dict(list(value.items())[: most[key]]) if key in most else value, most)
            for key, value in told.items()
        }
    if isinstance(told, str) and len(told) > _LONGEST:
        return told[:_LONGEST].rstrip() + "…"
    return told


def _fields(fields: Fields) -> str:
    return table(("field", "meaning"), [(codes(names), meaning) for names, meaning in fields.items()])
