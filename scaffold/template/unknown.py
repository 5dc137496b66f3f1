"""Refuses an overlay whose files or questions use a variable that no question and no file of the template defines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables

from scaffold.engine.jinja import Renderer
from scaffold.errors import FileError
from scaffold.files.folder import RenderedFile
from scaffold.template.base import SKELETON, Base
from scaffold.template.overlay import FILES, QUESTIONS, Overlay
from scaffold.text.encoding import not_utf8
from scaffold.text.nearest import suggest

LISTED = "`scaffold questions --template .` lists the questions."
_OF_COPIER = frozenset({"_copier_answers", "_copier_conf"})
_OF_JINJA = frozenset({"caller", "kwargs", "loop", "self", "super", "varargs"})
_GUARDS = frozenset({"default", "d", "defined", "undefined"})
"""Filters and tests of Jinja that take a variable which may be missing."""
_TEXTS = ("default", "validator", "when", "relevant", "reason", "help")
"""Keys of a question that are Jinja."""
_PIECE = re.compile(r"(?:^|/)\{\{ parts \}\}/")
"""A folder whose files are included only, and so see the variables of whatever includes them."""


@dataclass(frozen=True)
class Names:
    """Finds names that nobody defines, among the files that are built of an overlay, and their `questions`."""

    overlay: Overlay
    base: Base
    files: Mapping[str, RenderedFile]
    questions: Mapping[str, Any]

    def check(self) -> None:
        """Refuse the first file or question that uses a name without a value.

        Raises:
            FileError: with the file, the line, the name and the nearest one.
        """
        self._check_files()
        self._check_questions()
        self._check_unused()
        for name in sorted(_defined(self.base.questions) - self._known):
            self._check_hidden(name)

    def _check_files(self) -> None:
        for path, file in self.overlay.files.items():
            where = f"{FILES}/{path}"
            pieces = [path]
            if self._is_template(path):
                pieces.append(decoded(file.content, where))
            inherited = self._assigned if _PIECE.search(path) else self._loops(path)
            for text in pieces:
                for name, line in self._unknown(text, where, inherited):
                    near = suggest(name, sorted(self._known), LISTED)
                    raise FileError(f"{where}:{line}: {name} is not a question, and the file does not set it. {near}")

    def _check_questions(self) -> None:
        for name, spec in self.overlay.questions.items():
            for key in _TEXTS:
                for unknown, _ in self._unknown(spec.get(key), f"{QUESTIONS}: {name}, {key}", {"UNSET"}):
                    near = suggest(unknown, sorted(self._known), LISTED)
                    raise FileError(f"{QUESTIONS}: {name}, {key}: {unknown} is not a question. {near}")

    def _check_unused(self) -> None:
        """Refuse a fixed value that nothing uses: its name is probably meant to be that of another question."""
        for name, spec in self.overlay.questions.items():
            if name not in self.base.questions and "fixed" in spec and not self._is_used(name):
                what = f"is not a question of the base ({self.base.revision.name}), and nothing of yours uses it"
                raise FileError(f"{QUESTIONS}: {name} {what}. {self.base.suggestion(name, LISTED)}")

    def _is_used(self, name: str) -> bool:
        word = re.compile(rf"\b{re.escape(name)}\b")
        others = [spec for other, spec in self.overlay.questions.items() if other != name]
        files = (path + file.content.decode(errors="replace") for path, file in self.overlay.files.items())
        return any(word.search(text) for text in (*map(str, others), *files))

    def _check_hidden(self, name: str) -> None:
        """Refuse to hide a question without a default where the base uses it."""
        way = f"{QUESTIONS} hides {name} without a default. Write `{name}: {{fixed: VALUE}}` there."
        for path, file in self.files.items():
            if path.startswith(SKELETON) and name.encode() in file.content + path.encode():
                short = path.removeprefix(SKELETON)
                content = file.content.decode(errors="replace") if self._is_template(short) else ""
                for text in (short, content):
                    for unknown, line in self._unknown(text, path, self._assigned):
                        if unknown == name:
                            raise FileError(f"{path}, line {line}: it uses {name}, but {way}")
        for other, spec in self.questions.items():
            texts = spec if isinstance(spec, Mapping) else {"default": spec}
            for key in _TEXTS:
                if other != name and name in dict(self._unknown(texts.get(key), f"{other}, {key}", frozenset())):
                    raise FileError(f"{QUESTIONS}: the question {other} uses {name}, but {way}")

    def _is_template(self, path: str) -> bool:
        return path.endswith(self.base.template.suffix) or bool(_PIECE.search(path))

    def _loops(self, path: str) -> frozenset[str]:
        """Return what `{% yield … %}` in a path sets for the file."""
        return frozenset(re.findall(r"\{%-?\s*yield\s+(\w+)\s+from\b", path))

    def _unknown(self, text: Any, where: str, inherited: Collection[str]) -> Iterator[tuple[str, int]]:
        """Yield each name that a template uses and nobody sets, with the line of its first use."""
        if not isinstance(text, str) or "{" not in text:
            return
        tree = self._parsed(text, where)
        names = self._undeclared(tree, where) - self._known - set(inherited) - _guarded(tree) - _set_in(tree)
        for node in tree.find_all(nodes.Name):
            if node.name in names:
                names.discard(node.name)
                yield node.name, node.lineno

    def _parsed(self, text: str, where: str) -> nodes.Template:
        try:
            return self._renderer.environment.parse(text)
        except TemplateSyntaxError as error:
            raise _invalid(error, where) from error

    def _undeclared(self, tree: nodes.Template, where: str) -> set[str]:
        try:
            return find_undeclared_variables(tree)
        except TemplateSyntaxError as error:  # a filter or test that there is not
            raise _invalid(error, where) from error

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self.base.template.root, self.base.template.settings)

    @cached_property
    def _known(self) -> frozenset[str]:
        env = self._renderer.environment
        return _defined(self.questions) | _OF_COPIER | _OF_JINJA | frozenset(env.globals)

    @cached_property
    def _assigned(self) -> frozenset[str]:
        """Return every name that some file of the template sets: an included file may see it."""
        found: set[str] = set()
        for path, file in self.files.items():
            short = path.removeprefix(SKELETON)
            if path != short and self._is_template(short):
                found |= self._loops(short)
                found |= _set_in(self._parsed(file.content.decode(errors="replace"), path))
        return frozenset(found)


def _invalid(error: TemplateSyntaxError, where: str) -> FileError:
    message = " ".join(str(error.message).split()).rstrip(".")
    return FileError(f"{where}:{error.lineno}: it is not valid Jinja: {message}.")


def decoded(content: bytes, where: str) -> str:
    """Return the text of a file of an overlay, which is at `where`.

    Raises:
        FileError: when it is not UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FileError(f"{where} {not_utf8(error)}.") from error


def _set_in(tree: nodes.Template) -> set[str]:
    """Return every name that a template sets somewhere: in any branch, loop or macro."""
    found = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    found |= {node.target for node in tree.find_all(nodes.Import)}
    found |= {node.name for node in tree.find_all(nodes.Macro)}
    for imported in tree.find_all(nodes.FromImport):
        found |= {each if isinstance(each, str) else each[1] for each in imported.names}
    return found


def _guarded(tree: nodes.Template) -> set[str]:
    """Return the names that a template takes as perhaps missing."""
    guards = [*tree.find_all(nodes.Test), *tree.find_all(nodes.Filter)]
    return {each.node.name for each in guards if each.name in _GUARDS and isinstance(each.node, nodes.Name)}


def _defined(questions: Mapping[str, Any]) -> frozenset[str]:
    """Return the questions that have a value in every service."""
    return frozenset(
        name
        for name, spec in questions.items()
        if not (isinstance(spec, Mapping) and spec.get("when") is False and "default" not in spec)
    )
