"""What is fuzzed: the files to start from, and what reads them. A target returns all that it would tell a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scaffold.check.baseline import read_baseline
from scaffold.check.built import overlay
from scaffold.check.built.chart_templates import ChartTemplate
from scaffold.check.formats import FORMATS, render
from scaffold.check.model.checked import Checked
from scaffold.check.model.scope import Scope
from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from scaffold.check.settings import CheckSettings
from scaffold.engine.answers_file import parse_answers
from scaffold.engine.remembered import read_remembered
from scaffold.kubernetes.references import InvalidReferenceError, parse_reference
from scaffold.pin.challenges import challenge_of
from scaffold.pin.tokens import token_of
from scaffold.prove.subject import manifests
from scaffold.prove.subject.settings import read_settings
from scaffold.syntax import dockerfile
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, Value, documents
from workshop import goldens


@dataclass(frozen=True)
class Target:
    """Files to start from, and what reads one of them in a folder of its own."""

    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[bytes, Path], str]


def files(*patterns: str) -> Callable[[], Sequence[bytes]]:
    @cache
    def seeds() -> Sequence[bytes]:
        found = [file for pattern in patterns for file in sorted(goldens.ROOT.glob(pattern)) if file.is_file()]
        assert found, patterns
        return [file.read_bytes() for file in found][:200]

    return seeds


TOLD = [name for name in FORMATS if name != "sarif"]  # which lists every rule, and takes most of the time for that


def _told(repository: Checked) -> str:
    rules = list(all_rules().values())
    findings = run(repository, rules)
    report = CheckReport(findings, repository.notes, (), rules, 1, repository.sources)
    return max((render(name, report) for name in TOLD), key=len)


def _check_yaml(data: bytes, folder: Path) -> str:
    source = Source("x.yaml", data)
    found, note = documents(source)
    repository = Checked(notes=[note] if note else [], sources={"x.yaml": source})
    repository.texts.append(source)
    repository.scopes.append(Scope(repository, "", found))
    return _told(repository)


def _check_dockerfile(data: bytes, folder: Path) -> str:
    source = Source("Dockerfile", data)
    return _told(Checked([dockerfile.parse(source)], sources={"Dockerfile": source}))


def _check_nginx(data: bytes, folder: Path) -> str:
    source = Source("nginx.conf", data)
    return _told(Checked(texts=[source], sources={"nginx.conf": source}))


RENDERED = b"""apiVersion: apps/v1
kind: Deployment
metadata: {name: release-web, labels: {app: web}}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: 'example/web:1', args: [a, b], resources: {limits: {memory: 64Mi}}}
      - {name: side, image: 'example/side:1', ports: [{name: http, containerPort: 80}]}
"""


def _leaves(value: Value) -> Iterator[Value]:
    inside = [*value.fields().values(), *value.items()]
    for each in inside:
        yield from _leaves(each)
    if not inside:
        yield value


@cache
def _rendered() -> Document:
    return documents(Source("rendered.yaml", RENDERED))[0][0]


def _find_in_template(data: bytes, folder: Path) -> str:
    template = ChartTemplate(Source("templates/x.yaml", data))
    return "".join(str(template.find(each).line) for each in _leaves(_rendered().root))


def _find_in_kustomization(data: bytes, folder: Path) -> str:
    root = _rendered().root
    found = documents(Source(str(folder / "kustomization.yaml"), data))[0]
    changes = (overlay.changed_by(document.root, root, None, each) for document in found for each in _leaves(root))
    return "".join(str(each.place()) for each in changes if each)


def _read_answers(data: bytes, folder: Path) -> str:
    remembered = read_remembered(data, "answers.yml")
    asked = goldens.engine()[1].resolve(remembered.answers).asked
    return "".join(map(str, parse_answers(data, "answers.yml"))) + str(len(asked))


def _read_settings(data: bytes, folder: Path) -> str:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / ".scaffold.toml").write_bytes(data)
    settings = CheckSettings(folder, {}, {})
    return f"{settings.words('select')} {settings.declared} {read_settings(folder)}"


def _read_baseline(data: bytes, folder: Path) -> str:
    (folder / "baseline.json").write_bytes(data)
    return str(read_baseline(folder / "baseline.json"))


def _read_manifests(data: bytes, folder: Path) -> str:
    from scaffold.prove.subject.read import load_subject

    (folder / "x.yaml").write_bytes(data)
    found = len(manifests.read(folder / "x.yaml"))
    return f"{found} {load_subject(folder, {'manifests': str(folder / 'x.yaml'), 'image': 'a:1'})}"


def _read_registry(data: bytes, folder: Path) -> str:
    told = token_of(data)
    for line in data.decode("latin-1").splitlines():
        try:
            told += str(parse_reference(line))
        except InvalidReferenceError as error:
            assert len(str(error)) < 1_000
    return told + str(challenge_of([data.decode("latin-1")]))


SETTINGS = (
    b'[check]\nselect = ["P08", "P03-no-budget"]\nexclude = ["*/testdata"]\nbaseline = "old.json"\nfail-on = "error"\nstartup_seconds = 30\n',
    (
        b'[prove]\nname = "web"\nport = 8080\nenv = {A = "b"}\njobs = {clean = {command = "clean --all", deadline = 60}}\n'
        b'[[prove.configurations]]\nA = "1"\n[[prove.configurations]]\nA = "2"\n'
    ),
    b'[check]\nignore = """\nP08"""\nstrict = true\n[prove.dependencies.shop]\nvariable = "SHOP_URL"\ntimeout = 1.5\n',
)
BASELINES = (
    b'{"version": 1, "findings": [{"fingerprint": "0123456789abcdef01234567", "rule": "P08-probe-port", "path": "x.yaml"}]}\n',
    b'{"version": 1, "findings": []}\n',
)
REGISTRY = (
    b'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:team/app:pull"',
    b'Basic realm="a\\"b", Bearer realm="https://auth.example/token"',
    b"registry.example:5000/team/app:1.2@sha256:" + b"0" * 64 + b"\nlocalhost/a\n",
    b'{"token": "abc", "expires_in": 300}',
    b'{"access_token": "abc"}',
    b'{"schemaVersion": 2, "manifests": []}',
)

TARGETS = {
    "yaml": Target(files("tests/check/cases/*/*/*.yaml", "examples/*/deploy/base/*.yaml"), _check_yaml),
    "dockerfile": Target(files("tests/check/cases/*/*/Dockerfile", "examples/*/Dockerfile"), _check_dockerfile),
    "nginx": Target(files("tests/check/cases/*/*/*.conf", "examples/*/deploy/base/*/nginx.conf"), _check_nginx),
    "chart": Target(files("tests/check/corpus/chart/templates/*.yaml"), _find_in_template),
    "kustomization": Target(
        files("tests/check/**/kustomization.yaml", "examples/*/deploy/**/kustomization.yaml"), _find_in_kustomization
    ),
    "answers": Target(files("examples/*/.copier-answers.yml"), _read_answers),
    "settings": Target(lambda: SETTINGS, _read_settings),
    "baseline": Target(lambda: BASELINES, _read_baseline),
    "manifests": Target(files("examples/*/deploy/base/*.yaml"), _read_manifests),
    "registry": Target(lambda: REGISTRY, _read_registry),
}
