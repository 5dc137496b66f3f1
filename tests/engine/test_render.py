"""Names of files stay in the service's folder, and an error names its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_templates import refused, rendered, template_in


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


def test_an_included_macro_is_named_with_its_line(root: Path) -> None:
    (root / "macros").write_text("\n\n{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n")
    template_in(root, {"x.jinja": "{% from 'macros' import m %}\n{{ m() }}"})
    refused(root, "skeleton/x.jinja: macros, line 4: division by zero")
