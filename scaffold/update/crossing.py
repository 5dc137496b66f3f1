"""A service on its way from one version of the template to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers import Answers, Questionnaire, check_names
from scaffold.engine.answers_file import NAME as FILE
from scaffold.engine.remembered import Remembered, read_remembered
from scaffold.errors import AnswerError, ServiceError
from scaffold.git.repository import Repository
from scaffold.releases import Revision
from scaffold.releases.editions import Editions

Ask = Callable[[Questionnaire, Mapping[str, Any]], Answers]
"""Asks the questions that the given answers leave open."""


@dataclass(frozen=True)
class Service:
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
class Crossing:
    """A service, the version that made it, and the one to bring it to, with its answers for both."""

    service: Service
    old: Revision
    new: Revision
    old_answers: Answers
    new_answers: Answers


def read_service(repository: Repository, commit: str, prefix: str) -> Service:
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
            f"{where} has no {prefix}{FILE} in its last commit, so nothing tells which template made it; "
            "commit it, or name the folder of a service."
        )
    return Service(repository, found[0], tree[0], prefix, read_remembered(answers[1], prefix + FILE))


def prepare(
    editions: Editions,
    service: Service,
    old: Revision,
    new: Revision,
    given: Mapping[str, Any] | None = None,
    ask: Ask | None = None,
) -> Crossing:
    """Return the crossing, its answers checked: `given` ones win over remembered ones, `ask` asks what is left open.

    Raises:
        ServiceError: when a remembered answer is wrong, or a question of neither version.
        AnswerError: when a given one is no question of the new version, or an answer is wrong there.
    """
    earlier = _old_answers(editions, service, old, new)
    if ask:
        questionnaire, remembered = _new_questionnaire(editions, service, new)
        return Crossing(service, old, new, earlier, ask(questionnaire, {**remembered, **(given or {})}))
    return Crossing(service, old, new, earlier, _new_answers(editions, service, new, given or {}))


def _old_answers(editions: Editions, service: Service, old: Revision, new: Revision) -> Answers:
    """Return the answers as the version that made the service understood them.

    Raises:
        ServiceError: when one is wrong, or a question of neither version.
    """
    remembered = service.remembered.answers
    known = {question.name for question in editions.template(old).asked}
    later = {key for key in remembered if key not in known}
    try:
        check_names(editions.template(new), {key: remembered[key] for key in later})
        return editions.resolve(old, {key: value for key, value in remembered.items() if key in known})
    except AnswerError as error:
        raise ServiceError(f"{service.answers_file}, answered for {old.name}: {error}") from error


def _new_questionnaire(editions: Editions, service: Service, new: Revision) -> tuple[Questionnaire, dict[str, Any]]:
    """Return the new version's questions, and the remembered answers among them."""
    questionnaire = editions.questionnaire(new, service.remembered.answers)
    asked = {question.name for question in questionnaire.template.asked}
    return questionnaire, {key: value for key, value in service.remembered.answers.items() if key in asked}


def _new_answers(editions: Editions, service: Service, new: Revision, given: Mapping[str, Any]) -> Answers:
    """Return the answers for the new version: `given` ones, then remembered ones, then defaults.

    Raises:
        AnswerError: when one is no question, or wrong.
    """
    questionnaire, remembered = _new_questionnaire(editions, service, new)
    check_names(questionnaire.template, given)
    try:
        return editions.resolve(new, {**remembered, **given}, service.remembered.answers)
    except AnswerError as error:
        raise AnswerError(f"answered for {new.name}: {error} Answer it anew with --data KEY=VALUE.") from error
