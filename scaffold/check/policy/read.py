"""Reads policies: real ValidatingAdmissionPolicy documents, so that the same file goes to the cluster unchanged.

https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/

Annotations have what only `scaffold check` needs: `severity`, `at`, `why`, `do`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from scaffold.check.policy.paths import Path, path_in, path_of
from scaffold.check.policy.policy import Expression, Policy, Validation
from scaffold.check.policy.values import plain
from scaffold.check.rules.rule import Severity
from scaffold.errors import FileError
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, Value, documents
from scaffold.text.brief import brief, one_line
from scaffold.text.nearest import suggest

KIND = "ValidatingAdmissionPolicy"
BINDING = f"{KIND}Binding"
PREFIX = "kube-scaffold/"
ANNOTATIONS = ("severity", "at", "why", "do")
MOST_POLICIES = 200
MOST_EXPRESSIONS = 2000

_GROUP = "admissionregistration.k8s.io/"
_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_]\w*")
_SPEC = (
    "auditAnnotations",
    "failurePolicy",
    "matchConditions",
    "matchConstraints",
    "paramKind",
    "validations",
    "variables",
)
_MATCH = ("excludeResourceRules", "matchPolicy", "namespaceSelector", "objectSelector", "resourceRules")
_RULE = ("apiGroups", "apiVersions", "operations", "resourceNames", "resources", "scope")
_VALIDATION = ("expression", "message", "messageExpression", "reason")
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_OPERATORS = ("DoesNotExist", "Exists", "In", "NotIn")


def read_policies(source: Source) -> list[Policy]:
    """Return the policies of a file; bindings beside them are for the cluster only.

    Raises:
        FileError: when the file is not YAML, or something in it is not a policy that check can judge.
    """
    found, note = documents(source)
    if note:
        raise FileError(f"{note.path}{f':{note.line}' if note.line else ''} {note.message}.")
    written = [each for each in found if each.root.text() != ""]  # an empty document is what comments stand in
    return [policy for document in written if (policy := _policy(document))]


def _policy(document: Document) -> Policy | None:
    top = document.root
    kind, version = top.text("kind") or "", top.text("apiVersion") or ""
    if kind not in (KIND, BINDING) or not version.startswith(_GROUP):
        shown = brief(f"{version} {kind}".strip())
        raise FileError(f"{_at(top)}: {shown} is not a policy. The file takes {KIND} of {_GROUP}v1, and {BINDING}.")
    if kind == BINDING:
        if param := top.get("spec", "paramRef"):
            raise FileError(f"{_at(param)}: paramRef names objects of the cluster, which check can't read.")
        return None
    name = top.text("metadata", "name") or ""
    if not _NAME.fullmatch(name):
        raise FileError(f"{_at(top)}: metadata.name is {brief(name)}. Write lower-case letters, digits, - and dots.")
    return _Reader(top, name).policy()


class _Reader:
    def __init__(self, top: Value, name: str) -> None:
        self.top = top
        self.name = name
        self.spec = top.get("spec") or top
        self.told = {
            key.removeprefix(PREFIX): value
            for key, value in top.fields("metadata", "annotations").items()
            if key.startswith(PREFIX)
        }

    def policy(self) -> Policy:
        self._check_keys(self.spec, _SPEC, "spec")
        if param := self.spec.get("paramKind"):
            raise self._error(param, "paramKind names objects of the cluster, which check can't read")
        for key, value in self.told.items():
            if key not in ANNOTATIONS:
                near = suggest(key, ANNOTATIONS, f"There are {', '.join(ANNOTATIONS)}.")
                raise self._error(value, f"there is no annotation {PREFIX}{one_line(key)}. {near}")
        match = self.spec.get("matchConstraints")
        if match is None or not match.items("resourceRules"):
            raise self._error(
                match or self.spec, "spec.matchConstraints.resourceRules must name what the policy is about"
            )
        self._check_keys(match, _MATCH, "matchConstraints")
        variables = dict(self._variables())
        validations = self._validations({name: each.text for name, each in variables.items()})
        conditions = [self._expression(each, "expression", "bool") for each in self.spec.items("matchConditions")]
        namespaces = self._selector(match, "namespaceSelector")
        policy = Policy(
            self.name,
            _at(self.top),
            self._title(),
            self._severity(),
            self._annotation("why") or f"The policy {self.name} of your platform team requires it.",
            self._annotation("do") or f"Change the object so that the policy {self.name} holds.",
            self._choice(self.spec, "failurePolicy", ("Fail", "Ignore"), "Fail") == "Fail",
            tuple(self._resources(match, "resourceRules")),
            tuple(self._resources(match, "excludeResourceRules")),
            self._selector(match, "objectSelector"),
            namespaces,
            tuple(conditions),
            variables,
            tuple(validations),
        )
        reads = any("namespaceObject" in each.text for each in policy.expressions)
        return Policy(**{**policy.__dict__, "needs_namespace": bool(namespaces) or reads})

    def _variables(self) -> Iterator[tuple[str, Expression]]:
        seen = set()
        for each in self.spec.items("variables"):
            name = each.text("name") or ""
            if not _VARIABLE.fullmatch(name) or name in seen:
                raise self._error(each, f"the variable {brief(name)} needs a name of its own, of letters, digits and _")
            seen.add(name)
            yield name, self._expression(each, "expression", "")

    def _validations(self, variables: dict[str, str]) -> list[Validation]:
        written = self.spec.items("validations")
        if not written:
            raise self._error(self.spec, "spec.validations must have an expression")
        places = self._places(len(written))
        found = []
        for number, each in enumerate(written):
            self._check_keys(each, _VALIDATION, "a validation")
            expression = self._expression(each, "expression", "bool")
            message = (each.text("message") or f"failed expression: {expression.text}").strip()
            own = self._expression(each, "messageExpression", "string") if each.get("messageExpression") else None
            at = places[number] if places else path_in(expression.text, variables)
            found.append(Validation(expression, message, own, at))
        return found

    def _places(self, count: int) -> Sequence[Path]:
        """Return the path of each validation; nothing where the expressions show it."""
        if not (text := self._annotation("at")):
            return ()
        paths = []
        for line in text.split():
            if (path := path_of(line)) is None:
                message = (
                    f"{PREFIX}at has {brief(line)}, which is not a path such as spec.template.spec.containers[*].image"
                )
                raise self._error(self.told["at"], message)
            paths.append(path)
        if len(paths) not in (1, count):
            raise self._error(self.told["at"], f"{PREFIX}at has {len(paths)} paths for {count} validations")
        return paths * count if len(paths) == 1 else paths

    def _title(self) -> str:
        written = dict.fromkeys(one_line(each.text("message") or "") for each in self.spec.items("validations"))
        return "; ".join(each.rstrip(".") for each in written if each) or f"An object breaks the policy {self.name}"

    def _severity(self) -> Severity:
        found = self._annotation("severity") or "error"
        if found not in ("error", "warning"):
            raise self._error(self.told["severity"], f"{PREFIX}severity is {brief(found)}. Write error or warning")
        return "error" if found == "error" else "warning"

    def _annotation(self, name: str) -> str:
        return " ".join((self.told[name].text() or "").split()) if name in self.told else ""

    def _expression(self, holder: Value, key: str, gives: Any) -> Expression:
        text = holder.text(key)
        if not text or not text.strip():
            raise self._error(holder, f"{key} must be an expression of CEL")
        place = holder.get(key) or holder
        return Expression(text.strip(), f"{_at(place)}: policy {self.name}", gives)

    def _resources(self, match: Value, key: str) -> Iterator[dict[str, Any]]:
        for each in match.items(key):
            self._check_keys(each, _RULE, key)
            rule: dict[str, Any] = {"scope": self._choice(each, "scope", ("*", "Cluster", "Namespaced"), "*")}
            for name in ("apiGroups", "apiVersions", "operations", "resources", "resourceNames"):
                rule[name] = [text for item in each.items(name) if (text := item.text()) is not None]
                if not rule[name] and name != "resourceNames":
                    raise self._error(each, f"{name} of {key} must be a list of words")
            for word in rule["operations"]:
                if word not in _OPERATIONS:
                    raise self._error(each, f"{brief(word)} is not an operation. There are {', '.join(_OPERATIONS)}")
            yield rule

    def _selector(self, match: Value, key: str) -> dict[str, Any]:
        selector = match.get(key)
        if selector is None:
            return {}
        self._check_keys(selector, ("matchExpressions", "matchLabels"), key)
        for each in selector.items("matchExpressions"):
            if each.text("key") is None or each.text("operator") not in _OPERATORS:
                raise self._error(each, f"{key} needs a key, and an operator of {', '.join(_OPERATORS)}")
        found = plain(selector)
        return found if isinstance(found, dict) else {}

    def _choice(self, holder: Value, key: str, known: Sequence[str], default: str) -> str:
        value = holder.get(key)
        text = default if value is None else value.text()
        if text not in known:
            raise self._error(value or holder, f"{key} is {brief(text)}. Write {' or '.join(known)}")
        return str(text)

    def _check_keys(self, value: Value, known: Sequence[str], what: str) -> None:
        if value is self.top:
            raise self._error(value, "spec is missing")
        for key in value.fields():
            if key not in known:
                near = suggest(key, known, f"It takes {', '.join(known)}.")
                raise self._error(value.key_of(key) or value, f"{one_line(key)} is not a key of {what}. {near}")

    def _error(self, value: Value, message: str) -> FileError:
        return FileError(f"{_at(value)}: policy {self.name}: {message.rstrip('.')}{'' if message[-1] == '?' else '.'}")


def _at(value: Value) -> str:
    place = value.place()
    return f"{place.path}:{place.line}"
