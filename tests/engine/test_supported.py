"""What a template may not do: lead out of its folder or the service's, use what scaffold lacks, or never end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.engine import bounds, render, template
from scaffold.engine.template import load_template
from scaffold.errors import AnswerError, ScaffoldError, TemplateError
from tests.support.small_templates import rendered, template_in


def refused(root: Path, *words: str) -> str:
    """Return the one sentence by which a template is refused; it holds the words."""
    with pytest.raises(ScaffoldError) as error:
        rendered(root)
    assert type(error.value) is TemplateError
    sentence = str(error.value)
    assert "\n" not in sentence and len(sentence) < 700
    for word in words:
        assert word in sentence
    return sentence


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.yml").write_text("secret: canary\n")
    return template_in(tmp_path / "template", {"fine": "fine"})


def test_the_template_itself_is_fine(root: Path) -> None:
    assert rendered(root) == {"fine": b"fine"}


@pytest.mark.parametrize("target", ["../../outside/secret.yml", "/etc/passwd", "../../outside", "missing"])
def test_a_link_in_the_skeleton_that_leads_out(target: str, root: Path) -> None:
    (root / "skeleton/stolen").symlink_to(target)
    refused(root, "skeleton/stolen is a link that leads out of the template, or nowhere")


def test_a_folder_of_the_skeleton_that_is_a_link_out(root: Path) -> None:
    (root / "skeleton/a").mkdir()
    (root / "skeleton/a/b").symlink_to(root.parent / "outside")
    refused(root, "skeleton/a/b is a link")


def test_links_inside_the_template_are_followed(root: Path) -> None:
    (root / "shared").mkdir()
    (root / "shared/text").write_text("shared")
    (root / "skeleton/text").symlink_to("../shared/text")
    (root / "skeleton/folder").symlink_to("../shared")
    assert rendered(root) == {"fine": b"fine", "text": b"shared", "folder/text": b"shared"}


def test_links_that_go_round_in_circles(root: Path) -> None:
    (root / "one").mkdir()
    (root / "two").mkdir()
    (root / "skeleton/one").symlink_to("../one")
    (root / "one/two").symlink_to("../two")
    (root / "two/one").symlink_to("../one")
    refused(root, "skeleton/one/two/one is a link to a folder that it lies in")
    (root / "skeleton/one").unlink()
    (root / "skeleton/up").symlink_to(".")
    refused(root, "skeleton/up is a link to a folder that it lies in")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_a_pipe_never_makes_it_wait(root: Path) -> None:
    os.mkfifo(root / "skeleton/pipe")
    refused(root, "skeleton/pipe is neither a file nor a folder")
    (root / "skeleton/pipe").unlink()
    os.mkfifo(root / "pipe")
    template_in(root, {"x.jinja": "{% include 'pipe' %}"})
    refused(root, "pipe can't be read: it is not a regular file")
    (root / "copier.yml").unlink()
    os.mkfifo(root / "copier.yml")
    refused(root, "it is not a regular file")


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ("{% include 'link' %}", "link is a link that leads out of the template"),
        ("{% include 'folder/secret.yml' %}", "folder/secret.yml is a link that leads out of the template"),
        ("{% include '../outside/secret.yml' %}", "which is missing"),
        ("{% include '/etc/passwd' %}", "which is missing"),
        ("{% import '../outside/secret.yml' as x %}", "which is missing"),
        ("{% extends 'skeleton/../../outside/secret.yml' %}", "which is missing"),
    ],
)
def test_an_included_file_that_lies_outside(include: str, words: str, root: Path) -> None:
    (root / "link").symlink_to("../outside/secret.yml")
    (root / "folder").symlink_to("../outside")
    template_in(root, {"x.jinja": include})
    refused(root, words)


@pytest.mark.parametrize("folder", ["../outside", "/etc", "skeleton/../../outside", "linked"])
def test_a_skeleton_that_lies_outside(folder: str, root: Path) -> None:
    (root / "linked").symlink_to("../outside")
    (root / "copier.yml").write_text(f"_subdirectory: {folder}\n")
    refused(root, "_subdirectory of copier.yml leads out of the template")


@pytest.mark.parametrize(
    "pattern", ["../outside/secret.yml", "/etc/passwd", "../*/*.yml", "a/../../outside/*", "'..'", "[a]", ""]
)
def test_an_include_of_questions_that_leads_out(pattern: str, root: Path) -> None:
    template_in(root, {}, f"---\n!include {pattern}\n")
    refused(root, "copier.yml, line 4: !include must name files below the template")


@pytest.mark.parametrize("pattern", ["link.yml", "folder/*.yml", "*.yml"])
def test_an_include_of_questions_through_a_link(pattern: str, root: Path) -> None:
    (root / "link.yml").symlink_to("../outside/secret.yml")
    (root / "folder").symlink_to("../outside")
    template_in(root, {}, f"---\n!include {pattern}\n")
    refused(root)


def test_questions_that_include_themselves(root: Path) -> None:
    template_in(root, {}, "---\n!include a.yml\n")
    (root / "a.yml").write_text("!include b.yml\n")
    (root / "b.yml").write_text("!include a.yml\n")
    refused(root, "a.yml includes itself")


@pytest.mark.parametrize("name", ["../answers.yml", "/etc/answers.yml", ".git/hooks/post-commit", "a\\b", "''", "."])
def test_an_answers_file_that_lies_outside(name: str, root: Path) -> None:
    template_in(root, {"{{ _copier_conf.answers_file }}.jinja": "x"}, f"_answers_file: {name}\n")
    refused(root, "copier.yml: _answers_file is")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{{ '..\\x2fx' }}", "'../x', but that leads out of its folder"),
        ("{{ '..' }}/x", "'../x', but that leads out"),
        ("a/{{ '..\\x2f..\\x2fx' }}", "leads out"),
        ("{{ '\\x2fetc\\x2fx' }}", "is an absolute path"),
        ("{{ 'C:x' }}", "is an absolute path"),
        ("{{ 'a\\\\b' }}", "holds a backslash"),
        ("{{ 'a\\x00b' }}", "can't be printed"),
        ("{{ 'a\\nb' }}", "can't be printed"),
        ("{{ 'a\\x1b[31mb' }}", "can't be printed"),
        ("{{ 'x' * 256 }}", "more than 255 bytes"),
        ("{{ '.' }}", "names a folder, not a file"),
        ("a/{{ '.' }}", "names a folder, not a file"),
        ("{{ '.\\x2f.' }}", "names a folder, not a file"),
        ("{{ '.git' }}/hooks/post-commit", "lies in git's own folder"),
        ("{{ '.GIT' }}/config", "lies in git's own folder"),
        ("a/{{ 'git~1' }}/config", "lies in git's own folder"),
        ("{{ '.git. ' }}/config", "lies in git's own folder"),
        ("{{ '.g\\u200cit' }}/config", "lies in git's own folder"),
        ("{{ '.git' }}", "lies in git's own folder"),
        (".git/hooks/post-commit", "lies in git's own folder"),
        ("{{ 'FINE' }}", "differ only in case"),
        ("{{ 'fine' }}/x", "fine is a file and, because of fine/x, a folder"),
        ("{{ 'fine' }}", "render to fine"),
        ("{% yield a from [1, 2] %}same{% endyield %}", "render to same"),
        ("{% yield a from 5 %}x{% endyield %}", "not iterable"),
    ],
)
def test_a_name_that_leads_elsewhere(name: str, words: str, root: Path) -> None:
    template_in(root, {name: "x"})
    refused(root, words)


def test_ordinary_names_stay(root: Path) -> None:
    template_in(
        root,
        {"{{ '.' }}/a/{{ 'b\\x2fc' }}": "1", "{% yield n from ['x', 'y'] %}{{ n }}{% endyield %}.jinja": "{{ n }}"},
    )
    assert rendered(root) == {"fine": b"fine", "a/b/c": b"1", "x": b"x", "y": b"y"}


@pytest.mark.parametrize(
    "setting",
    ["tasks: [touch canary]", "migrations: []", "jinja_extensions: [os.path]", "exclude: ['*']", "skip_if_exists: [x]",
     "message_after_copy: hello", "secret_questions: [a]", "preserve_symlinks: true", "external_data: {a: ../b}",
     "message_before_update: x", "cleanup_on_error: false"],
)  # fmt: skip
def test_a_setting_that_only_copier_knows(setting: str, root: Path) -> None:
    template_in(root, {}, f"_{setting}\n")
    name = setting.partition(":")[0]
    refused(root, f"copier.yml: scaffold does not support _{name}, `copier` does; use copier, or remove it.")


def test_an_included_file_is_named_where_its_setting_is_refused(root: Path) -> None:
    template_in(root, {}, "---\n!include more.yml\n")
    (root / "more.yml").write_text("_tasks: [x]\n")
    refused(root, "more.yml: scaffold does not support _tasks")


@pytest.mark.parametrize(
    ("copier_yml", "words"),
    [
        ("_subdirectry: x", "'_subdirectry' is not a setting. Did you mean _subdirectory?"),
        ("_whatever: x", "'_whatever' is not a setting. scaffold knows _min_copier_version"),
        ("_answers_file: [a]", "_answers_file must be text, not a list"),
        ("_envops: x", "_envops must be a mapping"),
        ("_envops: {extensions: [os]}", "'extensions' is not a setting of _envops"),
        ("_envops: {variable_start_string: '[['}", "'variable_start_string' is not a setting of _envops"),
        ("_envops: {trim_blocks: 5}", "trim_blocks in _envops must be true or false"),
        ("_envops: {undefined: jinja2.DebugUndefined}", "undefined in _envops must be one of"),
        ("a: {type: str, secret: true}", "question a: scaffold does not support secret, `copier` does"),
        ("a: {type: str, multiselect: true}", "does not support multiselect"),
        ("a: {type: str, multiline: true}", "does not support multiline"),
        ("a: {type: str, placeholder: x}", "does not support placeholder"),
        ("a: {type: str, defalt: x}", "'defalt' is not a key of a question. Did you mean default?"),
        ("a: {type: path}", "type is 'path', and must be one of bool"),
        ("a: {type: [str]}", "type is a list, and must be one of bool"),
        ("a: {type: str, when: '{{ b }}'}", "`when` must be true or false"),
        ("a: {type: str, validator: [x]}", "validator must be text"),
        ("a: {type: str, choices: '{{ b }}'}", "choices must be a list or a mapping"),
        ("a: {type: str, choices: [[label, value]]}", "each of the choices must be one value"),
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


def bomb(levels: int = 40) -> str:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))]
    return "\n".join(lines) + "\n"


def test_a_bomb_of_aliases_in_a_template(root: Path) -> None:
    template_in(root, {}, bomb())
    refused(root, "its aliases stand for more than can be looked at")


def test_a_bomb_of_merged_maps_in_a_template(root: Path) -> None:
    lines = ["m0: &m0 {k: v}", *(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(1, 40))]
    template_in(root, {}, "\n".join(lines) + "\n")
    refused(root, "its aliases stand for more than can be looked at")


@pytest.mark.parametrize("kind", ["yaml", "str", "int", "json"])
def test_a_bomb_in_an_answer(kind: str, root: Path) -> None:
    template_in(root, {"x.jinja": "{{ a }}"}, f"a: {{type: {kind}, default: 1, validator: '{{{{ a | to_json }}}}'}}\n")
    value = ["x"]
    for _ in range(60):
        value = [value, value]
    looped: list[object] = []
    looped.append(looped)
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    texts = ["{" + bomb().replace("\n", ", ") + "}", "[" * 30_000, "9" * 10_000]
    for answer in (value, looped, deep, *(texts if kind != "str" else ())):
        with pytest.raises(AnswerError) as error:
            rendered(root, a=answer)
        assert "\n" not in str(error.value) and len(str(error.value)) < 700


ENDLESS = "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ 1 / 0 }}", "skeleton/x.jinja, line 3: division by zero"),
        ("{{ missing.field }}", "skeleton/x.jinja, line 3: 'missing' is undefined"),
        ("{{ 'a' | int | join }}", "skeleton/x.jinja, line 3: 'int' object is not iterable"),
        ("{{ '{' | from_json }}", "skeleton/x.jinja, line 3: Expecting property name"),
        ("{{ '[' | from_yaml }}", "skeleton/x.jinja, line 3: "),
        ("{{ ('[' * 30000) | from_yaml }}", "nested more than 200 deep"),
        ("{{ '(' | regex_search('(') }}", "skeleton/x.jinja, line 3: "),
        ("{{ 'x' | mandatory(1, 2, 3) }}", "skeleton/x.jinja, line 3: "),
        ("{{ 'x' | to_datetime }}", "skeleton/x.jinja, line 3: "),
        ("{{ [1] | combine({}) }}", "skeleton/x.jinja, line 3: "),
        ("{% endif %}", "skeleton/x.jinja, line 3: "),
        ("{{ 'x' | nonsense }}", "skeleton/x.jinja, line 3: No filter named 'nonsense'"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "skeleton/x.jinja, line 3: it calls itself without end"),
        ("{% include 'skeleton/x.jinja' %}", "it calls itself without end"),
        ("{% for i in range(10 ** 12) %}x{% endfor %}", "skeleton/x.jinja, line 3: Range too big"),
        ("{{ 'a' * 10 ** 10 }}", "skeleton/x.jinja, line 3: a product has more than 1,000,000 items"),
        ("{{ [1] * 10 ** 10 }}", "a product has more than 1,000,000 items"),
        ("{{ 10 ** 10 * 'a' }}", "a product has more than 1,000,000 items"),
        ("{{ 9 ** (9 ** 9) }}", "skeleton/x.jinja, line 3: a power has more than 4096 bits"),
        ("{% set n = namespace(x=9) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}", "a product has more than"),
        ("{{ 'a' | center(10 ** 11) }}", "skeleton/x.jinja, line 3: it takes more than 1024 MiB of memory"),
        ("{{ 'a'.ljust(10 ** 11) }}", "it takes more than 1024 MiB of memory"),
        ("{{ '%100000000000d' % 1 }}", "skeleton/x.jinja"),
        ("{{ '{:>100000000000}'.format(1) }}", "it takes more than 1024 MiB of memory"),
        ("{{ 'a' | indent(10 ** 11, true) }}", "it takes more than 1024 MiB of memory"),
        ("{% for i in range(9000) %}{{ 'a' * 1000 }}{% endfor %}", "a text has more than 8 Mi characters"),
        ("{% macro m() %}{% for i in range(9000) %}{{ 'a' * 1000 }}{% endfor %}{% endmacro %}{{ m() | length }}", "a text has more"),
        ("{{ '\\ud800' }}", "skeleton/x.jinja renders to a character that UTF-8 does not have"),
        ("{{ 'HOME' | expandvars }}", "the filter expandvars shows this machine's files or environment"),
        ("{{ '~' | expanduser }}", "the filter expanduser shows"),
        ("{{ '/etc/*' | fileglob }}", "the filter fileglob shows"),
        ("{{ 'x' | realpath }}", "the filter realpath shows"),
        ("{{ '/x' | relpath }}", "the filter relpath shows"),
        ("{{ ['~'] | map('expanduser') | list }}", "the filter expanduser shows"),
        ("{% filter expandvars %}$HOME{% endfilter %}", "the filter expandvars shows"),
    ],
)  # fmt: skip
def test_an_error_of_a_template_is_one_sentence(text: str, words: str, root: Path) -> None:
    template_in(root, {"x.jinja": f"one\ntwo\n{text}\n"})
    refused(root, words)


def test_a_text_that_doubles_without_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MEMORY", 32 * 1024 * 1024)
    doubled = "{% set n.x = n.x ~ n.x %}"
    template_in(root, {"x.jinja": "{% set n = namespace(x='a') %}{% for i in range(99) %}" + doubled + "{% endfor %}"})
    refused(root, "skeleton/x.jinja, line 1: it takes more than 32 MiB of memory")


@pytest.mark.parametrize(
    "text",
    [
        ENDLESS,
        "{% macro m() %}" + ENDLESS + "{% endmacro %}{{ m() }}",
        "{{ ('a' * 40 ~ 'b') | regex_search('(a+)+$') }}",
        "{% set n = namespace(x=1) %}{% for i in range(99999) %}{% for j in range(99999) %}{% if n.x %}{% endif %}{% endfor %}{% endfor %}",
    ],
)  # fmt: skip
def test_an_endless_template_ends(text: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its computing time, whatever else the machine does meanwhile."""
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    template_in(root, {"x.jinja": f"one\n{text}\n"})
    refused(root, "skeleton/x.jinja, line 2: it takes more than 0.3 s of computing")
    assert rendered(template_in(root.parent / "next", {"y": "y"})) == {"y": b"y"}


def test_what_never_ends_in_a_question_or_a_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    template_in(root, {}, f"a: {{type: str, default: '{ENDLESS}'}}\n")
    refused(root, "question a: ", "it takes more than 0.3 s of computing")
    template_in(root, {ENDLESS.replace("100000", "99999"): "x"})
    refused(template_in(root, {}, "a: b\n"), "it takes more than 0.3 s of computing")


def test_an_included_macro_is_named_with_its_line(root: Path) -> None:
    (root / "macros").write_text("\n\n{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n")
    template_in(root, {"x.jinja": "{% from 'macros' import m %}\n{{ m() }}"})
    refused(root, "skeleton/x.jinja: macros, line 4: division by zero")


def test_an_error_in_a_question_names_it(root: Path) -> None:
    template_in(root, {}, "a: {type: str, default: '{{ 1 / 0 }}'}\n")
    refused(root, "question a: {{ 1 / 0 }}, line 1: division by zero")
    template_in(root, {}, "a: {type: str, default: x, validator: '{{ nonsense( }}'}\n")
    refused(root, "question a: {{ nonsense( }}")


def test_a_template_has_a_largest_number_of_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MOST_FILES", 9)
    template_in(root, {"{% yield n from range(10) %}{{ n }}{% endyield %}": ""})
    refused(root, "renders to more than 9 files")
    monkeypatch.setattr(template, "MOST_FILES", 0)
    refused(root, "holds more than 0 files")


def test_a_template_has_a_largest_size(root: Path) -> None:
    template_in(root, {"{% yield n from range(99) %}{{ n }}{% endyield %}.jinja": "{{ 'a' * 999999 }}"})
    refused(root, "renders to more than 64 MiB in all")


def test_the_limits_of_the_process_are_what_they_were(root: Path) -> None:
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM)
    load_template(root)
    refused(template_in(root, {"x.jinja": "{{ 1 / 0 }}"}))
    assert (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
