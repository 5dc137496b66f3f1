"""Which values the template takes as answers: what it would refuse is reported, and never proposed.

These are the rules of `templates/service/questions/`, as far as values that were read can break them. A test asks the
template's own validators about every proposal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from scaffold.kubernetes.quantities import quantity

LOWEST_PORT = 1024
"""Ports below it need root."""

_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_SHORT = re.compile(r"[a-z]([a-z0-9]|-[a-z0-9]){0,29}")
_PORT = re.compile(r"[a-z]([a-z0-9-]{0,13}[a-z0-9])?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]*){1,20}")
_PREFIX = re.compile(r"/|(/[A-Za-z0-9_-][A-Za-z0-9._~-]*)+")
_WORD = re.compile(r"[^\x00-\x1f\x7f$]{1,500}")
_LINE = re.compile(r"(?![-@+ ])[\x20-\x22\x25-\x7e]{1,299}(?<![\\ ])")
_SETTING = re.compile(r"(?! )[^\x00-\x1f\x7f#'\"\\$]{1,500}(?<! )")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_OWN_PATH = re.compile(r"(?!.*(^|/)[.]+(/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*")
_IMAGE = re.compile(
    r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*:(?!latest(@|$))[\w][\w.-]{0,127}(@sha256:[0-9a-f]{64})?"
)
_REGISTRY = re.compile(
    r"[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{1,4})?(/[a-z0-9]+([._-][a-z0-9]+)*)*"
)
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}(/[A-Za-z0-9][A-Za-z0-9._-]{0,98}){0,4}")
_FOLDER = re.compile(r"(/[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*)+")
_SYSTEM = re.compile(r"/(bin|boot|dev|etc|lib|lib64|proc|root|sbin|sys|usr)(/|$)")
_COMMAND = re.compile(r"[A-Za-z0-9._/][A-Za-z0-9._:=/@%+,-]*( [A-Za-z0-9._:=/@%+,-]+)*")
_FIELD = r"([*]|[0-9]{1,2}(-[0-9]{1,2})?)(/[1-9][0-9]?)?"
_SCHEDULE = re.compile(rf"@(hourly|daily|weekly|monthly|yearly)|{_FIELD}(,{_FIELD})*( {_FIELD}(,{_FIELD})*){{4}}")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_SECRET = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}")
_LABEL_NAME = re.compile(r"([a-z0-9]([a-z0-9.-]{0,80}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_OF_CLUSTER = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
_OF_TEMPLATE = re.compile(r"LOG_LEVEL|SHUTDOWN_SECONDS|PORT_.*|OTEL_EXPORTER_OTLP_ENDPOINT|TMPDIR")
_SECRET_NAME = re.compile(r"password|secret|token|private_?key|credential", re.IGNORECASE)
_MEBIBYTE = 1024 * 1024


def is_label(text: str, most: int = 63) -> bool:
    """Return whether a text can be the name of a service or a namespace."""
    return len(text) <= most and _LABEL.fullmatch(text) is not None and text not in _YAML_WORDS


def is_namespace(text: str) -> bool:
    """Return whether a namespace can be that of a service in production."""
    return is_label(text, 59) and text not in _OF_CLUSTER


def is_short_name(text: str) -> bool:
    """Return whether a text can be the name of a dependency, a job, a secret or an environment."""
    return _SHORT.fullmatch(text) is not None


def is_port_name(text: str) -> bool:
    """Return whether a text can be the name of a port that serves."""
    taken = {"admin", "metrics", "breaker-health", "limiter-health", *_YAML_WORDS}
    return _PORT.fullmatch(text) is not None and "--" not in text and text not in taken


def is_port(number: int) -> bool:
    """Return whether a process that is not root can listen on a port."""
    return LOWEST_PORT <= number <= 65535


def is_user(number: int) -> bool:
    """Return whether a number can be that of a user or a group that is not root."""
    return 0 < number <= 2147483647


def is_path(text: str) -> bool:
    """Return whether a probe or Prometheus can ask for a path."""
    return _PATH.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """Return whether a text can be the beginning of the paths that come from outside."""
    return len(text) <= 200 and _PREFIX.fullmatch(text) is not None


def are_words(words: Sequence[str]) -> bool:
    """Return whether a list can be a program and its arguments."""
    return len(words) <= 64 and all(_WORD.fullmatch(word) for word in words)


def is_line(text: str) -> bool:
    """Return whether a text can be a command of the Makefile."""
    return _LINE.fullmatch(text) is not None


def is_setting(text: str) -> bool:
    """Return whether a text can be the value of a variable."""
    return _SETTING.fullmatch(text) is not None


def is_variable(name: str) -> bool:
    """Return whether a variable can be one of the settings."""
    free = _VARIABLE.fullmatch(name) and not _OF_TEMPLATE.fullmatch(name)
    return bool(free) and not _SECRET_NAME.search(name)


def is_of_template(name: str) -> bool:
    """Return whether the template sets a variable itself."""
    return _OF_TEMPLATE.fullmatch(name) is not None


def has_name_of_secret(name: str) -> bool:
    """Return whether the template takes a variable of this name only as a secret."""
    return _SECRET_NAME.search(name) is not None


def is_own_path(text: str) -> bool:
    """Return whether a text is a path below the folder of the service."""
    return _OWN_PATH.fullmatch(text) is not None


def is_image(text: str) -> bool:
    """Return whether a text is an image with a tag that is not latest."""
    return _IMAGE.fullmatch(text) is not None


def is_registry(text: str) -> bool:
    """Return whether a text is a registry, with a folder or without one."""
    return _REGISTRY.fullmatch(text) is not None


def is_owner(text: str) -> bool:
    """Return whether a text is a user or a team, as CODEOWNERS has it behind the @."""
    return _OWNER.fullmatch(text) is not None


def is_writable(path: str) -> bool:
    """Return whether a folder of the container can be one that the service writes to."""
    return len(path) <= 200 and _FOLDER.fullmatch(path) is not None and not _SYSTEM.match(path)


def is_command(text: str) -> bool:
    """Return whether a text can be the command of a job."""
    return len(text) <= 300 and _COMMAND.fullmatch(text) is not None


def is_schedule(text: str) -> bool:
    """Return whether a text can be the schedule of a job."""
    return _SCHEDULE.fullmatch(text) is not None


def is_host(text: str) -> bool:
    """Return whether a text is a complete host name."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


def is_secret(name: str, key: str) -> bool:
    """Return whether these can be a Secret's name and a key of it."""
    return len(name) <= 253 and _SECRET.fullmatch(name) is not None and _KEY.fullmatch(key) is not None


def is_label_pair(name: str, value: str) -> bool:
    """Return whether a label can be one that the team chooses."""
    return _LABEL_NAME.fullmatch(name) is not None and _LABEL_VALUE.fullmatch(value) is not None


def as_cpu(text: str | None) -> str:
    """Return a quantity of CPU as the template writes it, such as `250m` or `2`; nothing where it is none."""
    cores = quantity(text)
    if cores is None or cores <= 0:
        return ""
    milli = -(-Fraction(cores) * 1000 // 1)
    if milli < 10:
        return ""
    return str(milli // 1000) if milli % 1000 == 0 and milli < 1_000_000 else f"{milli}m"


def as_memory(text: str | None) -> str:
    """Return a quantity of memory in Mi or Gi, rounded up; nothing where it is none or less than 16Mi."""
    found = quantity(text)
    size = -(-Fraction(found) // _MEBIBYTE) if found is not None and found > 0 else 0
    if size < 16:
        return ""
    return f"{size // 1024}Gi" if size % 1024 == 0 and size < 10_240_000 else f"{size}Mi"
