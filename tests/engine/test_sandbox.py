"""Attempts to leave Jinja's sandbox: none reaches the canary, in a template, a name, a default or a validator.

They are collected from the advisories of Jinja (CVE-2016-10745, CVE-2019-8341, CVE-2019-10906, CVE-2024-56201,
CVE-2024-56326, CVE-2025-27516), from those of Copier, and from what is written about injections into templates.
"""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
import pytest

from scaffold.engine.jinja import Renderer
from scaffold.engine.render_cache import Memo
from scaffold.errors import ScaffoldError
from tests.support.small_templates import SETTINGS, rendered, template_in

MARK = "canary-7c1e"
"""What must not be seen: it is in the environment, in a file outside, and in the name of a file that is never made."""

RUN = "popen('touch {made}').read()"

ATTEMPTS = [
    # The class of a value, its bases and their subclasses.
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ ().__class__.__bases__[0].__subclasses__() | length }}",
    "{{ [].__class__.__mro__[-1].__subclasses__()[40]('{secret}').read() }}",
    "{{ {}.__class__.__base__.__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ ''['__cla' ~ 'ss__']['__mro__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ ''['\\u005f\\u005fclass\\u005f\\u005f'] }}",
    "{{ (1).__class__.__base__ }}",
    "{{ (1.5).__class__.mro() }}",
    "{{ none.__class__.__base__.__subclasses__() }}",
    "{{ true.__class__.__mro__ }}",
    "{% set c = ''.__class__ %}{{ c.__mro__ }}",
    "{{ missing.__class__.__init__.__globals__ }}",
    "{{ missing.__init__.__globals__['os'] }}",
    # The filter `attr`, and those that take an attribute's name.
    "{{ '' | attr('__class__') }}",
    "{{ '' | attr('\\x5f_class_\\x5f') | attr('__mro__') }}",
    "{{ () | attr('__class__') | attr('__base__') | attr('__subclasses__')() }}",
    "{{ [''] | map(attribute='__class__') | list }}",
    "{{ [''] | map('attr', '__class__') | list }}",
    "{{ [''] | map(attribute='__class__.__mro__') | list }}",
    "{{ [''] | selectattr('__class__') | list | map(attribute='__class__') | list }}",
    "{{ [''] | sort(attribute='__class__') }}{{ [''] | groupby('__class__') | list }}",
    "{{ [''] | unique(attribute='__class__') | list }}{{ [''] | sum(attribute='__class__', start='') }}",
    "{{ [''] | ans_groupby('__class__') | list }}",
    "{{ [''] | join(attribute='__class__') }}",
    "{{ ['' | attr] | list }}{{ 'x' | extract({'x': ''}, '__class__') }}",
    "{{ '__class__' | extract('') }}",
    "{{ 0 | extract([cycler], ['__init__', '__globals__']) }}",
    "{{ [{'a': ['']}] | subelements('a.__class__') }}",
    # CVE-2016-10745, CVE-2019-10906: formats.
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(cycler) }}",
    "{{ '{x.__class__}'.format(x='') }}",
    "{{ '{x.__class__}'.format_map({'x': ''}) }}",
    "{{ '{0[__class__]}'.format('') }}",
    "{{ '{0.__init__.__globals__[os].environ}'.format(joiner) }}",
    "{{ '%s' | format(cycler.__init__.__globals__) }}",
    "{{ ('{0.__class__}' | escape).format('') }}",
    "{{ ('{x.__class__}' | escape).format_map({'x': ''}) }}",
    # CVE-2024-56326, CVE-2025-27516: a reference to a format that is called elsewhere.
    "{{ ['{0.__class__}'] | map('format', '') | list }}",
    "{% set f = '{0.__class__}'.format %}{{ f('') }}",
    "{{ ['{0.__class__}'.format] | map('attr', '__call__') | list }}",
    "{{ ('{0.__class__}' | attr('format'))('') }}",
    "{{ ('{x.__class__}' | attr('format_map'))({'x': ''}) }}",
    "{{ 'x' | to_json(default='{0.__class__}'.format) }}{{ cycler | to_json(default='{0.__class__}'.format) }}",
    "{{ cycler | to_json(default='{0.__init__}'.format) }}",
    "{{ joiner | to_json(cls=joiner) }}",
    "{% macro m(f) %}{{ f('') }}{% endmacro %}{{ m('{0.__class__.__mro__}'.format) }}",
    "{% call(x) joiner('{0.__class__}'.format) %}{{ x }}{% endcall %}",
    "{{ dict(f='{0.__class__}'.format).f('') }}",
    # Jinja's own functions and their globals.
    "{{ cycler.__init__.__globals__.os.{run} }}",
    "{{ joiner.__init__.__globals__.os.{run} }}",
    "{{ namespace.__init__.__globals__.os.{run} }}",
    "{{ lipsum.__globals__.os.{run} }}",
    "{{ lipsum['__globals__']['os'] }}",
    "{{ lipsum | attr('__globals__') | attr('get')('os') }}",
    "{{ range.__class__.__base__.__subclasses__() }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ dict.mro() }}",
    "{{ (lipsum | attr('__globals__')).os.environ }}",
    "{{ cycler.next.__func__.__globals__ }}",
    "{{ cycler('a').next.__self__.__class__ }}",
    "{{ lipsum.__code__.co_consts }}{{ lipsum.func_globals }}",
    "{{ namespace(__class__=dict) }}{% set n = namespace() %}{% set n.__class__ = dict %}{{ n.__class__.__mro__ }}",
    # What the environment and the context are reached by.
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__dict__ }}{{ self._get_default_module }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ config }}{{ request }}",
    "{{ environment }}{{ context }}{{ _context }}",
    "{{ caller.__globals__ }}{{ varargs }}",
    "{% macro m() %}{{ caller }}{% endmacro %}{{ m.__globals__ }}{{ m._func.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}{{ m._func }}",
    "{% macro m() %}{% endmacro %}{{ m | attr('_func') | attr('__globals__') }}",
    "{% for x in [1] %}{{ loop.__class__.__init__.__globals__ }}{{ loop._iterable }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop.__call__.__globals__ }}{% endfor %}",
    "{% block b %}{{ super.__globals__ }}{{ self.b.__globals__ }}{% endblock %}",
    "{% import 'fine' as m %}{{ m.__class__ }}{{ m.__dict__ }}{{ m._body_stream.__class__ }}",
    "{% from 'fine' import os %}{{ os.environ }}",
    "{% from 'fine' import __class__ %}{{ __class__ }}",
    "{% import 'os' as os %}{{ os.environ }}",
    # Generators, coroutines and what they keep.
    "{{ ([1] | map('string')).gi_frame.f_globals }}",
    "{{ ([1] | map('string')).gi_code }}{{ ([1] | select).gi_frame.f_back.f_globals }}",
    "{{ ([1] | map('string')) | attr('gi_frame') }}",
    "{{ (x for x in [1]) }}",
    # Mutations, statements and names that Python might take.
    "{{ [].append.__self__.__class__ }}",
    "{{ __import__('os').{run} }}",
    "{{ open('{secret}').read() }}",
    "{{ eval('1') }}{{ exec('1') }}",
    "{% include '{secret}' %}",
    "{% include ['{secret}', '../../../../../..{secret}'] ignore missing %}",
    "{% extends '{secret}' %}",
    "{% set __builtins__ = 1 %}{{ __builtins__ }}",
    "{{ __builtins__ }}{{ __loader__ }}{{ __spec__ }}",
    # CVE-2019-8341, CVE-2024-56201: names that end up in the compiled code.
    "{% from 'fine' import a as __class__ %}",
    "{% set x, __globals__ = 1, 2 %}{{ __globals__ }}",
    "{% macro __init__(environment) %}{{ environment.__class__ }}{% endmacro %}{{ __init__(1) }}",
    "{% include 'f{{ 1 }}\\'+str(__import__(\"os\").{run})+\\'' ignore missing %}",
    "{% block a\u0660 %}{% endblock %}",
    # Filters that show the machine, by Ansible.
    "{{ '$SCAFFOLD_CANARY' | expandvars }}",
    "{{ '{secret}' | fileglob }}",
    "{{ '~' | expanduser }}{{ '.' | realpath }}{{ '/' | relpath }}",
    "{{ ['$SCAFFOLD_CANARY'] | map('expandvars') | list }}",
    # YAML that makes objects.
    "{{ '!!python/object/apply:os.system [touch {made}]' | from_yaml }}",
    "{{ '!!python/object/new:os.system [touch {made}]' | from_yaml_all | list }}",
    "{{ '!!python/name:os.environ' | from_yaml }}",
    "{{ '!include {secret}' | from_yaml }}",
    "{{ cycler | to_yaml }}{{ lipsum | to_nice_yaml }}",
    # The tag of Copier.
    "{% yield x from ''.__class__.__mro__ %}{{ x }}{% endyield %}",
    "{% yield __class__ from ['x'] %}{{ __class__.__mro__ }}{% endyield %}",
    "{{ _copier_conf.__class__ }}{{ _copier_conf.src_path }}{{ _copier_conf.os }}",
    "{{ _copier_answers.__class__.__mro__ }}{{ _copier_operation }}",
    "{{ _folder_name.__class__ }}{{ _external_data.x }}",
    "{{ _copier_phase }}{{ _copier_python.__class__ }}",
]

SEEN = ("<class", "<module", "<built-in", "environ(", "root:x:", "<frame", "<code", "<function", "0x7f", MARK)
"""What an attempt that got anywhere shows."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "secret").write_text(MARK)
    monkeypatch.setenv("SCAFFOLD_CANARY", MARK)
    folder = template_in(tmp_path / "template", {})
    (folder / "fine").write_text("fine")
    return folder


def attempt_of(text: str, root: Path) -> str:
    places = {"{run}": RUN, "{made}": str(root.parent / "made"), "{secret}": str(root.parent / "secret")}
    for key in ("{run}", "{made}", "{secret}"):
        text = text.replace(key, places[key])
    return text


def shown(render: object) -> str:
    try:
        return str(render())  # type: ignore[operator]
    except ScaffoldError as error:
        sentence = str(error)
        assert "\n" not in sentence.rstrip("\n")
        return ""


def test_there_are_many() -> None:
    assert len(set(ATTEMPTS)) == len(ATTEMPTS) >= 95


@pytest.mark.parametrize("text", ATTEMPTS)
def test_no_attempt_reaches_anything(text: str, root: Path) -> None:
    text = attempt_of(text, root)
    context = {"_copier_conf": {"answers_file": "x"}, "_copier_answers": {"name": "x"}}
    for undefined in ("jinja2.StrictUndefined", "jinja2.Undefined"):
        for memo in (None, Memo()):
            renderer = Renderer(root, {"envops": {"undefined": undefined}}, memo)
            told = shown(lambda renderer=renderer: renderer.string(text, context))
            told += shown(lambda renderer=renderer: [name for name, _ in renderer.names(text, context)])
            assert not [word for word in SEEN if word in told.replace(text, "")], told
    assert not (root.parent / "made").exists()


@pytest.mark.parametrize("place", ["file", "name", "default", "validator", "help"])
def test_no_place_of_a_template_is_less_guarded(place: str, root: Path) -> None:
    attempts = [attempt_of(each, root) for each in ATTEMPTS[::6]]
    for text in attempts:
        quoted = "'" + text.replace("'", "''") + "'"
        files = {"x.jinja": text} if place == "file" else {}
        copier_yml = "" if place in ("file", "name") else f"a: {{type: str, default: x, {place}: {quoted}}}\n"
        if place == "default":
            copier_yml = f"a: {{type: str, default: {quoted}}}\n"
        if place == "name" and "/" not in text and len(text) < 200:
            files = {text: "x"}
        template_in(root, files, copier_yml)
        told = shown(lambda: rendered(root))
        assert not [word for word in SEEN if word in told.replace(text, "")], told
        assert (root / "copier.yml").read_text().startswith(SETTINGS)
        for name in files:
            (root / "skeleton" / name).unlink()
    assert not (root.parent / "made").exists()


def test_the_attempts_are_live(root: Path) -> None:
    """Most of them get somewhere where there is no sandbox: they are no dead letters."""
    environment = jinja2.Environment(extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"])
    reached = 0
    for each in ATTEMPTS:
        try:
            told = environment.from_string(attempt_of(each, root)).render()
        except Exception:
            continue
        reached += any(word in told for word in SEEN) or (root.parent / "made").exists()
        (root.parent / "made").unlink(missing_ok=True)
    assert reached >= 40
    assert os.environ["SCAFFOLD_CANARY"] == MARK
