"""What the user of `scaffold new` sees of its files: which ones there are, which ones it replaces, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.tree import Tree

from scaffold.files.folder import RenderedFile
from scaffold.show.console import line
from scaffold.text.counted import counted
from scaffold.text.sizes import size


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
    out.print(f"{counted(len(files), 'file')}, {size(sum(len(file.content) for file in files))}")


def replaced(out: Console, folder: Path, names: Sequence[str]) -> None:
    """Print which files of a folder are replaced."""
    out.print(line(f"{folder}: replaces {counted(len(names), 'file')}:", style="bold"))
    for name in names:
        out.print(line(f"  {name}"), soft_wrap=True)


def remarks(out: Console, sentences: Iterable[str]) -> None:
    """Print what the user should know besides that."""
    for each in sentences:
        out.print(line(each), soft_wrap=True)


def done(out: Console, folder: Path, count: int, commands: Sequence[str], *, repository: bool) -> None:
    """Print what was made, and what to do now: enter the folder if it is another one, then these commands."""
    steps = (*([f"cd {folder}"] if folder != Path() else []), *commands)
    head = f"{folder}: {counted(count, 'file')}{', one commit' if repository else ''}.{' Next:' if steps else ''}"
    out.print(line(head, style="bold"), soft_wrap=True)
    for command in steps:
        out.print(line(f"  {command}"), soft_wrap=True)
