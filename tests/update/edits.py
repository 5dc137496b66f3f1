"""Edits as a team makes them."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from scaffold.engine.answers_file import NAME as FILE
from workshop.history import commit

ANSWERS = FILE


def edit_at_random(folder: Path, chance: random.Random) -> None:
    """Change, add and remove lines and files, and modes, each so that it shows; the answers file stays."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts
    )
    files = [path for path in files if path.name not in (FILE, ".gitattributes", ".gitignore")]
    for path in chance.sample(files, k=chance.randint(1, 8)):
        chance.choice([_change_a_line, _add_lines, _remove_a_line, _remove, _change_the_mode])(path, chance)
    for number in range(chance.randint(0, 3)):
        new = folder / chance.choice(["", "src", "notes/deep", "deploy/base"]) / f"own-{number}.txt"
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(chance.randbytes(chance.randint(0, 300)))


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _change_a_line(path: Path, chance: random.Random) -> None:
    lines = _lines(path) or [b""]
    lines[chance.randrange(len(lines))] = b"changed %d\n" % chance.randrange(1000)
    path.write_bytes(b"".join(lines))


def _add_lines(path: Path, chance: random.Random) -> None:
    lines = _lines(path)
    at = chance.randint(0, len(lines))
    lines[at:at] = [b"added %d\n" % chance.randrange(1000)] * chance.randint(1, 4)
    path.write_bytes(b"".join(lines))


def _remove_a_line(path: Path, chance: random.Random) -> None:
    if lines := _lines(path):
        del lines[chance.randrange(len(lines))]
        path.write_bytes(b"".join(lines))
    else:
        _add_lines(path, chance)


def _remove(path: Path, _: random.Random) -> None:
    path.unlink()


def _change_the_mode(path: Path, _: random.Random) -> None:
    path.chmod(path.stat().st_mode ^ 0o111)


def without_record(service: Path) -> Path:
    """Make it a service of 0.3.0 or older: its answers file has neither names of what was given, nor a digest."""
    file = service / ANSWERS
    file.write_text(re.sub(r"(?s)\n# The answers that you gave.*", "\n", file.read_text()))
    commit(service, "an older service")
    return service


def changed(outcome: Any) -> dict[str, tuple[Any, Any, str]]:
    """Return the answers that an update changed: before, after, and why."""
    return {each.name: (each.before, each.after, each.why) for each in outcome.report.answers}
