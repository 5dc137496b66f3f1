"""Returns whether anybody guesses a password: a product's default, an example's, or a word that describes itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from scaffold.check.rules.secret_values import decoded, has_secret_form
from scaffold.check.rules.wordiness import is_of_words, spelled

_LONGEST_GUESS = 40
_LONGEST_WORDS = 200
_SHORTEST = 8  # of fewer characters, a program tries all
_FEW = 3
_SAYS_SO = re.compile(r"pass|secret")
_DESCRIBES = re.compile(
    "pass|pwd|secret|admin|root|user|test|demo|example|sample|default|dummy|fake|change|replace|override|your|local"
    "|secure|strong|cookie|token|key|cred"
)
"""What a text of words contains that describes a password instead of being one: `super-secret-value`."""

_ONE_WORD = re.compile(r"[A-Za-z]{1,6}\d{0,4}|[A-Z]?[a-z]{1,14}\d{0,4}|[A-Z]{1,14}\d{0,4}")
_COUNTED = re.compile(r"([A-Za-z]{2,14})[-_.@#!$]{0,2}(?:123(?:4(?:56?)?)?|321|20[0-3]\d)[!.#$@]?")
"""A word, and a number that many put behind it: `Welcome@2024`, `shop_123`."""

_TINY = 6
_WORDS = re.compile(r"[\w.@!$#+: -]*")
_GUESSED = re.compile(
    "changeme|changeit|replaceme|change|pass@word|p@ss(?:word|w0rd)|here|placeholder|administrator|minioadmin|postgresql|postgres|wordpress|rabbitmq"
    "|password|passw0rd|passwort|passwd|passphrase|pass|pwd|pw|secretkey|secret|insecure|secure|username|user|keycloak|grafana"
    "|mariadb|mongodb|mongo|mysql|redis|elastic|minio|oracle|neo4j|nexus|sonar|zabbix|default|example|sample|testing"
    "|test|dem[o0]|k8s|dummy|fake|admin|root|guest|super|local|letmein|welcome|qwerty|token|foo|bar|baz|some|your|this|not|my|me"
    r"|0?12345\d{0,5}(?!\d)|\d{1,4}(?!\d)",
)
"""Words of which the passwords are made that products begin with, and that examples have."""

_PUBLISHED = frozenset(
    {
        # https://kubernetes.io/docs/concepts/configuration/secret/
        "1f2d1e2e67df",
        # https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
)
"""Keys and passwords of documentation and emulators, which let nobody in."""


def is_guessed(text: str, around: Iterable[str] = ()) -> bool:
    """Return whether anybody guesses a password: a product's default, or one that an example has.

    `around` are names from the same object, such as the user's or the product's: many passwords are only these.
    """
    if text.strip() in _PUBLISHED:
        return True
    if has_secret_form(text):
        return False
    if len(text) <= _LONGEST_WORDS and any(map(_describes_itself, (text.strip(), decoded(text)))):  # by hand
        return True
    if len(text.strip()) < _SHORTEST:
        return True
    if len(text) > _LONGEST_GUESS:
        return False
    low = text.strip().lower()
    names = [name.lower() for name in around]
    words = [word for word in re.split(r"[^a-z0-9]+", low) if word]
    if len(low) > _FEW and words and all(len(word) >= _FEW and any(map(_starts_with(word), names)) for word in words):
        return True
    for name in names:
        low = low.replace(name, "") if len(name) > 2 else low
    rest = _GUESSED.sub("", low).strip("-_.!@#$ ")
    says = len(rest) <= _FEW and len(text) > 2 * len(rest) and _SAYS_SO.search(low) is not None
    return not rest or says or re.fullmatch(r"123456\d*", text) is not None


def _starts_with(word: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(word)


def _describes_itself(text: str) -> bool:
    """Return whether a text is a single word, with a number at most, or is made of words of which one describes it."""
    if counted := _COUNTED.fullmatch(text):
        return is_of_words(counted[1])
    if _ONE_WORD.fullmatch(text):
        return len(text.rstrip("0123456789")) <= _TINY or is_of_words(text)
    return _WORDS.fullmatch(text) is not None and _DESCRIBES.search(spelled(text)) is not None and is_of_words(text)
