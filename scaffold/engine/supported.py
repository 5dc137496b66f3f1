"""The part of Copier's format that scaffold knows; a template that uses another part is refused by name.

Silence would be worse: a template whose `_tasks` never ran, or whose `_exclude` did not count, gives another service
than its authors see with Copier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.version import Version

from scaffold import __version__
from scaffold.errors import TemplateError
from scaffold.files.names import problem
from scaffold.text.nearest import suggest

LISTS = ("exclude", "secret_questions", "skip_if_exists")
"""Settings that are lists of text; as in Copier, those of several documents add up."""

MIN_VERSION = "min_scaffold_version"
"""The setting with the oldest version of scaffold that the template allows; Copier ignores it."""

SETTINGS = ("min_copier_version", MIN_VERSION, "subdirectory", "templates_suffix", "answers_file", "envops", *LISTS)
"""Settings of copier.yml, without the leading `_`. Copier's version is only for Copier."""

ENVOPS = ("keep_trailing_newline", "trim_blocks", "lstrip_blocks", "undefined")
"""Settings of Jinja; Jinja's own signs (`{{`, `{%`) stay as they are."""

UNDEFINED = ("jinja2.Undefined", "jinja2.StrictUndefined")

TYPES = ("bool", "float", "int", "json", "str", "yaml")

QUESTION_KEYS = (
    *("type", "help", "default", "choices", "validator", "when", "multiselect", "secret"),
    *("example", "fields", "relevant", "group", "reason"),
)
"""Keys of a question; those from `example` on are read by scaffold only, and Copier ignores them."""

FIELD_KEYS = ("type", "help", "default", "choices", "example", "required", "names")
"""Keys of a field of a record."""

_COPIERS = (
    *("cleanup_on_error", "external_data", "jinja_extensions", "message_after_copy"),
    *("message_after_update", "message_before_copy", "message_before_update", "migrations", "preserve_symlinks"),
    "tasks",
)
_ON_THE_SCREEN = ("multiline", "placeholder", "qmark")
"""Keys that change only what Copier's own prompt looks like."""

_COPIERS_QUESTION_KEYS = ("ask",)


class UnsupportedError(TemplateError):
    """The template uses a part of Copier's format that scaffold does not know."""


def check_settings(settings: Mapping[str, Any], file: str) -> None:
    """Refuse a setting that scaffold does not know, or one of a wrong value; `file` is where they stand.

    Raises:
        TemplateError: for the first one; before all others, when the template needs a newer scaffold.
    """
    _check_version(settings, file)
    _check_keys((f"_{key}" for key in settings), _private(SETTINGS), _private(_COPIERS), "setting", file)
    for key in ("subdirectory", "templates_suffix", "answers_file"):
        if not isinstance(settings.get(key, ""), str):
            raise TemplateError(f"{file}: _{key} must be text, not {_shown(settings[key])}.")
    _check_lists(settings, file)
    if (reason := problem(settings.get("answers_file", "answers"))) is not None:
        raise TemplateError(f"{file}: _answers_file is {_shown(settings['answers_file'])}, but it {reason}.")
    envops = settings.get("envops", {})
    if not isinstance(envops, Mapping):
        raise TemplateError(f"{file}: _envops must be a mapping of names to values, not {_shown(envops)}.")
    _check_keys(envops, ENVOPS, (), "setting of _envops", file)
    for key, value in envops.items():
        if key == "undefined" and value not in UNDEFINED:
            raise TemplateError(f"{file}: undefined in _envops must be one of {', '.join(UNDEFINED)}.")
        if key != "undefined" and not isinstance(value, bool):
            raise TemplateError(f"{file}: {key} in _envops must be true or false, not {_shown(value)}.")


def check_question(name: str, spec: Mapping[Any, Any], file: str) -> None:
    """Refuse a question with keys or values that scaffold does not know; `file` is where the template's questions are.

    Raises:
        TemplateError: for the first one.
    """
    here = f"{file}, question {name}"
    _check_keys(spec, (*QUESTION_KEYS, *_ON_THE_SCREEN), _COPIERS_QUESTION_KEYS, "key of a question", here)
    if spec.get("type", "str") not in TYPES:
        raise TemplateError(f"{here}: type is {_shown(spec['type'])}, and must be one of {', '.join(TYPES)}.")
    if not isinstance(spec.get("when", True), bool | str):
        raise TemplateError(f"{here}: `when` must be true, false, or a template, not {_shown(spec['when'])}.")
    for key in ("help", "validator", "relevant", "group", "reason"):
        if not isinstance(spec.get(key, ""), str):
            raise TemplateError(f"{here}: {key} must be text, not {_shown(spec[key])}.")
    _check_flags(spec, here)
    _check_choices(spec.get("choices", {}), here)
    fields = spec.get("fields", {})
    if not isinstance(fields, Mapping) or not all(isinstance(field, Mapping) for field in fields.values()):
        raise TemplateError(f"{here}: fields must be a mapping of names to what each field is.")
    for field, keys in fields.items():
        _check_keys(keys, FIELD_KEYS, (), "key of a field", f"{here}, field {field}")
        _check_choices(keys.get("choices", ()), f"{here}, field {field}")


def _check_version(settings: Mapping[str, Any], file: str) -> None:
    least = settings.get(MIN_VERSION, "0")
    try:
        is_newer = Version(least) > Version(__version__)
    except (TypeError, ValueError) as error:  # InvalidVersion, or a number of thousands of digits
        raise TemplateError(f'{file}: _{MIN_VERSION} is {_shown(least)}. Example: "0.4.0".') from error
    if is_newer:
        raise TemplateError(
            f"{file}: the template needs scaffold {least} or newer, and this is {__version__}. Install a newer one."
        )


def _check_lists(settings: Mapping[str, Any], file: str) -> None:
    for key in LISTS:
        words = settings.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise TemplateError(f"{file}: _{key} must be a list of text. Example: [docs/internal].")
        if any("_copier_operation" in word for word in words):
            raise UnsupportedError(
                f"{file}, _{key}: _copier_operation is a part of Copier's format that scaffold does not support."
            )


def _check_flags(spec: Mapping[Any, Any], here: str) -> None:
    for key in ("multiselect", "secret"):
        if not isinstance(spec.get(key, False), bool):
            raise TemplateError(f"{here}: {key} must be true or false, not {_shown(spec[key])}.")
    if spec.get("multiselect") and not spec.get("choices"):
        raise TemplateError(f"{here}: multiselect needs choices.")
    if spec.get("secret") and "default" not in spec:
        raise TemplateError(f"{here}: a secret question needs a default, because nobody remembers its answer.")


def _check_choices(choices: Any, here: str) -> None:
    values = choices.values() if isinstance(choices, Mapping) else choices
    if isinstance(choices, str) or not isinstance(choices, Mapping | list | tuple):
        raise UnsupportedError(f"{here}: choices must be a list or a mapping; scaffold supports no others.")
    if any(isinstance(value, Mapping | list) for value in values):
        raise UnsupportedError(f"{here}: each choice must be one value; scaffold supports no others.")


def _check_keys(found: Iterable[Any], known: Iterable[str], copiers: Iterable[str], what: str, here: str) -> None:
    known = tuple(known)
    for key in found:
        if key in known:
            continue
        if key in copiers:
            raise UnsupportedError(f"{here}: {key} is a part of Copier's format that scaffold does not support.")
        near = suggest(key, known, f"scaffold knows {', '.join(known)}.")
        raise TemplateError(f"{here}: {_shown(key)} is not a {what}. {near}")


def _private(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"_{name}" for name in names)


def _shown(value: Any) -> str:
    """Return a value as a message shows it: short, in one line."""
    text = value if isinstance(value, str) else f"a {type(value).__name__}"
    return repr(text[:60]) if isinstance(value, str) else text
