"""A policy as a rule of `scaffold check`: it looks at what is deployed together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from scaffold.check.model.scope import Scope
from scaffold.check.policy.judge import LARGEST, Failure, Pair, judge
from scaffold.check.policy.matching import Subject, is_about, labels_of, selects
from scaffold.check.policy.paths import found_at
from scaffold.check.policy.policy import Area, Policy
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.source import STDIN, Note
from scaffold.text.brief import one_line

PATTERN = "policy"
_PAGE = "how-to/policy.md"


class PolicyRule(Rule[Scope]):
    """What a policy demands.

    A platform team demands it.
    """

    looks_at = Scope
    counts_in_tests = True

    def __init__(self, policy: Policy, court: Court) -> None:
        """Take the policy, and where all policies of a run get their verdicts."""
        self.policy = policy
        self.id = policy.name  # type: ignore[misc]
        self.severity = policy.severity  # type: ignore[misc]
        self._court = court

    def check(self, subject: Scope, scope: Scope, /) -> Problems:
        """Change the object, or ask the platform team."""
        for each, failures in self._court.of(scope, self.policy):
            for failure in failures:
                yield from self._problem(each, failure, scope)

    def _problem(self, subject: Subject, failure: Failure, scope: Scope) -> Iterator[Problem]:
        about = subject.object
        if failure.error:
            told = f"policy {self.id} can't judge it: {failure.error}"
            if self.policy.fails:
                yield Problem(about.at, f"{told}; its failurePolicy is Fail, so the cluster rejects the object")
            else:
                self._court.note(scope, subject, f"{told}; its failurePolicy is Ignore, so the object passes")
            return
        validation = self.policy.validations[failure.validation or 0]
        value = found_at(about.value, validation.at, failure.element) or about.at
        of = self._court.service(scope, subject, self.policy)
        told = one_line(failure.message or validation.message).rstrip(".")
        yield Problem(value, f"{told} (policy of {of})" if of else told)

    @property
    def pattern(self) -> str:
        """Return one word for all policies."""
        return PATTERN

    @property
    def page(self) -> str:
        """Return what explains policies."""
        return _PAGE

    @property
    def more(self) -> str:
        """Return where the policy stands."""
        return f"the policy itself, {self.policy.where}"

    @property
    def url(self) -> str | None:
        """Return no address: a policy has no page of its own."""
        return None

    @property
    def title(self) -> str:
        """Return what it demands."""
        return self.policy.title

    @property
    def why(self) -> str:
        """Return its reason."""
        return self.policy.why

    @property
    def advice(self) -> str:
        """Return what to do."""
        return self.policy.advice


@dataclass(eq=False)
class Court:
    """Gets all verdicts on a repository at once, when the first is asked for."""

    policies: Sequence[Policy]
    _known: WeakKeyDictionary[Scope, dict[int, list[tuple[Subject, Sequence[Failure]]]]] = field(
        default_factory=WeakKeyDictionary
    )
    _noted: set[Note] = field(default_factory=set)
    _near: dict[str, dict[str, tuple[int, Area | None]]] = field(default_factory=dict)

    def of(self, scope: Scope, policy: Policy) -> Sequence[tuple[Subject, Sequence[Failure]]]:
        """Return the objects of a scope for which a policy does not hold, and why."""
        if scope not in self._known:
            self.judge(scope.repository.scopes)
        return self._known[scope].get(id(policy), ())

    def judge(self, scopes: Sequence[Scope]) -> None:
        """Judge what is deployed; an object that is the same in several overlays is judged once."""
        self._noted.clear()  # of another repository, or of an earlier revision
        self._near.clear()
        numbers: dict[str, int] = {}
        pairs: dict[Pair, None] = {}
        asked: list[tuple[Scope, Policy, Subject, Pair]] = []
        for scope in scopes:
            self._known[scope] = {}
            for subject, values, policies in self._cases(scope):
                number = numbers.setdefault(values, len(numbers))
                for which in policies:
                    pairs[which, number] = None
                    asked.append((scope, self.policies[which], subject, (which, number)))
        verdicts = judge(self.policies, list(numbers), sorted(pairs, key=lambda each: each[::-1]))
        for scope, policy, subject, pair in asked:
            if failures := verdicts[pair]:
                self._known[scope].setdefault(id(policy), []).append((subject, failures))

    def service(self, scope: Scope, subject: Subject, policy: Policy) -> str:
        """Return the folder that a policy of an object comes from; nothing where what is checked lies in it."""
        area = self._areas(scope, subject).get(policy.name, (0, None))[1]
        return area.name if area else ""

    def _areas(self, scope: Scope, subject: Subject) -> Mapping[str, tuple[int, Area | None]]:
        """Return the policies for an object by name: of the service whose file it is in, or that deploys it.

        Of several with one name, that of the innermost folder counts. What comes by standard input is judged as the
        folder that is checked.
        """
        path = subject.object.at.place().path
        if all(not policy.areas for policy in self.policies):
            return self._policies_at("", scope)
        found = dict(self._policies_at(path, scope))
        for name, each in self._policies_at(f"{scope.name}/x", scope).items() if scope.name else ():
            if _depth(each[1]) > _depth(found.get(name, (0, None))[1]):
                found[name] = each
        return found

    def _policies_at(self, path: str, scope: Scope) -> Mapping[str, tuple[int, Area | None]]:
        folder = path.rpartition("/")[0] if path != STDIN else STDIN
        if folder not in self._near:
            found: dict[str, tuple[int, Area | None]] = {}
            real = scope.repository.real(folder or ".") if folder != STDIN else ""
            for number, policy in enumerate(self.policies):
                if not policy.areas:
                    found[policy.name] = (number, None)
                for area in policy.areas:
                    holds = not area.name if folder == STDIN else f"{real}/".startswith(f"{area.real.rstrip('/')}/")
                    if holds and _depth(area) > _depth(found.get(policy.name, (0, None))[1]):
                        found[policy.name] = (number, area)
            self._near[folder] = found
        return self._near[folder]

    def _cases(self, scope: Scope) -> Iterator[tuple[Subject, str, list[int]]]:
        """Yield each object that policies are about, the JSON of what they can read, and their numbers."""
        namespaces = {each.name: each for each in scope.objects if each.kind == "Namespace"}
        for subject in map(Subject, scope.objects):
            found = namespaces.get(subject.object.namespace)
            namespace = Subject(found).data if found and subject.is_namespaced else None
            numbers = sorted(number for number, _ in self._areas(scope, subject).values())
            about = [(n, each) for n in numbers if is_about(each := self.policies[n], subject)]
            policies = [n for n, each in about if self._is_for(each, subject, namespace, scope)]
            if not policies:
                continue
            values = json.dumps(
                {"object": subject.data, "request": subject.request, "namespaceObject": namespace}, sort_keys=True
            )
            if len(values) > LARGEST:
                self.note(scope, subject, "it is larger than an API server takes, so no policy judges it")
            else:
                yield subject, values, policies

    def _is_for(self, policy: Policy, subject: Subject, namespace: Any, scope: Scope) -> bool:
        """Return whether the namespace of an object is one that a policy is about; a note where that is not known."""
        if subject.object.kind == "Namespace":
            return selects(policy.namespace_selector, labels_of(subject.data))
        if not policy.needs_namespace or not subject.is_namespaced:
            return True
        if namespace is None:
            self.note(
                scope, subject, f"policy {policy.name} reads its Namespace, which is not deployed with it; not judged"
            )
            return False
        return selects(policy.namespace_selector, labels_of(namespace))

    def note(self, scope: Scope, subject: Subject, message: str) -> None:
        """Note something on an object once, in however many overlays it is."""
        place = subject.object.at.place()
        note = Note(place.path, f"{place.object}: {message}", place.line, "not judged")
        if note not in self._noted:
            self._noted.add(note)
            scope.repository.notes.append(note)


def _depth(area: Area | None) -> int:
    return len(area.real) if area else 0
