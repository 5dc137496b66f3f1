"""What the user of `scaffold new` sees: the answers with all that follows from them, the files, what to do next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from scaffold.engine.answers import Answers
from scaffold.files.folder import RenderedFile
from scaffold.show.console import compact, line
from scaffold.text.printable import printable
from scaffold.text.sizes import size


def summary(out: Console, answers: Answers, relevant: Sequence[str]) -> None:
    """Show the answers of these names, and what was derived from all with the reason."""
    table = Table("Question", "Answer", title="Answers", title_justify="left", header_style="bold")
    for name in relevant:
        table.add_row(name, Text(printable(_shown(answers.asked[name]), lines=True)))
    out.print(table)
    table = Table(title="Derived from them", title_justify="left", header_style="bold")
    for column in ("Derived", "Value", "Pattern"):
        table.add_column(column, no_wrap=True)
    table.add_column("Why")
    for each in answers.derived:
        table.add_row(*map(line, (each.name, each.value, each.pattern, each.reason)))
    out.print(table)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(json.dumps(item, ensure_ascii=False) for item in value) or "none"
    return compact(value)


def tree(out: Console, folder: str, files: Sequence[RenderedFile]) -> None:
    """Show the files as a tree with their sizes."""
    root = Tree(line(f"{folder}/", style="bold"))
    nodes: dict[str, Tree] = {"": root}
    for file in files:
        parent = ""
        for part in file.path.split("/")[:-1]:
            path = f"{parent}{part}/"
            if path not in nodes:
                nodes[path] = nodes[parent].add(line(f"{part}/", style="bold"))
            parent = path
        label = line(file.path.rsplit("/", 1)[-1])
        label.append(f"  {size(len(file.content))}{' executable' if file.executable else ''}", style="dim")
        nodes[parent].add(label)
    out.print(root)
    out.print(f"{len(files)} files, {size(sum(len(file.content) for file in files))}")


def done(out: Console, folder: Path, count: int, commands: Sequence[str], *, repository: bool) -> None:
    """Say what was made, and what to do now: enter the folder, then these commands."""
    head = f"{folder}: {count} files{', one commit' if repository else ''}. Next:"
    out.print(line(head, style="bold"), soft_wrap=True)
    for command in (f"cd {folder}", *commands):
        out.print(line(f"  {command}"), soft_wrap=True)
