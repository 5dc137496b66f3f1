"""Returns whether a text is a secret: by its own form, or by its name and form together.

The forms of tokens are those that their makers publish, as gitleaks and detect-secrets look for them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from scaffold.check.rules.wordiness import is_drawn

_TOKENS = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[opusr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}"
    r"|\bglpat-[\w-]{20,}|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}"
    r"|\b[rs]k_live_[A-Za-z0-9]{16,}|\bSG\.[\w-]{16,32}\.[\w-]{16,64}|\bAIza[\w-]{35}\b|\bdop_v1_[a-f0-9]{64}\b"
    r"|\bhvs\.[\w-]{24,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
)
_ACCOUNT = re.compile(r"(?:AKIA|ASIA)[0-9A-Z]{16}")
_SHORTEST_TOKEN = 15
_IN_TOKENS = re.compile(r"AKIA|ASIA|gh|glpat-|xox|npm_|pypi-|k_live_|SG\.|AIza|dop_v1_|hvs\.|eyJ|-----BEGIN")
"""Each token has one of these, and few other texts do: to look for them costs a tenth."""
_CONNECTION = re.compile(r"connection[_.-]?string|conn[_.-]?str", re.IGNORECASE)
_IN_PAIRS = re.compile(r"(?:^|;)[ \t]*+(?:password|pwd)[ \t]*+=[ \t]*+([^;\s]{1,200})", re.IGNORECASE)
_PAIRS = re.compile(r"(?:^|;)[ \t]*+(?:server|data source|host|user id|uid|endpoint|database)[ \t]*+=", re.IGNORECASE)
_IN_URL = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}+://[^\s/:@'\"]*:([^\s/@'\"]+)@[^\s/@]", re.IGNORECASE)
_PASSWORD = re.compile(r"(?:^|[_.-])(?:pass(?:word|wd|phrase|code)?|pwd)(?:$|[_.-])|password$", re.IGNORECASE)
_SECRET = re.compile(
    r"(?:^|[_.-])(?:secret|token|api[_.-]?key|private[_.-]?key|access[_.-]?key|credentials?)(?:$|[_.-])", re.IGNORECASE
)
_ABOUT = re.compile(
    r"[_.-](?:FILE|PATH|DIR|NAMES?|UR[LI]|HOST|PORT|ENDPOINT|TTL|EXPIR\w*|LIFETIME|VALIDITY|TIMEOUT|SECONDS|MINUTES|HOURS"
    r"|DAYS|MIN|MAX|LENGTH|SIZE|COUNT|LIMIT|BUCKET\w*|POLICY|ROTATION|TYPE|NAMESPACE|ALGORITHM|HEADER|ISSUER|AUDIENCE|SCOPES?|PREFIX"
    r"|ARN|REF|PROVIDER|STORE|VERSION|REGION|LOCATION|ENABLED|REQUIRED|ALLOWED|KEYS?_?ID|UUID|GUID|USER|USERNAME|DIRECTORY|ENGINE"
    r"|MOUNT|BACKEND|MANAGER|PERSISTENCE|SETTINGS|CIPHER|PBKDF|DIGEST|SELECTORS?|FINGERPRINTS?|THUMBPRINTS?|CHECKSUMS?)(?:$|[_.-])",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"(?:^|[_.-])(?:ALLOW|ENABLE|REQUIRE|USE|DISABLE|NO|SKIP)[_.-]", re.IGNORECASE)
_LAST = re.compile(r"[_.-](?:pass(?:word|wd|phrase|code)?|pwd)$", re.IGNORECASE)  # `KEY_STORE_PASSWORD` is one
_REFERENCE = re.compile(
    r"\$|^\.{0,2}/|^https?:|^$|\{\{|^<.*>\.?$|^%.+%$|^@.+@$|^__.+__$|^#\{.*\}|^\[\w+\]$|^\{[^{}\s\"]*\}$|^%[sdvr]$"
    r"|^op://|^ref\+|^(?:bao|vault):|^ENC\[",  # 1Password, vals, Bank-Vaults, SOPS: the value is put in later
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"(?:none|true|false|yes|no|on|off|enabled|disabled|null|[*x.\s]+)", re.IGNORECASE)
_ALGORITHM = re.compile(
    r"bcrypt|scrypt|(?:aes|chacha|hmac|rsa|sha|argon|pbkdf|ecdsa|[hrep]s|md|ed)[-_]?(?:\d{1,5}(?:id|i|d)?)?"
    r"(?:[-_:](?:\d{1,5}|cbc|gcm|ctr|ecb|xts|plain64|essiv|sha\d{0,3}|poly1305|hmac|oaep|pss)){0,5}",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:secret|token|credentials?|_secret_key)$", re.IGNORECASE
)  # of the variable, which may name a Secret
_NAME = re.compile(
    r"[a-z]+(?:[-.][a-z]+)+|\d{1,9}"  # of an object or a cluster, or a count
    r"|[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*[-.](?:secret|token|credential|cred|key)s?"
)
_ASSIGNED = re.compile(
    r"^[ \t]*+[\"']?([A-Za-z][\w.-]{0,60}+)[\"']?[ \t]*+[=:][ \t]*+([\"']?)([^\s\"'#,]{1,200}+)[\"']?,?[ \t]*+$",
    re.MULTILINE,
)
_EXPRESSION = re.compile(r"[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)*+[(\[].*|[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)++;?")
"""What programs compute: `url.password`, `os.environ["PASSWORD"]`, `read(name)`."""

_PLACEHOLDER = re.compile(
    r"(?:change|replace|override|update|define|specify|fill|insert|put|set|your|example|placeholder|todo|dummy|redacted|secret|password|test)"
    r"(?:[-_ ]?\w+){0,5}",
    re.IGNORECASE,
)
_TO_REPLACE = re.compile(
    r"(?:is[-_ ])?(?:defined|given|provided|supplied|specified|injected|configured|taken|comes)[-_ ]"
    r"(?:in|by|via|through|from|at|with|elsewhere|later|externally)(?:[-_ ].*)?|"
    r"_*(?:your|update|replace|override|define|specify|insert|enter)(?:[-_ ]\w+){1,6}"
    r"|(?s:.*)(?:^|[-_ ])(?:placeholder|replaced?|redacted|todo|fixme)(?:$|[-_ ](?s:.*))",
    re.IGNORECASE,
)
"""What nobody uses as a password, while `changeme` and `example` are often the ones that are used."""

_RESERVED = re.compile(
    rb"(?:example\.(?:com|net|org)|(?<![a-z0-9-])(?:my|your)?-?domain\.(?:com|tld|org)|\.test|\.invalid|localhost)(?![a-z.-])"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BESIDE = re.compile(
    r"(?:^|[_.-])(?:user|user[_-]?name|login|e?mail|db|database|schema|host|hostname|server|port|region|zone|domain|realm"
    r"|ur[il]|address|version|kind|driver|name|id|in[_-]?role|ssl[_-]?mode)(?:[_-]in)?\d*$"
    r"|(?:account|user|bucket|server|database|cluster)name\d*$",
    re.IGNORECASE,
)
"""The keys of a Secret that go with the secret, and are not secret: whom and what it lets in."""

_SECRET_KEY = re.compile(
    r"pass|secret|token|cred|cookie"
    r"|(?:^|[_.-])(?:\w{0,20}keys?|auth\w{0,10}|certs?|salt|seed|hash|pin|psk|code|pwd?)\d*(?=$|[_.-])",
    re.IGNORECASE,
)
_PUBLIC = re.compile(r"pub(?:lic)?[_.-]?key", re.IGNORECASE)
_KEPT = re.compile(r"secret[_-]?id$|web[_-]?hook", re.IGNORECASE)
_DOCKER = re.compile(r"\.docker(?:cfg|configjson)")
_LETS_IN = re.compile(r"\"(?:auth|password|identitytoken|registrytoken)\"\s*:\s*\"[^\"]")
_SETTINGS = re.compile(r".+\.(?:properties|ya?ml|json|conf|cfg|ini|toml|xml|env|sh|sql|txt)", re.IGNORECASE)


def is_account(text: str) -> bool:
    """Return whether a text is the ID of an access key of AWS, which lets nobody in without its secret key."""
    return _ACCOUNT.fullmatch(text.strip()) is not None


def decoded(text: str) -> str:
    """Return what stands in a Secret's `data` behind its base64; nothing where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace").strip()
    except ValueError:
        return ""


def is_placeholder(text: str) -> bool:
    """Return whether a text only shows what is to be put in its place."""
    twice = decoded(text)  # what was encoded by hand is encoded once more by what makes the Secret
    return bool(
        _REFERENCE.search(text)
        or any(form.fullmatch(text) for form in (_NO_SECRET, _TO_REPLACE, _ALGORITHM))
        or any(map(_PLACEHOLDER.fullmatch, (text, twice)))
    )


def is_of_example(certificate: str) -> bool:
    """Return whether a certificate is for names that nobody has: https://www.rfc-editor.org/rfc/rfc2606."""
    inside = "".join(re.sub(r"-----[A-Z ]+-----", "", certificate.partition("-----END")[0]).split())
    try:
        return _RESERVED.search(base64.b64decode(inside, validate=True)) is not None
    except ValueError:
        return False


def user_in_url(text: str) -> str:
    """Return the user of a URL with a password, or nothing."""
    found = _IN_URL.search(text)
    return found[0].partition("://")[2].partition(":")[0] if found else ""


def password_in_url(text: str) -> str:
    """Return the password of a URL, or of a connection string (`Server=db;Password=…`), or nothing."""
    found = _IN_URL.search(text) if "://" in text else None
    if not found and "=" in text and _PAIRS.search(text):
        found = _IN_PAIRS.search(text)
    return found[1] if found else ""


def is_token(text: str) -> bool:
    """Return whether a text has the form of a product's token, which lets in wherever it stands."""
    found = _token_in(text)
    return found is not None and "PRIVATE KEY" not in found[0]


def _token_in(text: str) -> re.Match[str] | None:
    return _TOKENS.search(text) if _IN_TOKENS.search(text) else None


def _whole(token: re.Match[str]) -> str:
    """Return a token; of a private key, with the lines that only this key has."""
    return token.string[token.start() :].partition("-----END")[0] if token[0].startswith("-----") else token[0]


def has_secret_form(text: str) -> str:
    """Return what makes a text a secret whatever its name is, or nothing."""
    if len(text) >= _SHORTEST_TOKEN and _token_in(text):
        return "has the form of a token or key"
    password = password_in_url(text) if "=" in text or "://" in text else ""
    if not password or _REFERENCE.search(password) or _TO_REPLACE.fullmatch(password):
        return ""
    return "is a URL with a password" if _IN_URL.search(text) else "is a connection string with a password"


def _is_about(name: str) -> bool:
    return bool(_WHETHER.search(name) or (_ABOUT.search(name) and not _LAST.search(name)))


def is_secret(name: str, text: str) -> bool:
    """Return whether a value of this name is a secret, and not about one (`TOKEN_TTL`, `PASSWORD_FILE`), nor a name."""
    of_password = _PASSWORD.search(name)
    if not (of_password or _SECRET.search(name)) or name == text or _is_about(name) or _REFERENCE.search(text):
        return False
    if any(form.fullmatch(text) for form in (_NO_SECRET, _TO_REPLACE, _ALGORITHM)):
        return False
    return bool(of_password) or not (_NAMED.search(name) and _NAME.fullmatch(text))


def goes_with_secret(name: str) -> bool:
    """Return whether a name is that of a user, a database or the like, and what it has is not secret."""
    return _BESIDE.search(_CAMEL.sub("_", name)) is not None


def is_kept(key: str, text: str) -> bool:
    """Return whether what a Secret object holds under a key is a secret.

    It is none where it only goes with one (`username`, `host`), and a file of settings is one for what it says.
    """
    words = _CAMEL.sub("_", key)
    if has_secret_form(text):
        return True
    if is_placeholder(text) or key.endswith((".crt", ".pem", ".pub")) or key == "tls.key" or _CONNECTION.search(words):
        return False
    if _DOCKER.fullmatch(key):
        return _LETS_IN.search(text) is not None
    if _KEPT.search(words):
        return True
    if _BESIDE.search(words) or _is_about(words) or _PUBLIC.search(words):
        return False
    named = _PASSWORD.search(words) or _SECRET.search(words)
    if ("\n" in text and _assigns_secrets(text)) or ((_SETTINGS.fullmatch(key) or "\n" in text) and not named):
        return next(secrets_in_file(text, of_secret=True), None) is not None
    return bool(_SECRET_KEY.search(words)) or is_drawn(text)


def _assigns_secrets(text: str) -> bool:
    """Return whether a file gives values to passwords and the like, be they real or not."""
    names = (_CAMEL.sub("_", found[1]) for found in _ASSIGNED.finditer(text))
    return any(_PASSWORD.search(name) or _SECRET.search(name) for name in names)


def names_in_file(text: str) -> list[str]:
    """Return whom and what the secrets of a file's text go with: users, databases, aliases."""
    found = _ASSIGNED.finditer(text)
    return [each[3] for each in found if goes_with_secret(each[1]) or each[1].lower().endswith("alias")]


def secrets_in_file(text: str, *, of_secret: bool = False) -> Iterator[tuple[str, str]]:
    """Yield what a file's text holds: the name, or nothing, and the text that is a secret.

    In a file of a Secret, tokens and keys count as passwords do; elsewhere they are often names.
    """
    if token := _token_in(text):
        yield "", _whole(token)
    if (url := _IN_URL.search(text)) and not _REFERENCE.search(url[1]):
        yield "", url[0]
    for found in _ASSIGNED.finditer(text):
        name = _CAMEL.sub("_", found[1])
        if not re.search(r"\w", found[3]) or (not found[2] and _EXPRESSION.fullmatch(found[3])):
            continue
        if (of_secret or _PASSWORD.search(name)) and is_secret(name, found[3]):
            yield found[1], found[3]
