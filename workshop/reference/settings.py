"""docs/reference/settings.md: files, environment variables and comments that change what scaffold does."""

from __future__ import annotations

import re

import click

from scaffold.check import settings as of_check
from scaffold.cli.check import check
from scaffold.patterns import PATTERNS
from scaffold.prove.subject.settings import KEYS
from scaffold.settings.user import KEYS as USER_KEYS
from workshop.reference import variables
from workshop.reference.markdown import block, bullets, code, page, paragraph, sentence, table
from workshop.reference.meanings import OF_CHECK, OF_PROVE, OF_USER, TYPES

_DEFAULT = re.compile(r"\s*\[default: [^]]*\]")
_EXAMPLE = """\
[check]
profile = "essential"
ignore = ["P08-no-pre-stop"]
exclude = ["vendor", "charts/legacy"]

[prove]
image = "registry.example.com/app:1.2"
manifests = "deploy/app.yaml"
dependencies = { mail = "MAIL_URL", db = { variable = "DB", scheme = "tcp", critical = true } }

[answers]
ci = "gitlab"
"""
_USER_EXAMPLE = """\
template = "https://git.example.org/mirrors/kube-scaffold.git"

[answers]
owner = "example-org/payments"
image_registry = "registry.example.org/payments"
"""
_COMMENT = """\
# scaffold: ignore P08-probe-port because the sidecar opens this port
# scaffold: ignore P10, P11-limit-status because the mesh does this
"""


def make() -> str:
    """Return the page."""
    return page(
        "Settings",
        "scaffold/settings/, scaffold/check/settings.py, scaffold/prove/subject/settings.py and workshop/reference/",
        paragraph(
            "scaffold works without any settings. This page lists the files, environment variables and comments that "
            "change what it does. An unknown key is an error with exit code 12."
        ),
        _repository(),
        _of_check(),
        _of_prove(),
        _answers(),
        _of_user(),
        f"## Environment variables\n\n{variables.tables()}",
        _comments(),
    )


def _repository() -> str:
    return "\n\n".join(
        [
            "## Settings of a repository",
            block("toml", f"# .scaffold.toml\n{_EXAMPLE}"),
            paragraph(
                "The tables may also be in `pyproject.toml`, as `[tool.scaffold.check]`, `[tool.scaffold.prove]` and "
                "`[tool.scaffold.answers]`."
            ),
            bullets(
                [
                    (
                        "scaffold starts at the folder that you name, or at the working folder. It goes up to the root "
                        "of the git repository, or through all parents outside a repository."
                    ),
                    "The nearest file that has the table is used. Tables of several files are not merged.",
                    "In one folder, `.scaffold.toml` comes before `pyproject.toml`.",
                ]
            ),
        ]
    )


def _of_check() -> str:
    """Return the settings of `scaffold check`; the meaning of one that is an option is its help."""
    options = {each.name: each for each in check.params if isinstance(each, click.Option)}
    defaults = {name: value for name, value in of_check._DEFAULTS.items() if name not in of_check._NEVER_IN_A_FILE}
    rows = []
    for name, default in defaults.items():
        option = options.get(name)
        meaning = OF_CHECK[name] if option is None else sentence(_DEFAULT.sub("", option.help or ""))
        rows.append((code(name), _type(name, default), _shown(default), meaning, f"`{variables.of_check(name)}`"))
    never = [f"`{name}`" for name in of_check._NEVER_IN_A_FILE]
    return "\n\n".join(
        [
            "## [check]",
            table(("key", "type", "default", "meaning", "environment variable"), rows),
            bullets(
                [
                    "`select` and `ignore` take ids of rules (`P08-probe-port`) and of patterns (`P08`).",
                    "`exclude` takes shell patterns of paths from the working folder: `vendor`, `deploy/*-test.yaml`.",
                    f"`new_only` takes a git revision, or `{of_check.MERGE_BASE}`: where you left the default branch.",
                ]
            ),
            paragraph(
                "Precedence, from the strongest: the option, the environment variable, the file, the profile, the "
                "default. The path of a `baseline` in a file is relative to that file."
            ),
            paragraph(
                f"A file can't set {', '.join(never)}: the repository that you check must not decide that. Use the "
                f"option, or {', '.join(f'`{variables.of_check(each)}`' for each in of_check._NEVER_IN_A_FILE)}. "
                "[The security model](../explanation/security-model.md) has the reasons."
            ),
        ]
    )


def _type(name: str, default: object) -> str:
    choices = of_check._CHOICES.get(name, ())
    return f"one of {', '.join(code(each) for each in choices)}" if choices else TYPES[type(default)]


def _shown(default: object) -> str:
    return "none" if default in ("", 0, []) and default is not False else code(default)


def _of_prove() -> str:
    if KEYS.keys() != OF_PROVE.keys():
        raise ValueError(
            f"workshop/reference/meanings.py lacks, or has too many: {sorted(KEYS.keys() ^ OF_PROVE.keys())}"
        )
    rows = [(code(key), TYPES[kind], OF_PROVE[key]) for key, kind in KEYS.items()]
    return "\n\n".join(
        [
            "## [prove]",
            paragraph(
                "A generated service needs none of these: its manifests and answers have all values. Set them to prove "
                "any other image."
            ),
            table(("key", "type", "meaning"), rows),
            paragraph(
                "Precedence, from the strongest: the option, the file, the answers of a generated service, the "
                "manifests. `env` of the file and `--env` are merged. For limits and writable paths, the manifests "
                "come before the answers."
            ),
        ]
    )


def _answers() -> str:
    return "\n\n".join(
        [
            "## [answers]",
            paragraph(
                "The keys are the names of [the questions](questions.md). Each value replaces a default of the "
                "template in `scaffold new`; no other command reads this table."
            ),
            paragraph(
                "Precedence, from the strongest: `--data`, `--answers`, `[answers]` of the repository, `[answers]` of "
                "the user, the default of the template. Such a value counts as given, so `scaffold update` never "
                "replaces it by a default."
            ),
        ]
    )


def _of_user() -> str:
    if set(USER_KEYS) != OF_USER.keys():
        raise ValueError(f"workshop/reference/meanings.py has other keys than {USER_KEYS}")
    return "\n\n".join(
        [
            "## Settings of a user",
            block("toml", f"# ~/.config/kube-scaffold/config.toml\n{_USER_EXAMPLE}"),
            table(("key", "meaning"), [(code(key), OF_USER[key]) for key in USER_KEYS]),
            paragraph(
                "On Linux the file is in `$XDG_CONFIG_HOME/kube-scaffold` if that variable is set. On macOS it is "
                "`~/Library/Application Support/kube-scaffold/config.toml`."
            ),
            paragraph(
                "Precedence for the address of the template, from the strongest: `--template`, "
                "`SCAFFOLD_TEMPLATE_URL`, `template` in this file, the project's own address."
            ),
        ]
    )


def _comments() -> str:
    return "\n\n".join(
        [
            "## Comments",
            block("yaml", _COMMENT),
            bullets(
                [
                    (
                        "The comment suppresses findings of `scaffold check`. It needs a rule or a pattern "
                        f"({next(iter(PATTERNS))} to {list(PATTERNS)[-1]}), or several with commas between them."
                    ),
                    "A reason after `because` is required. Without a reason the comment has no effect.",
                    (
                        "At the end of a line it applies to that line. On a line of its own it applies to the line "
                        "below the comments."
                    ),
                    (
                        "Among the comments that open a YAML document or a Dockerfile, it applies to all of that "
                        "document or file."
                    ),
                    "A comment that matches no finding is reported as a note; with `--strict`, the exit code is 1.",
                ]
            ),
        ]
    )
