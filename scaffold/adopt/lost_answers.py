"""A service that Copier made from the template, and that lost its answers file: which version and answers made it.

Answers that were read are the beginning. Each version is rendered with them, and that which is most like the files is
the nearest. Then each question with choices gets the one that makes both still more alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers import Answers
from scaffold.engine.questions import Question
from scaffold.errors import AnswerError, TemplateError
from scaffold.releases import Revision
from scaffold.releases.editions import Editions

_MOST_WORDS = 5  # in front of a job's own: an init, `--`, an interpreter, a program

LEAST = 0.5
"""How alike the files must be: less is a service that only has files of the same names."""


@dataclass(frozen=True)
class Lost:
    """The version and the answers that a service was made from, most likely.

    `alike` is how alike the files are, from 0 to 1: twice the lines that both have, in all lines of both.
    """

    revision: Revision
    answers: Answers
    alike: float


class Search:
    """Compares the files of a service, by their paths in its folder, with what versions of a template give."""

    def __init__(self, editions: Editions, files: Mapping[str, bytes], source: str) -> None:
        """Take the template's versions, the files, and the template's address as services remember it."""
        self._editions, self._source = editions, source
        self._lines = {path: Counter(content.splitlines()) for path, content in files.items()}
        self._description = _summary(files.get("README.md", b""))

    def nearest(self, revisions: Sequence[Revision], read: Mapping[str, Any]) -> Lost | None:
        """Return the nearest of some versions, the newest of those that are equally near; None where none is near.

        The versions are in their order, the newest last. `read` are the answers that were read: what a version does not
        ask, or does not take, is left out.
        """
        description = self._description or read.get("description", "")
        given = {**read, "description": description, "code": "generated"}
        given["language"] = self._language(revisions[-1], given)
        found = [lost for revision in revisions if (lost := self._at(revision, given))]
        best = max(reversed(found), key=lambda each: each.alike, default=None)
        return None if best is None or best.alike < LEAST else self._refined(best)

    def _language(self, revision: Revision, given: Mapping[str, Any]) -> str:
        """Return the language with which a version comes nearest."""
        asked = {question.name: question for question in self._editions.template(revision).asked}
        if "language" not in asked:
            return ""
        tried = {each: self._at(revision, {**given, "language": each}) for each in asked["language"].choices.values()}
        return max(((lost.alike, each) for each, lost in tried.items() if lost), default=(0, ""))[1]

    def _at(self, revision: Revision, given: Mapping[str, Any]) -> Lost | None:
        """Return how near a version comes with the answers that it takes; None where it takes none of them."""
        asked = {question.name for question in self._editions.template(revision).asked}
        left = {name: value for name, value in given.items() if name in asked and value != ""}
        while True:
            try:
                answers = self._editions.resolve(revision, left, earlier=left)  # those that are not asked just go
            except AnswerError as error:
                if error.question not in left:
                    return None
                del left[error.question]
            else:
                return self._measured(revision, answers)

    def _measured(self, revision: Revision, answers: Answers) -> Lost:
        rendered = self._editions.rendered(revision, answers, self._source, "sha1")
        same = lines = 0
        for path, content in rendered.contents.items():
            if path != rendered.answers_file:
                theirs, ours = Counter(content.splitlines()), self._lines.get(path, Counter())
                same += (theirs & ours).total()
                lines += theirs.total() + ours.total()
        return Lost(revision, answers, 2 * same / lines if lines else 0)

    def _refined(self, lost: Lost) -> Lost:
        """Return the nearest answers: what may be another one is tried, a question after the other."""
        for question in self._editions.template(lost.revision).asked:
            if question.name in lost.answers.asked:
                for value in _others(question, lost.answers.asked[question.name]):
                    lost = max(lost, self._with(lost, question.name, value), key=lambda each: each.alike)
        return lost

    def _with(self, lost: Lost, name: str, value: Any) -> Lost:
        """Return how near another answer comes; the same as before where the version does not take it."""
        asked = lost.answers.asked
        given = {each: asked[each] for each in lost.answers.given if each in asked} | {name: value}
        try:
            answers = self._editions.resolve(lost.revision, given, earlier=given)
            return self._measured(lost.revision, answers)
        except (AnswerError, TemplateError):
            return lost


def _others(question: Question, value: Any) -> Iterator[Any]:
    """Yield other answers to a question: its choices, no record, and commands of jobs without the words in front."""
    if question.type == "bool":
        yield not value
    elif question.name not in ("code", "language"):
        yield from (each for each in question.choices.values() if each != value)
    if question.fields and value:
        if question.name == "jobs":
            for count in range(1, _MOST_WORDS):
                yield [{**job, "command": _without(job["command"], count)} for job in value]
        yield []


def _without(command: str, count: int) -> str:
    """Return a command without its first words: those that start the program of the service are in each job."""
    words = command.split(" ")
    return " ".join(words[count:] or words[-1:])


def _summary(readme: bytes) -> str:
    """Return the paragraph below the title of a README, where there is one: it is the description."""
    blocks = readme.decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n")
    return blocks[1].strip() if len(blocks) > 1 and blocks[0].startswith("# ") else ""
