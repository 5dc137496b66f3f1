"""The goldens of a platform's template: platform/goldens/NAME.yml has answers, the folder beside it the service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.engine.answers import Answers, Questionnaire
from scaffold.engine.answers_file import read_answers
from scaffold.engine.jinja import Renderer
from scaffold.engine.render import Origin, render
from scaffold.engine.template import Template
from scaffold.errors import OptionError
from scaffold.files.folder import RenderedFile, read_rendered
from scaffold.template.overlay import FOLDER
from scaffold.template.trouble import Trouble, differing_line

GOLDENS = f"{FOLDER}/goldens"
LAW = "goldens"


@dataclass(frozen=True)
class Workshop:
    """Renders services with the built template. They remember its address and no version, so that goldens stay."""

    template: Template
    url: str

    @cached_property
    def _renderer(self) -> Renderer:
        return Renderer(self.template.root, self.template.settings)

    def answers(self, given: Mapping[str, Any]) -> Answers:
        """Return all answers.

        Raises:
            AnswerError, TemplateError: as `Questionnaire.resolve` does.
        """
        return Questionnaire(self.template, self._renderer).resolve(given)

    def service(self, given: Mapping[str, Any]) -> list[RenderedFile]:
        """Return the files of a service.

        Raises:
            AnswerError, TemplateError: when the template or an answer is wrong.
        """
        return render(self.template, self._renderer, self.answers(given), Origin(self.url, None))


@dataclass(frozen=True)
class Golden:
    """One golden of the template in `root`."""

    root: Path
    name: str

    @property
    def file(self) -> str:
        """Return the path of its answers."""
        return f"{GOLDENS}/{self.name}.yml"

    @property
    def folder(self) -> str:
        """Return the path of its service."""
        return f"{GOLDENS}/{self.name}"

    def given(self) -> dict[str, Any]:
        """Return its answers.

        Raises:
            AnswerError: when the file is none of answers.
        """
        return read_answers(self.root / self.file, below=self.root)

    def there(self) -> dict[str, RenderedFile]:
        """Return the files of its service as they are kept, by their paths there."""
        folder = self.root / self.folder
        files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
        return {
            path: read_rendered(path, file, below=self.root)
            for file in files
            if (path := file.relative_to(folder).as_posix())
        }

    def kept(self, files: Iterable[RenderedFile]) -> dict[str, RenderedFile]:
        """Return the files of its service where they are kept, by their paths from the template's top."""
        return {path: replace(file, path=path) for file in files if (path := f"{self.folder}/{file.path}")}

    def differences(self, files: Sequence[RenderedFile]) -> Iterator[Trouble]:
        """Yield a trouble for each file that is not as it is kept."""
        there, made = self.there(), {file.path: file for file in files}
        for path in sorted(there | made):
            old, new = there.get(path), made.get(path)
            place = f"{self.folder}/{path}"
            if old is None:
                yield Trouble(place, 1, LAW, "The service has this file, and the golden does not.")
            elif new is None:
                yield Trouble(place, 1, LAW, "The golden has this file, and the service does not.")
            elif old.content != new.content:
                line = differing_line(old.content, new.content)
                yield Trouble(place, line, LAW, f"The service has another line: {_shown(new.content, line)}")
            elif old.executable != new.executable:
                yield Trouble(place, 1, LAW, "Only one of golden and service can be executed.")


def goldens_of(root: Path, names: Sequence[str] = ()) -> list[Golden]:
    """Return the goldens in a folder, or those of these names.

    Raises:
        OptionError: when there is none of a name.
    """
    found = [Golden(root, file.stem) for file in sorted((root / GOLDENS).glob("*.yml"))]
    for name in names:
        if name not in {each.name for each in found}:
            known = ", ".join(each.name for each in found) or "none"
            raise OptionError(f"there is no golden {name}; the goldens are {known}.")
    return [each for each in found if not names or each.name in names]


def _shown(content: bytes, line: int) -> str:
    lines = content.decode(errors="replace").split("\n")
    text = lines[line - 1].strip() if line <= len(lines) else ""
    return repr(text[:80])
