"""Tells whether a text is a secret: by its own form, or by its name and form together.

The forms of tokens are those that their makers publish, as gitleaks and detect-secrets look for them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

_TOKENS = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[opusr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}"
    r"|\bglpat-[\w-]{20,}|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}"
    r"|\b[rs]k_live_[A-Za-z0-9]{16,}|\bSG\.[\w-]{16,32}\.[\w-]{16,64}|\bAIza[\w-]{35}\b|\bdop_v1_[a-f0-9]{64}\b"
    r"|\bhvs\.[\w-]{24,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
)
_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:([^\s/@'\"]+)@[^\s/@]", re.IGNORECASE)
_PASSWORD = re.compile(r"(?:^|[_.-])(?:pass(?:word|wd|phrase|code)?|pwd)(?:$|[_.-])", re.IGNORECASE)
_SECRET = re.compile(
    r"(?:^|[_.-])(?:secret|token|api[_.-]?key|private[_.-]?key|access[_.-]?key|credentials?)(?:$|[_.-])", re.IGNORECASE
)
_ABOUT = re.compile(
    r"[_.-](?:FILE|PATH|DIR|NAMES?|UR[LI]|HOST|PORT|ENDPOINT|TTL|EXPIR\w*|LIFETIME|VALIDITY|TIMEOUT|SECONDS|MINUTES|HOURS"
    r"|DAYS|MIN|MAX|LENGTH|SIZE|COUNT|LIMIT|BUCKET\w*|POLICY|ROTATION|TYPE|ALGORITHM|HEADER|ISSUER|AUDIENCE|SCOPES?|PREFIX"
    r"|ARN|REF|PROVIDER|STORE|VERSION|REGION|LOCATION|ENABLED|REQUIRED|ALLOWED|KEYS?_?ID)(?:$|[_.-])"
    r"|(?:^|[_.-])(?:ALLOW|ENABLE|REQUIRE|USE|DISABLE|NO|SKIP)[_.-]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$|^/|^https?:|^$|\{\{|^<.*>$", re.IGNORECASE)
_NO_SECRET = re.compile(r"(?:none|true|false|yes|no|on|off|enabled|disabled|null|\*+|x+)", re.IGNORECASE)
_NAMED = re.compile(r"(?:secret|token|credentials?)$", re.IGNORECASE)  # of the variable, which may name a Secret
_NAME = re.compile(r"[a-z]+(?:[-.][a-z]+)+|\d{1,9}")  # of an object or a cluster, or a count
_ASSIGNED = re.compile(
    r"^[ \t]*+[\"']?([A-Za-z][\w.-]{0,60}+)[\"']?[ \t]*+[=:][ \t]*+[\"']?([^\s\"'#]{1,200}+)[\"']?[ \t]*+$",
    re.MULTILINE,
)

_PLACEHOLDER = re.compile(
    r"(?:change|replace|fill|insert|put|set|your|example|placeholder|todo|dummy|redacted|secret|password|test)"
    r"(?:[-_ ]?\w+){0,5}",
    re.IGNORECASE,
)


def decoded(text: str) -> str:
    """Return what stands in a Secret's `data` behind its base64; nothing where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace").strip()
    except ValueError:
        return ""


def is_placeholder(text: str) -> bool:
    """Tell whether a text only shows what is to be put in its place."""
    return bool(_REFERENCE.search(text) or _NO_SECRET.fullmatch(text) or _PLACEHOLDER.fullmatch(text))


def has_secret_form(text: str) -> str:
    """Return what makes a text a secret whatever its name is, or nothing."""
    if _TOKENS.search(text):
        return "has the form of a token or key"
    found = _IN_URL.search(text)
    return "is a URL with a password" if found and not _REFERENCE.search(found[1]) else ""


def is_secret(name: str, text: str) -> bool:
    """Tell whether a value of this name is a secret, and not about one (`TOKEN_TTL`, `PASSWORD_FILE`), nor a name."""
    if _ABOUT.search(name) or _REFERENCE.search(text) or _NO_SECRET.fullmatch(text):
        return False
    if _PASSWORD.search(name):
        return True
    return bool(_SECRET.search(name)) and not (_NAMED.search(name) and _NAME.fullmatch(text))


def secrets_in_file(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a file's text holds: the name, or nothing, and the text that is a secret."""
    if token := _TOKENS.search(text):
        yield "", token[0]
    if (url := _IN_URL.search(text)) and not _REFERENCE.search(url[1]):
        yield "", url[0]
    for found in _ASSIGNED.finditer(text):
        if _PASSWORD.search(found[1]) and is_secret(found[1], found[2]):
            yield found[1], found[2]
