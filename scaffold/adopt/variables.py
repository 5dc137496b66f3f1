"""The variables that a container gets, whatever gives them: their texts, or the Secret that has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scaffold.adopt.found import Environment
from scaffold.check.rules.secret_values import has_secret_form, is_secret
from scaffold.syntax.yaml_nodes import Value


@dataclass(frozen=True)
class Variable:
    """A variable: its `text`, or `secret` and `key` of the Secret that has it; `at` shows where it is given.

    `text` is None for what only the cluster knows. `whole` is true for a Secret whose keys all become variables, which
    has no name then.
    """

    name: str
    at: Value
    text: str | None = None
    secret: str = ""
    key: str = ""
    whole: bool = False

    @property
    def is_literal_secret(self) -> bool:
        """Return whether its text looks like a secret, which nobody may write down."""
        text = self.text
        return bool(text) and (is_secret(self.name, text or "") or bool(has_secret_form(text or "")))


def open_texts(variables: Iterable[Variable]) -> dict[str, str]:
    """Return the texts of variables that are not secrets, by name."""
    return {each.name: each.text for each in variables if each.text is not None and not each.is_literal_secret}


def variables_of(live: Environment) -> list[Variable]:
    """Return the variables of a service's container; of two with one name the last one counts, as in Kubernetes."""
    found: dict[str, Variable] = {}
    for number, each in enumerate((*_from_objects(live), *_from_entries(live))):
        found[each.name or f"={number}"] = each
    return list(found.values())


def _from_objects(live: Environment) -> Iterator[Variable]:
    """Yield the variables that whole ConfigMaps and Secrets give."""
    for source in live.container.value.items("envFrom"):
        prefix = source.text("prefix") or ""
        if name := source.get("configMapRef", "name"):
            config = live.scope.named.config_map(live.server.namespace, name.text() or "")
            for key, value in (config.value.fields("data") if config else {}).items():
                yield Variable(prefix + key, value, value.text() or "")
        elif name := source.get("secretRef", "name"):
            yield from _of_secret(live, name, prefix)


def _of_secret(live: Environment, name: Value, prefix: str) -> Iterator[Variable]:
    """Yield a variable for each key of a Secret that is in the repository; its values are never looked at."""
    text = name.text() or ""
    made = live.scope.secrets.made.get(text)
    keys: dict[str, Value] = {}
    if made and made.kind == "Secret":
        keys = made.value.fields("data") | made.value.fields("stringData")
    elif made and made.kind == "SealedSecret":
        keys = made.value.fields("spec", "encryptedData")
    elif made and made.kind == "ExternalSecret":
        keys = {key: each for each in made.value.items("spec", "data") if (key := each.text("secretKey"))}
    for key, value in keys.items():
        yield Variable(prefix + key, value, secret=text, key=key)
    if not keys:
        yield Variable("", name, secret=text, whole=True)


def _from_entries(live: Environment) -> Iterator[Variable]:
    """Yield the variables that the container itself names."""
    for each in live.container.value.items("env"):
        name = each.text("name")
        if not name:
            continue
        source = each.get("valueFrom")
        if source is None:
            yield Variable(name, each.get("value") or each, each.text("value") or "")
        elif secret := source.get("secretKeyRef"):
            yield Variable(name, secret, secret=secret.text("name") or "", key=secret.text("key") or "")
        elif config := source.get("configMapKeyRef"):
            yield _of_config_map(live, name, config)
        else:
            yield Variable(name, source)


def _of_config_map(live: Environment, name: str, config: Value) -> Variable:
    made = live.scope.named.config_map(live.server.namespace, config.text("name") or "")
    value = made.value.get("data", config.text("key") or "") if made else None
    return Variable(name, value, value.text()) if value else Variable(name, config)
