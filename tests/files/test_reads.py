"""Every file that scaffold did not write itself is read by `scaffold.files.foreign`: regular, bounded, never waited for."""

from __future__ import annotations

import ast

from workshop.goldens import ROOT

PROC = "the kernel's own files, which are no regular ones"
PACKAGE = "comes with the package"
OWN = "scaffold's own file, below .git or beside it"

READS = {
    "scaffold/files/foreign.py": "the reader itself",
    "scaffold/files/held.py": "compares a file that was read before with what it holds now, in a folder that is held open",
    "scaffold/files/rewrite.py": "holds a folder",
    "scaffold/files/leftovers.py": "holds a folder",
    "scaffold/files/private.py": "the user's own cache, with its own look at the owner",
    "scaffold/files/staging.py": "scaffold's own mark in a folder of its own",
    "scaffold/files/cache.py": "a folder, to lock it",
    "scaffold/engine/bounds.py": PROC,
    "scaffold/files/folder.py": "writes; and the kernel's own file on a mount",
    "scaffold/__main__.py": "/dev/null, to write to",
    "scaffold/documentation/pages.py": PACKAGE,
    "scaffold/releases/history.py": PACKAGE,
    "scaffold/releases/source.py": PACKAGE,
    "scaffold/prove/cluster/stubs.py": PACKAGE,
    "scaffold/prove/stub_server.py": "runs in a pod of its own, and reads what scaffold put there",
    "scaffold/releases/trees.py": "what scaffold unpacked into the user's cache",
    "scaffold/atomic/lock.py": OWN,
    "scaffold/atomic/journal.py": OWN,
    "scaffold/atomic/transaction.py": OWN,
    "scaffold/template/tag.py": "the index that scaffold made for a release",
    "scaffold/cli/judges.py": "a service that scaffold rendered into a folder of its own",
    "scaffold/update/scratch.py": OWN,
    "scaffold/update/resolve.py": "the user's own file in his work tree, which git checked out",
    "scaffold/pin/credentials.py": "the user's own configuration of Docker",
    "scaffold/prove/containers/files.py": "an archive that the runtime writes, piece by piece",
    "scaffold/prove/experiments/containers/p05_logs_to_stdout.py": "an archive that the runtime wrote, from memory",
    "scaffold/prove/load.py": "what the load generator that scaffold started writes",
    "scaffold/prove/containers/groups.py": PROC,
    "scaffold/prove/containers/processes.py": PROC,
    "scaffold/prove/cluster/place.py": "a copy of the manifests that scaffold made",
}
"""Where files are read in another way, and why that is right."""

METHODS = frozenset({"read_text", "read_bytes", "open"})
LOADERS = {
    "yaml": {"scaffold/files/yaml.py", "scaffold/releases/records.py"},
    "tomllib": {"scaffold/files/toml.py"},
}
"""Which modules may make values of YAML and TOML: the bounded ones, and those that read what comes with the package."""


def modules() -> dict[str, ast.Module]:
    files = sorted((ROOT / "scaffold").rglob("*.py"))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_bytes()) for file in files}


def reads(module: ast.Module) -> list[int]:
    """Return the lines that open or read a file by Python's own means."""
    calls = (node.func for node in ast.walk(module) if isinstance(node, ast.Call))
    return [
        each.lineno
        for each in calls
        if (isinstance(each, ast.Name) and each.id == "open")
        or (isinstance(each, ast.Attribute) and each.attr in METHODS)
    ]


def test_files_are_read_by_the_bounded_reader() -> None:
    found = {name: lines for name, module in modules().items() if (lines := reads(module))}
    elsewhere = {name: lines for name, lines in found.items() if name not in READS}
    assert not elsewhere, "read by scaffold.files.foreign, or say in READS why not"
    assert all((ROOT / name).is_file() for name in READS)


def test_a_read_is_seen() -> None:
    for line in ("open('a')", "file.read_text()", "(a / b).read_bytes()", "os.open(a, 0)", "file.open('rb')"):
        assert reads(ast.parse(line)), line
    assert not reads(ast.parse("read_foreign(a)\nopened.read()"))


def test_values_are_made_by_the_bounded_loaders() -> None:
    makers = frozenset({"load", "load_all", "safe_load", "safe_load_all", "compose", "compose_all", "loads"})
    for name, module in modules().items():
        for node in ast.walk(module):
            if not (isinstance(node, ast.Attribute) and node.attr in makers and isinstance(node.value, ast.Name)):
                continue
            if node.value.id in LOADERS:
                assert name in LOADERS[node.value.id], f"{name}:{node.lineno}: use scaffold.files.{node.value.id[:4]}"


def test_no_reason_is_left_over() -> None:
    """A module that reads nothing any more leaves the list, so that the next read in it is looked at."""
    found = {name for name, module in modules().items() if reads(module)}
    assert set(READS) <= found
