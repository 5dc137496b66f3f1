"""Any accepted answers render to files that parse, hold the text intact, and lie inside the destination."""

from __future__ import annotations

import ast
import html
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scaffold.errors import AnswerError
from scaffold.files.folder import RenderedFile
from workshop import goldens

LANGUAGES = list(next(each for each in goldens.engine()[0].asked if each.name == "language").choices.values())

label = st.from_regex(r"[a-z](-?[a-z0-9]){0,19}", fullmatch=True)
META = """' " ` {{ {% {# ${HOME} $(id) \\ \\n # : - % & <b> | é 🚀 ]]> }} %} #}"""
word = st.one_of(
    st.sampled_from(META.split()),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8),
)
text = st.lists(word, min_size=1, max_size=8).map(" ".join)
seconds = st.integers(min_value=1, max_value=3600)


@st.composite
def records(draw: st.DrawFn, most: int, **fields: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    names = draw(st.lists(label, max_size=most, unique=True))
    return [{"name": name, **{key: draw(value) for key, value in fields.items()}} for name in names]


url = st.builds(
    lambda scheme, host, port, path: f"{scheme}{host}{port}{path}",
    st.sampled_from(["http://", "https://"]),
    st.sampled_from(["mail", "mail.prod.svc", "api.example.com", "192.0.2.1", "localhost", "Mail.Example.COM"]),
    st.sampled_from(["", ":1", ":8080", ":65535"]),
    st.sampled_from(["", "/", "/v1", "/a/b~c/"]),
)
dependencies = records(
    4,
    url=st.one_of(url, st.sampled_from(["postgres:5432", "cache.infra.svc.cluster.local:6379"])),
    kind=st.sampled_from(["critical", "auxiliary"]),
    timeout=st.one_of(st.integers(1, 3), st.sampled_from([0.05, 0.5, 1.25])),
)
jobs = records(
    4,
    command=st.sampled_from(["run", "report --day=1", "report --day=2", "class", "import x:y"]),
    deadline=st.integers(1, 604800),
    retries=st.integers(0, 20),
    schedule=st.sampled_from(["", "0 3 * * *", "*/5 0-3,7 1 1-6/2 0", "@daily"]),
)
ports = st.lists(
    st.tuples(st.from_regex(r"[a-z](-?[a-z0-9]){0,6}", fullmatch=True), st.integers(1024, 65535)),
    min_size=1, max_size=4, unique_by=(lambda each: each[0], lambda each: each[1]),
).map(lambda pairs: [{"name": name, "number": number} for name, number in pairs])  # fmt: skip
answer_sets = st.fixed_dictionaries(
    {"name": label, "language": st.sampled_from(LANGUAGES)},
    optional={
        "description": text,
        "ports": ports,
        "startup_seconds": seconds,
        "shutdown_seconds": st.integers(8, 3600),
        "replicas": st.integers(2, 50),
        "max_replicas": st.integers(50, 1000),
        "dependencies": dependencies,
        "jobs": jobs,
        "writable_paths": st.sampled_from(
            [[], [{"path": "/tmp", "size": "1Gi"}, {"path": "/var/lib/app", "size": "1Mi"}]]
        ),
        "ci": st.sampled_from(["github", "gitlab", "none"]),
    },
)


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from strings_in(key)
            yield from strings_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings_in(each)


class GitLab(yaml.SafeLoader):
    """GitLab's own `!reference` tag is the one that plain YAML does not know."""


GitLab.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def parsed(file: RenderedFile) -> Any:
    """Parse a file by its name; None for kinds that have no parser here."""
    text = file.content.decode()
    match PurePosixPath(file.path).suffix:
        case ".yaml" | ".yml":
            return list(yaml.load_all(text, Loader=GitLab))
        case ".json" | ".json5":
            return json.loads(text)
        case ".toml":
            return tomllib.loads(text)
        case ".py":
            ast.parse(text)
    return None


def as_read(markdown: str) -> str:
    """Return the text that a reader of the rendered Markdown sees."""
    return html.unescape(re.sub(r"<[^>]*>", "", MarkdownIt().render(markdown)))


def words(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(answer_sets)
def test_accepted_answers_render_to_files_that_parse(answers: dict[str, Any]) -> None:
    _, questionnaire, _ = goldens.engine()
    try:
        accepted = questionnaire.resolve(answers)
    except AnswerError as refused:
        assert "\n" not in str(refused)
        return
    files = goldens.rendered(accepted)
    assert len({file.path.lower() for file in files}) == len(files)
    holding = 0
    for file in files:
        path = PurePosixPath(file.path)
        assert not path.is_absolute()
        assert ".." not in path.parts
        content = parsed(file)
        if not file.path.endswith("lock.json"):
            holding += accepted.computed["summary"] in set(strings_in(content))
        assert b"\r" not in file.content
        assert file.content.endswith(b"\n") or not file.content, file.path
    assert holding >= 1, "the summary must stand intact in a file that machines read"
    readme = next(file for file in files if file.path == "README.md").content.decode()
    assert words(accepted.asked["description"]) in words(as_read(readme))


YAML_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "e1")
YAML_NUMBERS = ("1e5", "0x1f", "0o17", "123", "1")


class FirstYaml(yaml.SafeLoader):
    """YAML 1.1 to the letter, where `y` and `n` are truth values too; PyYAML itself takes them for texts."""


FirstYaml.yaml_implicit_resolvers = {key: list(each) for key, each in yaml.SafeLoader.yaml_implicit_resolvers.items()}
FirstYaml.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^[yn]$"), list("yn"))
FirstYaml.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^[0-9]+e[0-9]+$"), list("0123456789"))


def names_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value that is a name, a label or a namespace, with its key."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in ("name", "namespace") or str(key).partition("/")[0].endswith("kubernetes.io"):
                yield key, each
            yield from names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)


@pytest.mark.parametrize("word", [*YAML_WORDS, *YAML_NUMBERS])
@pytest.mark.parametrize("place", ["name", "kubernetes_namespace", "port", "dependency", "host", "job"])
def test_a_name_that_yaml_reads_as_another_value_stays_a_name(word: str, place: str) -> None:
    dependency = {"name": "a", "url": "http://a", "kind": "critical", "timeout": 1}
    answers: dict[str, Any] = {
        "name": {"name": word, "kubernetes_namespace": "a"},
        "kubernetes_namespace": {"kubernetes_namespace": word},
        "port": {"ports": [{"name": word, "number": 8080}]},
        "dependency": {"dependencies": [{**dependency, "name": word}]},
        "host": {"dependencies": [{**dependency, "url": f"http://{word}.{word}.svc:80"}]},
        "job": {"jobs": [{"name": word, "command": "a", "deadline": 1, "retries": 1}]},
    }[place]
    try:
        accepted = goldens.engine()[1].resolve(answers)
    except AnswerError as refused:
        assert place != "host" and next(iter(answers)) in str(refused)
        return
    found = [
        (file.path, key, each)
        for file in goldens.rendered(accepted)
        if file.path.endswith((".yaml", ".yml")) and file.path != ".copier-answers.yml"  # which PyYAML reads
        for document in yaml.load_all(file.content, Loader=FirstYaml)
        for key, each in names_in(document)
    ]
    assert found
    assert [each for each in found if not isinstance(each[2], str)] == []


scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30))
key = st.sampled_from(["name", "number", "url", "path", "size", "command", "x"])
value = st.recursive(scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(key, inner, max_size=3))


@settings(max_examples=300)
@given(st.sampled_from([question.name for question in goldens.engine()[0].asked]), value)
def test_any_value_is_accepted_or_refused_in_one_sentence(question: str, value: Any) -> None:
    try:
        goldens.engine()[1].resolve({question: value})
    except AnswerError as refused:
        assert "\n" not in str(refused)
        assert question in str(refused)


@pytest.mark.parametrize("name", goldens.NAMES)
def test_no_debris_of_jinja_in_the_goldens(name: str) -> None:
    """No line ends in a blank, no file begins or ends with an empty line, never two empty lines where one is meant."""
    for path, (content, _) in goldens.files_of(goldens.EXAMPLES / name).items():
        text = content.decode()
        assert not text.startswith("\n"), path
        assert not text.endswith("\n\n"), path
        lines = text.splitlines()
        if not path.endswith((".md", "mvnw", "mvnw.cmd")):
            assert not [line for line in lines if line != line.rstrip()], path
        if not path.endswith((".py", ".cmd", ".copier-answers.yml")):
            assert "\n\n\n" not in text, path
