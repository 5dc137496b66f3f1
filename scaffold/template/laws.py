"""Tests a platform's template: what it gives is what the goldens show, and what any service must be."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.engine.template import load_template
from scaffold.errors import AnswerError, FileError, ScaffoldError
from scaffold.files.folder import RenderedFile
from scaffold.files.foreign import read_foreign
from scaffold.files.toml import parse_toml
from scaffold.files.yaml import load_all, problem_of
from scaffold.template import backstage, fixes, plain
from scaffold.template.build import build
from scaffold.template.goldens import Golden, Workshop
from scaffold.template.overlay import MANIFEST, POLICY, QUESTIONS
from scaffold.template.place import difference, write_plainly
from scaffold.template.trouble import Places, Trouble, differing_line, key_line
from scaffold.template.work import Platform

Checked = Callable[[Path], Iterable[tuple[str, int, str]]]
"""Returns what `scaffold check` finds in a service's folder: the file in it, the line, a sentence."""
Tried = Callable[[Path], Iterable[tuple[str, int, str]]]
"""Tries the policies in a folder on their examples: yields the file in it, the line, a sentence."""
Updated = Callable[[Mapping[str, RenderedFile]], Iterable[tuple[str, str, str]]]
"""Updates the last release's goldens to a built template: yields the name of a golden, a file of it, a sentence."""


@dataclass(frozen=True)
class Judges:
    """Judges whose commands know services: `scaffold check`, its policies and `scaffold update`; and plain Copier."""

    checked: Checked
    tried: Tried
    updated: Updated
    copier: bool = True


@dataclass(frozen=True)
class Tested:
    """What a test found: the goldens that it rendered, how many services in all, and the troubles by place.

    `lacks_copier` shows that plain Copier was to be asked, and is not installed.
    """

    goldens: tuple[str, ...]
    services: int
    troubles: tuple[Trouble, ...]
    rendered: Mapping[str, Sequence[RenderedFile]]
    lacks_copier: bool = False


def test(platform: Platform, goldens: Sequence[Golden], judges: Judges) -> Tested:
    """Test the template that is built of an overlay, with these goldens."""
    places = Places(platform.overlay)
    try:
        built = build(platform.overlay, platform.base)
    except ScaffoldError as error:
        return Tested((), 0, (places.of_error(error, "build", MANIFEST),), {})
    with tempfile.TemporaryDirectory(prefix="scaffold-template-") as name:
        folder = Path(name).resolve()
        write_plainly(folder, built)
        try:
            workshop = Workshop(load_template(folder), platform.overlay.url)
        except ScaffoldError as error:
            return Tested((), 0, (places.of_error(_without(error, folder), "build", QUESTIONS),), {})
        return _Test(platform, places, workshop, built, judges, folder).run(goldens)


@dataclass(frozen=True)
class _Test:
    platform: Platform
    places: Places
    workshop: Workshop
    built: Mapping[str, RenderedFile]
    judges: Judges
    folder: Path

    def run(self, goldens: Sequence[Golden]) -> Tested:
        broken = set(self._policies())
        troubles = {*self._not_built(), *self._not_in_catalog(), *self._undecided(), *broken}
        given: dict[str, Mapping[str, Any]] = {}
        rendered: dict[str, Sequence[RenderedFile]] = {}
        with_copier = self.judges.copier and plain.is_installed()
        for golden in goldens:
            try:
                given[golden.name] = golden.given()
                rendered[golden.name] = self.workshop.service(given[golden.name])
            except ScaffoldError as error:
                troubles.add(self._trouble(error, "renders", golden.file))
                continue
            troubles.update(golden.differences(rendered[golden.name]))
            troubles.update(self._of_files(golden, rendered[golden.name]))
            if not broken:
                troubles.update(self._checked(golden, given[golden.name], rendered[golden.name]))
            if with_copier:
                troubles.update(plain.compared(golden, self.workshop, given[golden.name], rendered[golden.name]))
        choices = list(self._choices())
        for file, choice in choices:
            troubles.update(self._choice(file, choice))
        for name, path, sentence in self.judges.updated(self.built):
            troubles.add(self._of_update(name, path, sentence))
        lacks = self.judges.copier and not with_copier
        return Tested(tuple(rendered), len(rendered) + len(choices), tuple(sorted(troubles)), rendered, lacks)

    def _trouble(self, error: ScaffoldError, law: str, otherwise: str) -> Trouble:
        return self.places.of_error(_without(error, self.folder), law, otherwise)

    def _not_built(self) -> Iterator[Trouble]:
        root = self.platform.root
        found = difference(root, self.built)
        for path in found.written:
            there = read_foreign(root / path) if (root / path).is_file() else b""
            line = differing_line(there, self.built[path].content)
            yield Trouble(path, line, "build", "It is not what is built. Run: scaffold template build")
        for path in found.removed:
            yield Trouble(path, 1, "build", "It is not built any more. Run: scaffold template build")

    def _not_in_catalog(self) -> Iterator[Trouble]:
        """Yield that the template.yaml which `scaffold template backstage` wrote is not what it would write now."""
        overlay = self.platform.overlay
        try:
            there = backstage.written(self.platform.root)
        except FileError:  # it is somebody else's
            return
        if there is not None:
            text = backstage.catalog_text(overlay, self.workshop.template.asked, **backstage.chosen(there, overlay))
            if there != text:
                line = differing_line(there.encode(), text.encode())
                message = "It is not what is written. Run: scaffold template backstage"
                yield Trouble(backstage.FILE, line, "backstage", message)

    def _policies(self) -> Iterator[Trouble]:
        for file, line, sentence in self.judges.tried(self.platform.root / POLICY):
            yield Trouble(f"{POLICY}/{file}", line, "policy", sentence)

    def _undecided(self) -> Iterator[Trouble]:
        titles = self.platform.base.titles
        for name in fixes.undecided(self.platform.overlay.fixes):
            line = key_line(self.platform.root / fixes.FIXES, name)
            text = f"{name} is undecided ({titles.get(name)}). {fixes.FORM}"
            yield Trouble(fixes.FIXES, line, "fixes", text)

    def _of_files(self, golden: Golden, files: Sequence[RenderedFile]) -> Iterator[Trouble]:
        """Yield what is wrong with single files: Jinja that was not rendered, and text that its own format refuses."""
        names = {question.name for question in self.workshop.template.questions}
        for file in files:
            source = self.places.source(file.path)
            for line, sentence in _wrong(file, names if source else frozenset()):
                yield Trouble(source or f"{golden.folder}/{file.path}", line, "format", sentence)

    def _checked(self, golden: Golden, given: Mapping[str, Any], files: Sequence[RenderedFile]) -> Iterator[Trouble]:
        """Yield what `scaffold check` finds, and does not find in the base's own service of the same answers."""
        found = self._findings(files)
        if found:
            base = Workshop(self.platform.base.template, self.workshop.url)
            known = {question.name for question in base.template.asked}
            with suppress(ScaffoldError):  # the base has no such service
                of_base = base.service({key: value for key, value in given.items() if key in known})
                there = {(path, sentence) for path, _, sentence in self._findings(of_base)}
                found = [each for each in found if (each[0], each[2]) not in there]
        for path, line, sentence in found:
            yield Trouble(f"{golden.folder}/{path}", line, "check", sentence)

    def _findings(self, files: Sequence[RenderedFile]) -> list[tuple[str, int, str]]:
        with tempfile.TemporaryDirectory(prefix="scaffold-golden-") as name:
            folder = Path(name).resolve()
            write_plainly(folder, {file.path: file for file in files})
            return list(self.judges.checked(folder))

    def _choices(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield one answer for each choice of each question that has choices."""
        for question in self.workshop.template.asked:
            for value in question.choices.values():
                if value != question.default:
                    yield question.name, {question.name: [value] if question.multiselect else value}

    def _choice(self, name: str, given: Mapping[str, Any]) -> Iterator[Trouble]:
        """Yield what is wrong with a service that has defaults, and one answer."""
        try:
            needed = {each.name: "x" for each in self.workshop.template.asked if each.required}
            self.workshop.service({**needed, **given})
        except AnswerError as error:
            if name == "language":  # any other answer may need one beside it
                yield self._trouble(error, "renders", QUESTIONS)
        except ScaffoldError as error:
            yield self._trouble(error, "renders", QUESTIONS)

    def _of_update(self, name: str, path: str, sentence: str) -> Trouble:
        golden = Golden(self.platform.root, name)
        if path:
            return Trouble(f"{golden.folder}/{path}", 1, "update", sentence)
        return self.places.of_error(AnswerError(sentence), "update", golden.file)


_TAG = re.compile(r"\{%-?\s*(?:if|elif|else|endif|for|endfor|set|include|macro|endmacro|raw|block|import|from)\b")
_VARIABLE = re.compile(r"(?<!\$)\{\{-?\s*(\w+)")


def _wrong(file: RenderedFile, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    text = file.content.decode(errors="replace")
    if names:
        for number, line in enumerate(text.splitlines(), 1):
            variable = _VARIABLE.search(line)
            if _TAG.search(line) or (variable and variable[1] in names):
                yield number, f"{file.path} has Jinja that was not rendered. Does its name need the ending .jinja?"
                break
    try:
        if file.path.endswith((".yml", ".yaml")):
            load_all(text)
        elif file.path.endswith(".toml"):
            parse_toml(file.content)
        elif file.path.endswith(".json") and file.content.strip():
            json.loads(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield (mark.line + 1 if mark else 1), f"{file.path} is not valid YAML: {problem_of(error)}."
    except ValueError as error:  # of json or tomllib
        at = re.search(r"line (\d+)", str(error))
        yield int(at[1]) if at else 1, f"{file.path} is not valid: {error}."


def _without(error: ScaffoldError, folder: Path) -> ScaffoldError:
    """Return an error that does not name the folder of a run."""
    error.args = (str(error).replace(f"{folder}/", "").replace(str(folder), "the template"),)
    return error
