"""P12: secrets outside of the repository and the image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from scaffold.check.ground import within
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Workload
from scaffold.check.rules.guesses import is_guessed
from scaffold.check.rules.published import asks_to_replace, is_for_everybody, is_of_demo
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.secret_values import (
    decoded,
    goes_with_secret,
    has_secret_form,
    is_account,
    is_kept,
    is_of_example,
    is_secret,
    is_token,
    names_in_file,
    password_in_url,
    secrets_in_file,
    user_in_url,
)
from scaffold.syntax.dockerfile import BuildStage, Dockerfile
from scaffold.syntax.yaml_nodes import Value

_MOST = 100  # secrets of one file that are looked at
_FOR_WORK = re.compile(
    r"(?:^|[/._-])(?:examples?|samples?|tutorials?|labs?|exercises?|lessons?|courses?|recipes|demos?|quick-?starts?|getting-?started|workshops?|playground|sandbox|docs?"
    r"|e2e|tests?|testing|conformance|ci|hacks?|dev-?box|local|kind|minikube|dev(?:el|elop|elopment)?)(?:$|[/._-])",
    re.IGNORECASE,
)
"""The paths of what people learn, test and develop with, and do not run for others."""

_KEYSTORE = re.compile(r"\.(?:jks|jceks|p12|pfx|keystore)\Z", re.IGNORECASE)
_VARIABLES = re.compile(r"(?<!\w)(\w{1,100})[= ]\"?([^\s\"]+)")
_PARTS = re.compile(r"[-._]")
_PLACEHOLDER = re.compile(r"changeme|\d+", re.IGNORECASE)  # what a Dockerfile has for a build, or to be replaced


class SecretInManifest(Rule[KubernetesObject]):
    """A manifest contains a secret.

    The secret stays in the history of the repository, where everybody with access can read it. In a Secret, a value
    counts if its key is one of secrets, or if it looks drawn by lot.
    """

    id = "P12-secret-in-manifest"
    severity = "error"
    counts_in_tests = True
    looks_at = KubernetesObject

    def check(self, each: KubernetesObject, scope: Scope) -> Problems:
        """Create the Secret outside of the repository, refer to it, and change the secret's value."""
        for secret in scope.once(_secrets, each):
            if not secret.why_known(scope):
                yield Problem(secret.at, f"{secret.what}, and everyone can read it {secret.where}".rstrip())


class SecretInManifestGuessed(Rule[KubernetesObject]):
    """A manifest contains a password that anybody can guess, or a secret of an example.

    It is a product's default, a single word, words that describe themselves, or too short. Or its path is that of
    examples, tests or development, or a comment asks to replace it. Whoever reaches the program gets in.
    """

    id = "P12-secret-in-manifest-guessed"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, each: KubernetesObject, scope: Scope) -> Problems:
        """Create a Secret with a random value outside of the repository, and refer to it."""
        for secret in scope.once(_secrets, each):
            if why := secret.why_known(scope):
                yield Problem(secret.at, f"{secret.what}, {why}")


@dataclass(frozen=True)
class _Secret:
    """A secret that a manifest contains: where, what that is, in which words, its text, and names from the same object.

    The text is empty where the secret is worth nothing.
    """

    at: Value
    what: str
    where: str
    text: str
    around: tuple[str, ...] = ()

    def why_known(self, scope: Scope) -> str:
        """Return why everybody knows it; nothing where nobody does."""
        if not self.text:
            return "for a name that examples have"
        written = self.at.text() or ""  # in a Secret's `data`, some write the password itself
        texts = (password_in_url(self.text) or self.text, written if decoded(written) else "")
        if any(is_guessed(text, (*self.around, user_in_url(self.text))) for text in texts if text):
            return "which anybody can guess"
        if is_of_demo(self.text):
            return "which is that of a demo"
        place = self.at.place()
        if _KEYSTORE.search(self.at.path[-1] if isinstance(self.at.path[-1], str) else ""):
            return "which its own password has to protect"
        source = scope.repository.source(place.path)
        if source and asks_to_replace(source.lines, place.line):
            return "which a comment asks you to replace"
        path = within(scope.repository.ground, place.path)
        for_work = _FOR_WORK.search(path) and not is_token(self.text)
        return "in a path of examples, tests or development" if for_work else ""


def _secrets(each: KubernetesObject, scope: Scope) -> list[_Secret]:
    """Return the secrets of an object; one that a chart draws by lot is none, it stands nowhere."""
    found: Iterable[_Secret] = ()
    if isinstance(each, Workload):
        found = (secret for container in each.all_containers for secret in _in_container(container, scope))
    elif each.kind in ("ConfigMap", "Secret") and each.value.text("apiVersion") == "v1":
        found = _in_data(each)
    kept = [it for it in found if not is_for_everybody(it.text)]
    if any(it.text and not is_account(it.text) for it in kept):
        kept = [it for it in kept if not is_account(it.text)]  # only the name of whom the secret beside it lets in
    return [it for it in kept if not it.text or it.at.document.writes(it.at, password_in_url(it.text) or it.text)]


def _in_container(container: Container, scope: Scope) -> Iterator[_Secret]:
    for name, text in container.variables.items():
        if form := has_secret_form(text):
            yield _Secret(container.variable(name), f"{name} {form}", "in this manifest", text)
        elif is_secret(name, text) and text not in scope.secrets.names:
            around = (*_around(container), *_PARTS.split(name))
            yield _Secret(container.variable(name), f"{name} is a secret", "in this manifest", text, around)
    before = ""
    for number, text in enumerate(container.word_texts):
        option, equals, given = text.partition("=")
        name, secret = (option, given) if equals else (before, text)
        if name.startswith("--") and not secret.startswith("-") and is_secret(name.lstrip("-"), secret):
            what = f"{name} passes a secret"
            yield _Secret(container.words[number], what, "in this manifest", secret, _around(container))
        elif form := has_secret_form(text):
            yield _Secret(container.words[number], f"an argument of {container.name} {form}", "", text)
        before = "" if equals else text


def _around(container: Container) -> tuple[str, ...]:
    """Return the names of a container, and those that go with a secret of it: of users, databases and the like."""
    workload = container.workload
    beside = (text for name, text in container.variables.items() if goes_with_secret(name))
    return (container.image_name, workload.namespace, workload.name, container.name, *beside)


def _in_data(each: KubernetesObject) -> Iterator[_Secret]:
    """Yield what a ConfigMap or a Secret says by itself; a value that is to be replaced is none."""
    values = each.value.fields("data") | each.value.fields("stringData")
    is_coded = each.kind == "Secret"
    plains = {key: _plain(value) if is_coded else value.text() or "" for key, value in values.items()}
    for key, value in values.items():
        text, plain = value.text() or "", plains[key]
        beside = (it for other, it in plains.items() if other != key and goes_with_secret(other))
        around = (*_PARTS.split(each.name), *_PARTS.split(key), *beside)
        if is_coded:
            if is_kept(key, plain):
                inside = _in_file(plain, around, of_secret=True) if "\n" in plain else None
                secret = "" if _is_key_of_example(key, plains) else inside[1] if inside else plain
                yield _Secret(value, f"the Secret {each.name} contains {key}", "", secret, around)
        elif _is_key_of_example(key, plains):
            yield _Secret(value, f"{key} is a private key", "in this ConfigMap", "")
        elif form := has_secret_form(text) if "\n" not in text else "":
            yield _Secret(value, f"{key} {form}", "in this ConfigMap", text)
        elif "\n" not in text and is_secret(key, text):
            yield _Secret(value, f"{key} is a secret", "in this ConfigMap", text, around)
        elif found := _in_file(text, around) if "\n" in text else None:
            nearby = (*around, *names_in_file(text))
            yield _Secret(value, f"{key} contains {found[0] or 'a token, a key or a password'}", "", found[1], nearby)


def _is_key_of_example(key: str, plains: Mapping[str, str]) -> bool:
    """Return whether a value is a private key, and beside it is the certificate of a name that nobody has."""
    if "PRIVATE KEY-----" not in plains[key]:
        return False
    return any(is_of_example(text) for text in plains.values() if "-----BEGIN CERTIFICATE" in text)


def _plain(value: Value) -> str:
    """Return what a value of a Secret stands for."""
    text = value.text() or ""
    return decoded(text) if value.path[0] == "data" else text


def _in_file(text: str, around: tuple[str, ...], *, of_secret: bool = False) -> tuple[str, str] | None:
    """Return a secret of a file, one that nobody guesses if there is any: its name, or nothing, and its text."""
    found = list(islice(secrets_in_file(text, of_secret=of_secret), _MOST))
    names = (*around, *names_in_file(text))
    strong = (each for each in found if not is_guessed(password_in_url(each[1]) or each[1], names))
    return next(strong, next(iter(found), None))


class SecretInImage(Rule[Dockerfile]):
    """A Dockerfile contains a secret.

    The secret is in a layer of the image in every registry, even when a later instruction removes it.
    """

    id = "P12-secret-in-image"
    severity = "error"
    counts_in_tests = True
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Give it to the container by its environment, or to the build by `RUN --mount=type=secret`."""
        final = set(map(id, dockerfile.final))
        for stage in dockerfile.stages:
            for each in stage.all("ENV", "ARG"):
                for name, text in _VARIABLES.findall(each.value):
                    kept = each.name == "ENV" and is_secret(name, "0x") and _of_argument(text, stage)
                    if kept or _is_in_image(name, text, guessed=False):
                        yield Problem(each.place(name), f"{name} is a secret, and everyone can read it in the image")
            for copy in stage.all("COPY", "ADD"):
                words = copy.words or copy.value.split()
                for word in words[:-1]:
                    if word.rpartition("/")[2] in (".env", "id_rsa", ".npmrc", ".pypirc", "credentials.json") and (
                        id(stage) in final
                    ):
                        yield Problem(
                            copy.place(word), f"{word} becomes part of the image; it is configuration or a secret"
                        )


def _is_in_image(name: str, text: str, *, guessed: bool) -> bool:
    """Return whether a variable is a secret, and whether that is one which anybody can guess."""
    if not is_secret(name, text) or _PLACEHOLDER.fullmatch(text):
        return False
    return is_guessed(text, _PARTS.split(name)) == guessed


class SecretInImageGuessed(Rule[Dockerfile]):
    """A Dockerfile contains a password that anybody can guess.

    Every container of the image has it until somebody sets another one. Whoever reaches the program gets in.
    """

    id = "P12-secret-in-image-guessed"
    severity = "warning"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Set no default. Give the container a random value from a Secret."""
        for stage in dockerfile.stages:
            for each in stage.all("ENV", "ARG"):
                for name, text in _VARIABLES.findall(each.value):
                    if _is_in_image(name, text, guessed=True):
                        yield Problem(each.place(name), f"the image's default for {name} is one that anybody can guess")


def _of_argument(text: str, stage: BuildStage) -> bool:
    """Return whether a value is that of a build argument, which stays in the image by it."""
    found = re.fullmatch(r"\$\{?(\w+)(?::[-+][^}]*)?\}?", text)
    return found is not None and any(found[1] == each.value.partition("=")[0] for each in stage.all("ARG"))


class SecretMissing(Rule[Workload]):
    """A workload uses a Secret that does not exist, but one with a similar name does.

    Its pods stay in CreateContainerConfigError.
    """

    id = "P12-secret-missing"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Correct the name."""
        for name, _ in workload.secrets:
            text = name.text() or ""
            if text in scope.secrets.made or not (near := get_close_matches(text, scope.secrets.made, 1, 0.85)):
                continue
            also = (scope.secrets.made[near[0]].at,)
            yield Problem(name, f"there is no Secret {text}, but there is {near[0]}", also)
