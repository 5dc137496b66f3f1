"""A service on its way from one version of the template to another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from scaffold.engine.answers import Answers, check_names
from scaffold.engine.answers_file import NAME as FILE
from scaffold.engine.remembered import Remembered, read_remembered
from scaffold.errors import AnswerError, ServiceError
from scaffold.git.repository import Repository
from scaffold.releases import Revision
from scaffold.releases.editions import Editions
from scaffold.text.shown import shown
from scaffold.update.handwork import edited_names, rendered_from
from scaffold.update.wanted import Outcome, Wanted, apply_wanted

FOLDER = "folder"
"""The question for the service's folder in its repository."""


@dataclass(frozen=True)
class GeneratedService:
    """A service in a commit of a repository (`tree` is the commit's), in the folder `prefix`: "" or "a/b/"."""

    repository: Repository
    commit: str
    tree: str
    prefix: str
    remembered: Remembered

    @property
    def answers_file(self) -> str:
        """Return the path of its answers file, from the top of the repository."""
        return self.prefix + FILE


@dataclass(frozen=True)
class AnswerChange:
    """One answer that another one replaces.

    `why` is given (by the user), cleaned (it named a removed record), edited (by hand) or follows (its default).
    """

    name: str
    before: Any
    after: Any
    why: str


@dataclass(frozen=True)
class Crossing:
    """A service, the version that made it, and the one to bring it to, with its answers for both.

    `edited` names the answers that were edited by hand since the service was rendered; `given` those given again, and
    `cleaned` those that named a record that was removed.
    `source` is the template's address afterwards.
    """

    service: GeneratedService
    old: Revision
    new: Revision
    old_answers: Answers
    new_answers: Answers
    edited: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    source: str = ""
    cleaned: frozenset[str] = frozenset()

    @cached_property
    def answer_changes(self) -> tuple[AnswerChange, ...]:
        """Return each answer to a question of both versions that changes, in the order of the questions."""
        before, after = self.old_answers.told, self.new_answers.told
        return tuple(
            AnswerChange(name, before[name], value, self._why(name))
            for name, value in after.items()
            if name in before and before[name] != value
        )

    def _why(self, name: str) -> str:
        reasons = {"given": self.given, "cleaned": self.cleaned, "edited": self.edited}
        return next((why for why, names in reasons.items() if name in names), "follows")


def read_service(repository: Repository, commit: str, prefix: str) -> GeneratedService:
    """Return the service that lies in a commit (anything that git takes for one).

    Raises:
        ServiceError: when there is no such commit, no answers file in it, or a broken one.
    """
    names = (f"{commit}^{{commit}}", f"{commit}^{{tree}}", f"{commit}:{prefix}{FILE}")
    found, tree, answers = repository.objects.read_all(names)
    where = repository.top or repository.git_dir
    if found is None or tree is None:
        raise ServiceError(f"{where} has no commit yet; commit the service first: git add --all && git commit.")
    if answers is None:
        raise ServiceError(
            f"{where} has no {prefix}{FILE} in its last commit, so it is not a service of scaffold; "
            "commit that file, or name the folder of a service."
        )
    return GeneratedService(repository, found[0], tree[0], prefix, read_remembered(answers[1], prefix + FILE))


def prepare(
    editions: Editions, service: GeneratedService, old: Revision, new: Revision, wanted: Wanted | None = None
) -> Crossing:
    """Return the crossing, its answers checked.

    An answer that is its default beside the others, and that nobody gave, follows the default: it changes with the
    answers that the default is made of, and with a version that has another default. What was edited by hand in the
    answers file counts as given.

    Raises:
        ServiceError: when a remembered answer is wrong, or a question of neither version; or when nothing shows what
            the service was rendered from.
        AnswerError: when a wanted one is not a question of the new version, or an answer is wrong there.
    """
    wanted = wanted or Wanted()
    made_from = rendered_from(service.repository, service.commit, service.answers_file, service.remembered)
    if made_from.reference != service.remembered.reference:
        old = editions.history.resolve(made_from.reference)
    earlier = _old_answers(editions, service, made_from, old, new)
    edited = edited_names(made_from, service.remembered)
    if edited and service.remembered.intact is None and (same := _alike(editions, service, old, earlier)):
        edited, earlier = (), same  # an update made a commit of only that, since nothing follows from the answer
    outcome = _wanted_answers(editions, service, old, new, earlier, edited, wanted)
    in_folder = editions.template(new).asks_folder
    if in_folder:
        outcome = _in_its_folder(service, earlier, outcome, wanted)
    known = service.remembered.answers.keys() | earlier.asked.keys()
    asked = wanted.names_to_ask(editions.template(new), known) if wanted.ask else set()
    try:
        answers, typed = _new_answers(editions, service, new, outcome, wanted, asked)
    except AnswerError as error:
        if edited and not wanted.names:
            raise ServiceError(f"{service.answers_file}, edited by hand, does not fit {new.name}: {error}") from error
        way = f" Change it with --data {error.question}=VALUE." if error.question else ""
        raise AnswerError(f"an answer does not fit {new.name}: {error}{way}") from error
    if in_folder:
        _check_folder(service, answers)
    given = frozenset(wanted.names | typed)
    return Crossing(service, old, new, earlier, answers, edited, given, service.remembered.source, outcome.cleaned)


def _in_its_folder(service: GeneratedService, earlier: Answers, outcome: Outcome, wanted: Wanted) -> Outcome:
    """Return the answers with the folder that the service lies in now, where it was moved to another one."""
    if not earlier.asked.get(FOLDER) or not service.prefix or FOLDER in wanted.names:
        return outcome
    return replace(outcome, answers={**outcome.answers, FOLDER: service.prefix[:-1]})


def _check_folder(service: GeneratedService, answers: Answers) -> None:
    folder = answers.asked.get(FOLDER)
    if folder and service.prefix and folder != service.prefix[:-1]:
        raise AnswerError(
            f"{FOLDER} must be the service's own, not {shown(folder)}. Example: {FOLDER}={service.prefix[:-1]}."
        )


def _old_answers(
    editions: Editions, service: GeneratedService, made_from: Remembered, old: Revision, new: Revision
) -> Answers:
    """Return the answers as the version that made the service understood them.

    Raises:
        ServiceError: when one is wrong, or a question of neither version.
    """
    known = {question.name for question in editions.template(old).asked}
    later = {key: value for key, value in service.remembered.answers.items() if key not in known}
    try:
        check_names(editions.template(new), later)
        return editions.resolve(old, {key: value for key, value in made_from.answers.items() if key in known})
    except AnswerError as error:
        raise ServiceError(f"{service.answers_file} does not fit {old.name}: {error}") from error


def _alike(editions: Editions, service: GeneratedService, old: Revision, earlier: Answers) -> Answers | None:
    """Return the answers in the file where they give the files that the earlier ones gave; otherwise None."""
    known = {question.name for question in editions.template(old).asked}
    source, algorithm = service.remembered.source, service.repository.algorithm
    try:
        now = editions.resolve(old, {key: value for key, value in service.remembered.answers.items() if key in known})
    except AnswerError:
        return None
    before, after = (editions.rendered(old, each, source, algorithm).blobs for each in (earlier, now))
    return now if {**before, FILE: None} == {**after, FILE: None} else None


def _wanted_answers(
    editions: Editions,
    service: GeneratedService,
    old: Revision,
    new: Revision,
    earlier: Answers,
    edited: tuple[str, ...],
    wanted: Wanted,
) -> Outcome:
    """Return the remembered answers but those that follow their defaults, changed as wanted.

    Raises:
        AnswerError: as `apply_wanted` does.
    """
    template, remembered = editions.template(new), service.remembered
    defaults = editions.defaults(old, earlier)
    names = {question.name for question in template.asked}
    following = {
        name
        for name, value in earlier.asked.items()
        if value == defaults[name] and name not in remembered.given and name not in edited
    }
    kept = {key: value for key, value in remembered.answers.items() if key in names and key not in following}
    given = (remembered.given | set(edited)) & kept.keys()
    return apply_wanted(template, wanted, Outcome(kept, given), earlier.asked)


def _new_answers(
    editions: Editions,
    service: GeneratedService,
    new: Revision,
    outcome: Outcome,
    wanted: Wanted,
    asked: Collection[str],
) -> tuple[Answers, frozenset[str]]:
    """Return the answers for the new version: the outcome, otherwise defaults; the user answers those in `asked`.

    With them, the names of those that the user typed.

    Raises:
        AnswerError: when one is wrong.
    """
    earlier = service.remembered.answers
    if wanted.ask:
        answers = wanted.ask(editions.questionnaire(new, earlier), outcome.answers, asked)
        typed = answers.given
    else:
        answers, typed = editions.resolve(new, outcome.answers, earlier), frozenset()
    return replace(answers, given=(outcome.given & answers.asked.keys()) | typed), typed
