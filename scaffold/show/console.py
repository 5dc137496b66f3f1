"""What the user sees: summaries, trees and progress on standard error, by rich; results on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from scaffold.cli.say import say_json
from scaffold.show.screen import console as console
from scaffold.show.screen import line
from scaffold.text.printable import printable
from scaffold.text.sizes import size

if TYPE_CHECKING:
    from scaffold.engine.answers import Answers
    from scaffold.files.folder import RenderedFile


class OnStep(Protocol):
    """Tells how many of how many steps are done."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show it."""


def as_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    say_json(value)


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
    return _compact(value)


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


@contextmanager
def progress(out: Console, label: str) -> Iterator[OnStep]:
    """Show a bar while the block runs, where there is a terminal."""
    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), console=out, transient=True
    )
    bar.disable = not out.is_terminal or out.quiet
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def questions(described: Sequence[dict[str, Any]], defaults: Mapping[str, Any]) -> None:
    """Print every question with its type, default (beside the defaults of all others), choices, meaning and example."""
    out = console(result=True)
    for each in described:
        out.print(line((each["name"], "bold"), f"  {each['type']}"))
        _indented(out, 2, each["help"])
        follows = " (follows from other answers)" if "{{" in str(each["default"]) else ""
        _indented(out, 2, f"default: {_compact(defaults[each['name']])}{follows}", style="dim")
        if each["example"] is not None:
            _indented(out, 2, f"example: {_compact(each['example'])}", style="dim")
        if "choices" in each:
            _indented(out, 2, f"choices: {', '.join(each['choices'])}", style="dim")
        for field in each.get("fields", []):
            optional = "" if field["required"] else " (optional)"
            _indented(out, 4, f"{field['name']}  {field['type']}{optional}  {field['help']}", style="dim")


def _indented(out: Console, columns: int, words: str, style: str = "") -> None:
    """Print a paragraph: wrapped in a terminal, in one line for other programs."""
    if out.is_terminal:
        out.print(Padding(Text(words, style=style), (0, 0, 0, columns)))
    else:
        out.print(" " * columns + words, soft_wrap=True)


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def pins(out: Console, edits: Sequence[dict[str, Any]], images: int) -> None:
    """Show each reference that got a digest."""
    for edit in edits:
        out.print(line(f"{edit['path']}:{edit['line']}: {edit['after']}"), soft_wrap=True)
    out.print(Text(f"{images} images, {len(edits)} changes."))
