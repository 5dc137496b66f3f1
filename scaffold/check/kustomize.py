"""Kustomizations: which files they own, what they build to, and where a built value was written.

A base is no deployment by itself, so the outermost kustomizations are built, by `kustomize` or `kubectl kustomize`.
Both are asked for origins (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/), so
that a finding can be shown in the file that people edit.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scaffold.check.built import Built
from scaffold.check.origin import BuiltDocument, Origins
from scaffold.check.source import Note, Source, read
from scaffold.check.yaml_nodes import Value, documents
from scaffold.files.walk import shown

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})

_FOLDERS = ("resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators")
_PATIENCE = 60
_WAY = re.compile(r"recursed accumulation of path '[^']*': |couldn't make target for path '[^']*': ")
_LOGGED = re.compile(r'"command failed" err="(.*)"$')


class Tree:
    """The kustomizations among some files: `files` are those that belong to them, `roots` the outermost ones."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names of all files; the kustomizations among them are read."""
        self.notes: list[Note] = []
        self.files: set[str] = set()
        self.kustomizations: dict[str, Value] = {}
        known = set(names)
        for name in sorted(known):
            if name.rpartition("/")[2] in NAMES:
                self.files.add(name)
                self._read(name)
        used = set()
        for folder, root in self.kustomizations.items():
            for reference in _references(root):
                path = posixpath.normpath(posixpath.join(folder, reference))
                if path in known:
                    self.files.add(path)
                used.add("" if path == "." else path)
        self.roots = [
            folder
            for folder, root in self.kustomizations.items()
            if folder not in used and root.text("kind") != "Component"
        ]

    def _read(self, name: str) -> None:
        source = read(name)
        if isinstance(source, Source):
            found, note = documents(source)
            if found and not note:
                self.kustomizations[name.rpartition("/")[0]] = found[0].root
            source = note
        if isinstance(source, Note):
            self.notes.append(source)

    def build(self) -> list[Built]:
        """Return what each of the outermost kustomizations builds to; `notes` tell of those that can't be built."""
        if not self.roots:
            return []
        command = _command()
        if command is None:
            why = "is not judged: neither kustomize nor kubectl is there to build it"
            self.notes += [Note(self.kustomizations[folder].place().path, why) for folder in self.roots]
            return []
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            found = list(pool.map(lambda folder: self._build(command, folder), self.roots))
        self.notes += [each for each in found if isinstance(each, Note)]
        return [each for each in found if isinstance(each, Built)]

    def chain(self, folder: str) -> list[Value]:
        """Return a kustomization and all that it is made of, the outermost first."""
        found: dict[str, Value] = {}
        waiting = [folder]
        while waiting:
            each = waiting.pop(0)
            if each in self.kustomizations and each not in found:
                root = found[each] = self.kustomizations[each]
                below = (posixpath.normpath(posixpath.join(each, name)) for name in _references(root))
                waiting += ["" if name == "." else name for name in below]
        return list(found.values())

    def _build(self, command: list[str], folder: str) -> Built | Note:
        path = self.kustomizations[folder].place().path
        with tempfile.TemporaryDirectory(prefix="scaffold-") as around:
            outer = Path(around, "kustomization.yaml")
            target = os.path.relpath(Path(folder or ".").resolve(), outer.parent.resolve()).replace(os.sep, "/")
            outer.write_text(f"resources: ['{target}']\nbuildMetadata: [originAnnotations]\n", encoding="utf-8")
            try:
                done = subprocess.run([*command, around], capture_output=True, check=False, timeout=_PATIENCE)
            except (OSError, subprocess.TimeoutExpired) as error:
                return Note(path, f"can't be built: {error}; not judged")
            origins = Origins(outer.parent.resolve(), self.kustomizations[folder], lambda: self.chain(folder))
        if done.returncode != 0:
            return Note(path, f"can't be built: {_problem(done.stderr, around)}; not judged")
        found, note = documents(Source(shown(folder or "."), done.stdout))
        return note or Built(folder or ".", [BuiltDocument(each.source, each.node, origins) for each in found])


def _problem(stderr: bytes, around: str) -> str:
    """Return what a tool says is wrong, without the path of its log line and the folders above that it passed."""
    said = " ".join(stderr.decode("utf-8", "replace").removeprefix("error: ").split())
    if logged := _LOGGED.search(said):
        said = logged[1].replace('\\"', '"')
    innermost = said.rpartition("accumulating resources: ")[2].removeprefix("accumulation err=")
    innermost = _WAY.split(innermost)[-1]
    return innermost.replace(around, "").replace(f"{Path.cwd()}/", "")


def _command() -> list[str] | None:
    if kustomize := shutil.which("kustomize"):
        return [kustomize, "build"]
    if kubectl := shutil.which("kubectl"):
        return [kubectl, "kustomize"]
    return None


def _references(root: Value) -> Iterator[str]:
    """Yield the files and folders that a kustomization names, from its own folder."""
    for key in _FOLDERS:
        yield from (text for item in root.items(key) if (text := item.text()) and "\n" not in text)
    for key in ("patches", "patchesJson6902", "replacements"):
        yield from (text for item in root.items(key) if (text := item.text("path")))
    yield from (text for item in root.items("patchesStrategicMerge") if (text := item.text()) and "\n" not in text)
    for key in ("configMapGenerator", "secretGenerator"):
        for generator in root.items(key):
            for files in ("files", "envs"):
                names = (item.text() or "" for item in generator.items(files))
                yield from (name.partition("=")[2] or name for name in names)
            if env := generator.text("env"):
                yield env
    yield from (text for chart in root.items("helmCharts") if (text := chart.text("valuesFile")))
