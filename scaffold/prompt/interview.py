"""The questions of `scaffold new` one after the other, with a way back and a way on after an interruption."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from scaffold.engine.answers import Answers, Proposals, Questionnaire
from scaffold.engine.questions import Question, cast
from scaffold.errors import AnswerError
from scaffold.prompt import fields, review
from scaffold.prompt.keys import HINT, BackError
from scaffold.prompt.question import ask
from scaffold.text.words import in_words

OWN = "Your answers"
"""The heading of what is asked at first."""


@dataclass
class Interview:
    """What was answered in the terminal so far.

    `given` was answered on the command line; `proposals` take the place of defaults. `typed` are the answers that
    differ from defaults, and `seen` the names of the questions that were answered, in order: what an interrupted
    interview needs to go on.
    """

    questionnaire: Questionnaire
    given: Mapping[str, Any]
    proposals: Proposals
    typed: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    _told_keys: bool = field(default=False, init=False)

    def again(self, names: Collection[str]) -> Answers:
        """Ask the questions of these names that matter, also where they are given; and those answered wrongly.

        Of the answers, those count as given that the terminal gave.

        Raises:
            KeyboardInterrupt: on ^C and ^D.
        """
        answers = self._ask(names, self.seen)
        return replace(answers, given=answers.given & self.typed.keys())

    def first(self) -> Answers:
        """Ask the questions without a group, and those of which the given answer is wrong.

        Raises:
            KeyboardInterrupt: on ^C and ^D.
            FileError: for a wrong proposal.
        """
        wanted = {each.name for each in self.questionnaire.template.asked if not each.group}
        return self._ask(wanted - self.given.keys(), self.seen)

    def sections(self, answers: Answers) -> dict[str, list[tuple[str, str, str]]]:
        """Return the settings that matter by group: name, value in words, and its source or reason. OWN is the last."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for question in self.questionnaire.template.asked:
            if question.name in answers.asked and self.questionnaire.relevant(question, answers.context):
                words = "(not shown)" if question.secret else in_words(answers.asked[question.name])
                row = (question.name, words, self._source(question, answers))
                found.setdefault(question.group or OWN, []).append(row)
        own = found.pop(OWN, [])
        return {**found, OWN: own}

    def change_group(self, group: str, answers: Answers) -> Answers:
        """Let the user change one setting of a group after the other.

        Raises:
            KeyboardInterrupt: on ^C and ^D.
        """
        while True:
            name = review.which(group, {name: value for name, value, _ in self.sections(answers)[group]})
            if name is None:
                return answers
            with suppress(BackError):
                answers = self.change(name, answers)

    def change(self, name: str, answers: Answers) -> Answers:
        """Ask one question again, and after it those whose answers no longer fit, or matter only now.

        An answer that is the default follows where the default goes: another language brings its own memory.

        Raises:
            BackError: on Esc in the first of them; nothing has changed then.
            KeyboardInterrupt: on ^C and ^D.
        """
        before = dict(self.typed)
        mattered = self.questionnaire.relevant_names(answers)
        group = next(each.group for each in self.questionnaire.template.asked if each.name == name)
        new = {each.name for each in self.questionnaire.template.asked if each.group == group} - set(mattered)
        try:
            return self._ask({name, *new}, [], leave=True)
        except BackError:
            self.typed = before
            raise

    def _source(self, question: Question, answers: Answers) -> str:
        """Return where the answer comes from, or the reason of the default."""
        if question.name in self.typed:
            return "your answer"
        if question.name in self.given:
            return "from the command line"
        if question.name in self.proposals.sources and self.questionnaire.relevant(question, answers.context):
            return f"from {self.proposals.sources[question.name]}"
        return self.questionnaire.reason(question, answers.context) or "the default"

    def _ask(self, wanted: Collection[str], seen: list[str], *, leave: bool = False) -> Answers:
        """Ask the wanted questions that matter and were not seen yet, and all whose answer does not fit.

        Esc starts the walk again with one question less seen. Before the first question, it is passed on with `leave`.
        """

        def answer(question: Question, default: Any, context: Mapping[str, Any]) -> Any:
            relevant = self.questionnaire.relevant(question, context)
            current, problem = self._current(question, default, context, relevant=relevant)
            if not problem and (question.name in seen or question.name not in wanted or not relevant):
                return current
            self._tell_keys()
            if problem:
                fields.refuse(problem)
            value = ask(self.questionnaire, question, current, context)
            self._remember(question, value, self.questionnaire.proposed(question, default, context, self.proposals))
            if question.name not in seen:
                seen.append(question.name)
            return value

        while True:
            try:
                answers = self.questionnaire.walk(answer)
                return replace(answers, given=self._given(answers))
            except BackError:
                if seen:
                    seen.pop()
                elif leave:
                    raise

    def _given(self, answers: Answers) -> frozenset[str]:
        """Return the names of the answers that do not follow the template's defaults."""
        typed = self.typed.keys() & self.questionnaire.relevant_names(answers)
        return frozenset(self.given) | typed | self.questionnaire.taken(self.proposals, answers)

    def _tell_keys(self) -> None:
        """Say before the first question which keys there are."""
        if not self._told_keys:
            fields.remark(HINT)
            self._told_keys = True

    def _current(
        self, question: Question, default: Any, context: Mapping[str, Any], *, relevant: bool
    ) -> tuple[Any, str]:
        """Return the answer as it stands, and what is wrong with it: then it is one that can be asked from."""
        default = self.questionnaire.proposed(question, default, context, self.proposals)
        if question.name in self.typed and relevant:
            stands = self.typed[question.name]
        elif question.name in self.given:
            stands = self.given[question.name]
        else:
            stands = default
        try:
            return self.questionnaire.check(question, stands, context), ""
        except AnswerError as error:
            keep = question.fields and isinstance(stands, list) and all(isinstance(each, dict) for each in stands)
            return stands if keep else default, str(error)

    def _remember(self, question: Question, value: Any, default: Any) -> None:
        """Keep an answer; one that is the default follows it, unless the command line says something else."""
        if value == cast(question, default) and question.name not in self.given:
            self.typed.pop(question.name, None)
        else:
            self.typed[question.name] = value
