"""`./dev docs`: runs the commands that documents show, and writes what they print into these documents.

Three marks, each a comment on the line before, say what belongs to a document's story. All of it runs in order, in one
empty folder:

- `<!-- write NAME -->`: the block of code below is this file;
- `<!-- run -->`: the block below shows commands, each on a line that begins with `$`, and their output;
- `<!-- do COMMAND -->`: the command runs, must succeed, and is not shown.

What a machine may lack (a network, containers) or what changes from run to run stays without a mark.
"""

from __future__ import annotations

import re
from pathlib import Path

from workshop import stage
from workshop.goldens import ROOT

_STEP = re.compile(
    r"<!-- do (?P<hidden>[^\n]+) -->"
    r"|<!-- write (?P<file>\S+) -->\n```\w*\n(?P<content>.*?)^```"
    r"|<!-- run -->\n```console\n(?P<shown>.*?)^```",
    re.DOTALL | re.MULTILINE,
)
_PROMPT = "$ "


def documents() -> list[Path]:
    """Return the documents that have a story."""
    found = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    return [path for path in found if _STEP.search(path.read_text())]


def retold(text: str) -> str:
    """Return a document with what its commands print now."""
    steps = list(_STEP.finditer(text))
    printed = iter(stage.play([each for step in steps for each in _commands(step)]))
    told, at = "", 0
    for step in steps:
        lines = [f"{_PROMPT}{words}\n{next(printed)}" for words in _commands(step)]
        if step["shown"] is not None:
            told += text[at : step.start("shown")] + "".join(lines)
            at = step.end("shown")
    return told + text[at:]


def files(document: Path) -> dict[str, str]:
    """Return the files that a document's story writes, by their paths."""
    steps = _STEP.finditer(document.read_text())
    return {step["file"]: step["content"] for step in steps if step["file"]}


def _commands(step: re.Match[str]) -> list[str]:
    if step["hidden"]:
        return [stage.quietly(step["hidden"])]
    if step["file"]:
        return [stage.write(step["file"], step["content"])]
    return [line.removeprefix(_PROMPT) for line in step["shown"].splitlines() if line.startswith(_PROMPT)]


def main() -> None:
    """Write the samples."""
    for document in documents():
        document.write_text(retold(document.read_text()))


if __name__ == "__main__":
    main()
