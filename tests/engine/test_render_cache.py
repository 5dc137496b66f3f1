"""What a remembered text depends on is what Jinja's own analysis says that the file reads, in every file of the skeleton."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound, meta, nodes

from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.render import Origin, render
from scaffold.engine.render_cache import Memo, TracingEnvironment
from scaffold.engine.template import load_template
from tests.support.small_templates import template_in
from workshop import goldens


@dataclass
class Reads:
    """What a file read for any example: variables that are no functions of Jinja, and templates."""

    variables: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)


class Noting(Memo):
    """Renders each file as it does where nothing is remembered yet, and keeps what the key of its text is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Reads] = defaultdict(Reads)

    def render(self, environment: TracingEnvironment, name: str, context: Mapping[str, Any]) -> str:
        self._records.clear()
        text = super().render(environment, name, context)
        ((record,),) = self._records.values()
        self.files[name].variables |= set(record.reads) - set(environment.globals)
        self.files[name].templates |= {name, *record.loads}
        return text


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    template, _, _ = goldens.engine()
    return Renderer(template.root, template.settings, Noting())


@pytest.fixture(scope="module")
def files(renderer: Renderer) -> dict[str, Reads]:
    """Return what each file of the skeleton reads, by all examples together."""
    template, _, _ = goldens.engine()
    for name in goldens.NAMES:
        answers = [goldens.answers_of(name)]
        answers += [goldens.answers_with_both(name)] if name in goldens.GENERATED else []
        for each in answers:
            render(template, renderer, each, goldens.ORIGIN)
    noted: Noting = renderer.memo  # type: ignore[assignment]
    return {name: reads for name, reads in noted.files.items() if not name.startswith("string:")}


def read_by(environment: TracingEnvironment, templates: Iterable[str]) -> set[str]:
    """Return the variables that a file with all that it loads reads, by Jinja's analysis of their sources."""
    trees = list(_trees(environment, templates))
    called: list[set[str]] = [set() for _ in trees]
    while True:
        bodies = [_used(tree, names) for tree, names in zip(trees, called, strict=True)]
        imported = {name for body in bodies for name in _imported(body)}
        now = [imported | _named(body) for body in bodies]
        if now == called:
            return set().union(*(meta.find_undeclared_variables(body) for body in bodies))
        called = now


def _trees(environment: TracingEnvironment, templates: Iterable[str]) -> Iterator[nodes.Template]:
    for name in sorted(templates):
        try:
            yield environment.parse(environment.source(name))
        except TemplateNotFound:
            continue  # `ignore missing`


def _used(tree: nodes.Template, called: set[str]) -> nodes.Template:
    """Return a template without the macros that nobody calls: a module has many, and a file needs few."""
    body = [each for each in tree.body if not isinstance(each, nodes.Macro) or each.name in called]
    return nodes.Template(body, lineno=1).set_environment(tree.environment)


def _named(tree: nodes.Template) -> set[str]:
    return {each.name for each in tree.find_all(nodes.Name) if each.ctx == "load"}


def _imported(tree: nodes.Template) -> Iterator[str]:
    """Yield the names of others that a template imports and uses."""
    used = _named(tree)
    for statement in tree.find_all(nodes.FromImport):
        for each in statement.names:
            name, alias = (each, each) if isinstance(each, str) else each
            if alias in used:
                yield name


def test_every_file_is_looked_at(files: dict[str, Reads]) -> None:
    """Files of `{{ parts }}` are no files of a service; others include them."""
    template, _, _ = goldens.engine()
    rendered = {each.name for each in template.entries if each.name.endswith(template.suffix)}
    assert rendered - set(files) == {name for name in rendered if "{{ parts }}" in name}


def test_a_key_holds_what_its_file_reads(files: dict[str, Reads], renderer: Renderer) -> None:
    wrong = {}
    for name, reads in files.items():
        expected = read_by(renderer.environment, reads.templates)  # type: ignore[arg-type]
        missing, needless = expected - reads.variables, reads.variables - expected
        if missing or needless:
            wrong[name] = f"missing: {sorted(missing)}, needless: {sorted(needless)}"
    assert wrong == {}


def test_what_a_template_changes_stays_in_it(tmp_path: Path) -> None:
    """Another template sees the same text as it is, in the same process."""
    text = "{{ n }}{% set m = n | to_json | from_yaml %}{{ m }}"
    hidden = "n: {type: yaml, when: false, default: \"{{ '[1]' }}\"}\n"
    change = "{% set m = n | to_json | from_yaml %}{{ m.append(8) }}{{ n.append(9) }}{{ m }}{{ n }}"
    changing = template_in(tmp_path / "changing", {"x.jinja": change}, hidden)
    other = template_in(tmp_path / "other", {"x.jinja": text}, hidden)
    for memo in (None, Memo()):
        assert given_by(changing, memo) == "NoneNone[1, 8][1, 9]"
        assert given_by(other, None if memo is None else Memo()) == "[1][1]"


def given_by(root: Path, memo: Memo | None) -> str:
    template = load_template(root)
    renderer = Renderer(root, template.settings, memo)
    answers = Questionnaire(template, renderer).resolve({})
    (file,) = render(template, renderer, answers, Origin("origin", "v1"))
    return file.content.decode()
