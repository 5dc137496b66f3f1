"""Which files of this repository a test's module is made of: itself, the conftests above it, and all that they import.

Imports are read, not run, also those inside functions. A module that imports by name (`importlib`, `pkgutil`) may get
any module of its package, so all of them count. So do data files beside a module, and all below the test's own folder.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workshop.goldens import ROOT

OWN = ("tests", "workshop", "scaffold", "releasing", "bench")
BY_NAME = {"importlib", "pkgutil", "runpy"}


@cache
def imports(source: bytes, package: tuple[str, ...]) -> frozenset[str]:
    """Return the names that a module's source imports; `a.b` may be a module, or a name in the module `a`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            parts = (*base, *(node.module.split(".") if node.module else ()))
            found |= {".".join((*parts, each.name)) for each in node.names} | {".".join(parts)}
    return frozenset(found)


def modules(name: str, root: Path) -> Iterator[Path]:
    """Yield the files of a module and of the packages around it; of a name in a module, those of the module."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:count])
        yield from (each for each in (path / "__init__.py", path.with_suffix(".py")) if each.is_file())


def is_data(path: Path) -> bool:
    """Tell whether a file is no module of a package; a program that tests start, or copy, is none."""
    module = path.suffix == ".py" and (path.parent / "__init__.py").exists()
    return path.is_file() and path.suffix != ".pyc" and not module


def code_of(module: Path, root: Path = ROOT) -> set[Path]:
    """Return all files that a test's module is made of."""
    waiting = [module]
    waiting += [path for folder in module.parents if folder != root and (path := folder / "conftest.py").is_file()]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        package = path.parent.relative_to(root).parts
        names = imports(path.read_bytes(), package)
        waiting += [each for name in names if name.split(".")[0] in OWN for each in modules(name, root)]
        if BY_NAME & {name.split(".")[0] for name in names}:
            waiting += path.parent.rglob("*.py")
    beside = {each for folder in {path.parent for path in found} for each in folder.iterdir() if is_data(each)}
    return found | beside | {each for each in module.parent.rglob("*") if is_data(each)}
