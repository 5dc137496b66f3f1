"""What a template may not say: what scaffold does not know, or what no question can be made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_templates import refused, template_in


@pytest.mark.parametrize(
    "setting",
    ["tasks: [touch canary]", "migrations: []", "jinja_extensions: [os.path]",
     "message_after_copy: hello", "preserve_symlinks: true", "external_data: {a: ../b}",
     "message_before_update: x", "cleanup_on_error: false"],
)  # fmt: skip
def test_a_setting_that_only_copier_knows(setting: str, root: Path) -> None:
    template_in(root, {}, f"_{setting}\n")
    name = setting.partition(":")[0]
    refused(root, f"copier.yml: _{name} is a part of Copier's format that scaffold does not support.")


@pytest.mark.parametrize("name", ["_copier_conf.sep", "_copier_conf.src_path", "_copier_operation", "_folder_name"])
def test_a_variable_that_only_copier_has(name: str, root: Path) -> None:
    """An empty text in its place would be another service than Copier's."""
    template_in(root, {"x.jinja": f"a\n{{{{ {name} }}}}"})
    refused(
        root, f"skeleton/x.jinja, line 2: {name} is a variable of Copier's that scaffold does not have; use `copier`"
    )


def test_an_included_file_is_named_where_its_setting_is_refused(root: Path) -> None:
    template_in(root, {}, "---\n!include more.yml\n")
    (root / "more.yml").write_text("_tasks: [x]\n")
    refused(root, "more.yml: _tasks is a part of Copier's format")


@pytest.mark.parametrize(
    ("copier_yml", "words"),
    [
        ("_subdirectry: x", "'_subdirectry' is not a setting. Did you mean _subdirectory?"),
        ("_whatever: x", "'_whatever' is not a setting. scaffold knows _min_copier_version"),
        ("_min_scaffold_version: '99.1'\n_whatever: x", "the template needs scaffold 99.1 or newer, and this is "),
        ("_min_scaffold_version: newest", "_min_scaffold_version is 'newest'. Example: \"0.4.0\"."),
        (f"_min_scaffold_version: '{'9' * 10_000}'", "_min_scaffold_version is '9999"),
        ("_min_scaffold_version: 0.4", "_min_scaffold_version is a float"),
        ("_answers_file: [a]", "_answers_file must be text, not a list"),
        ("_envops: x", "_envops must be a mapping"),
        ("_envops: {extensions: [os]}", "'extensions' is not a setting of _envops"),
        ("_envops: {variable_start_string: '[['}", "'variable_start_string' is not a setting of _envops"),
        ("_envops: {trim_blocks: 5}", "trim_blocks in _envops must be true or false"),
        ("_envops: {undefined: jinja2.DebugUndefined}", "undefined in _envops must be one of"),
        ("_exclude: '*'", "_exclude must be a list of text. Example: [docs/internal]."),
        ("_skip_if_exists: [1]", "_skip_if_exists must be a list of text"),
        ("_secret_questions: {a: b}", "_secret_questions must be a list of text"),
        (
            "_exclude: ['{% if _copier_operation == \"copy\" %}x{% endif %}']",
            "_copier_operation is a part of Copier's f",
        ),
        ("_exclude: ['{{ nonsense( }}']", "copier.yml: _exclude: {{ nonsense( }}, line 1"),
        ("_exclude: ['!']", "_exclude has a pattern that is wrong"),
        ("a: {type: str, secret: true}", "question a: a secret question needs a default"),
        ("_secret_questions: [a]\na: {type: str}", "question a: a secret question needs a default"),
        ("a: {type: str, secret: 1}", "secret must be true or false, not a int."),
        ("a: {type: str, multiselect: true}", "question a: multiselect needs choices."),
        ("a: {type: str, multiselect: x, choices: [b]}", "multiselect must be true or false, not 'x'."),
        ("a: {type: str, ask: false}", "ask is a part of Copier's format"),
        ("a: {type: str, defalt: x}", "'defalt' is not a key of a question. Did you mean default?"),
        ("a: {type: path}", "type is 'path', and must be one of bool"),
        ("a: {type: [str]}", "type is a list, and must be one of bool"),
        ("a: {type: str, when: [b]}", "`when` must be true, false, or a template, not a list"),
        ("a: {type: str, validator: [x]}", "validator must be text"),
        ("a: {type: str, choices: '{{ b }}'}", "choices must be a list or a mapping"),
        ("a: {type: str, choices: [[label, value]]}", "each choice must be one value"),
        ("a: {type: yaml, fields: [b]}", "fields must be a mapping"),
        ("a: {type: yaml, fields: {b: {secret: true}}}", "field b: 'secret' is not a key of a field"),
        ("1: x", "1 is not a name of a question"),
        ("- a", "not valid YAML"),
        ("a: [", "copier.yml:4:1 is not valid YAML"),
        ("a: 2026-99-99", "not valid YAML: month must be in 1..12"),
        ("a: !!python/name:os.system x", "not valid YAML"),
        ("---\n- a\n", "copier.yml must be a mapping"),
        ("---\ntext\n", "copier.yml must be a mapping"),
        ("a: &a [*a]", "an anchor holds its own alias"),
        ("a: " + "[" * 30_000, "nested more than 200 deep"),
        ("a: " + "- " * 30_000, "not valid YAML"),
        ("a: " + "9" * 10_000, "not valid YAML"),
    ],
    ids=lambda value: value[:30],
)
def test_questions_and_settings_that_are_wrong(copier_yml: str, words: str, root: Path) -> None:
    template_in(root, {}, f"{copier_yml}\n")
    refused(root, words)


def test_an_error_in_a_question_names_it(root: Path) -> None:
    template_in(root, {}, "a: {type: str, default: '{{ 1 / 0 }}'}\n")
    refused(root, "question a: {{ 1 / 0 }}, line 1: division by zero")
    template_in(root, {}, "a: {type: str, default: x, validator: '{{ nonsense( }}'}\n")
    refused(root, "question a: {{ nonsense( }}")
