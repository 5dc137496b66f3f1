"""Twice as much to look at takes at most twice the work, however it is written. Calls are counted, not seconds."""

from __future__ import annotations

import inspect
import re
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import pytest

import scaffold.check
import scaffold.check.built
import scaffold.check.model
import scaffold.check.rules
import scaffold.syntax
from scaffold.check.findings import Finding
from scaffold.check.model.checked import Checked
from scaffold.check.model.scope import Scope
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from scaffold.syntax import dockerfile
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents

RULES = list(all_rules().values())


def manifests(text: str) -> Checked:
    source = Source("x.yaml", text.encode())
    found, note = documents(source)
    assert note is None
    repository = Checked(sources={"x.yaml": source})
    repository.scopes.append(Scope(repository, "", found))
    return repository


def deployment(name: str, labels: str, more: str = "") -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: 2\n"
        f"  selector: {{matchLabels: {labels}}}\n  template:\n    metadata: {{labels: {labels}}}\n"
        f"    spec: {{containers: [{{name: a, image: 'a:1', ports: [{{containerPort: 80}}]}}]{more}}}\n---\n"
    )


def service(name: str, labels: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {labels}, ports: [{{port: 81}}]}}\n---\n"


def budget(name: str, selector: str) -> str:
    return (
        f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}}}\n"
        f"spec: {{maxUnavailable: 0, selector: {selector}}}\n---\n"
    )


ALL = "{app: web, tier: front}"


def each_other(count: int) -> Checked:
    text = (
        deployment(f"d{n}", ALL) + service(f"s{n}", ALL) + budget(f"b{n}", f"{{matchLabels: {ALL}}}")
        for n in range(count)
    )
    return manifests("".join(text))


def nothing(count: int) -> Checked:
    """Services that select nothing, beside workloads that are near."""
    text = (deployment(f"d{n}", ALL) + service(f"s{n}", "{tier: front, no: such, label: here}") for n in range(count))
    return manifests("".join(text))


def config_maps(count: int) -> Checked:
    text = (
        deployment(f"d{n}", f"{{app: d{n}}}", f", volumes: [{{name: a, configMap: {{name: c{n}}}}}]")
        + f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata: {{a: "limit_req zone=a;\\nserver {{}}\\n"}}\n---\n'
        for n in range(count)
    )
    return manifests("".join(text))


def autoscalers(count: int) -> Checked:
    text = (
        deployment(f"d{n}", f"{{app: d{n}}}")
        + f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: d{n}}}\n"
        f"spec: {{scaleTargetRef: {{kind: Deployment, name: d{n}}}, minReplicas: 1, maxReplicas: 1}}\n---\n"
        for n in range(count)
    )
    return manifests("".join(text))


def images(count: int) -> Checked:
    repository = manifests("".join(deployment(f"d{n}", f"{{app: d{n}}}") for n in range(count)))
    sources = (Source(f"d{n}/Dockerfile", b"FROM a:1\nCMD a\n") for n in range(count))
    repository.dockerfiles = [dockerfile.parse(each) for each in sources]
    return repository


def long_dockerfile(count: int) -> Checked:
    lines = "".join(f"ENV A{n}=b\nRUN apt-get install -y openjdk{n} && x\n" for n in range(count))
    return Checked([dockerfile.parse(Source("Dockerfile", f"ARG A=b\nFROM a:$A\n{lines}".encode()))])


def locations(count: int) -> Checked:
    inside = "".join(f"  location /{n} {{ proxy_pass http://a{n}; }}\n" for n in range(count))
    return Checked(texts=[Source("nginx.conf", f"http {{\n server {{\n{inside} }}\n}}\n".encode())])


def closed(count: int) -> Checked:
    """Callers of Services behind policies that all select all pods, with roles that all are bound to one account."""
    text = (
        deployment(f"d{n}", ALL).replace("image:", f"args: ['http://s{n}:81'], image:")
        + service(f"s{n}", ALL)
        + f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{n}}}\n"
        f"spec: {{podSelector: {{}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{a: b{n}}}}}}}]}}]}}\n---\n"
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: r{n}}}\n"
        f"roleRef: {{kind: ClusterRole, name: cluster-admin}}\n"
        f"subjects: [{{kind: ServiceAccount, name: default}}]\n---\n"
        for n in range(count)
    )
    return manifests("".join(text))


def work(repository: Checked) -> tuple[int, list[Finding]]:
    """Return how many calls, of Python's functions and of built-in ones, the rules take."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        found = run(repository, RULES)
    finally:
        sys.setprofile(None)
    return calls, found


SHAPES = [each_other, nothing, config_maps, autoscalers, images, long_dockerfile, locations, closed]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
def test_twice_as_many_take_twice_the_calls(shape: Callable[[int], Checked]) -> None:
    work(shape(3))
    (once, few), (twice, many) = work(shape(120)), work(shape(240))
    assert twice < 2.6 * once
    assert len(many) < 2.6 * max(len(few), 10)


def test_budgets_that_overlap_are_told_once_each() -> None:
    repository = manifests(
        "".join(deployment(f"d{n}", ALL) for n in range(3))
        + "".join(budget(f"b{n}", f"{{matchLabels: {ALL}}}") for n in range(3))
    )
    found = [each for each in run(repository, RULES) if each.rule.id == "P03-overlapping-budgets"]
    assert [each.message for each in found] == [
        f"the pods of d0 (and of 2 more) have two budgets, b0 and b{n}: they can't be evicted" for n in (1, 2)
    ]


def test_selectors_that_differ_and_overlap_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from scaffold.check.model import selection

    monkeypatch.setattr(selection, "_FREE", 1_000)
    monkeypatch.setattr(selection, "_FIRST", 10)

    def shape(count: int) -> Checked:
        other = "matchExpressions: [{key: no%d, operator: DoesNotExist}]"
        never = "matchExpressions: [{key: no%d, operator: Exists}]"
        text = (
            deployment(f"d{n}", ALL) + budget(f"b{n}", f"{{{other % n}}}") + budget(f"c{n}", f"{{{never % n}}}")
            for n in range(count)
        )
        return manifests("".join(text))

    once, twice = work(shape(120))[0], work(shape(240))[0]
    assert twice < 2.6 * once


# --- regular expressions --------------------------------------------------------------------------------------------


WAYS = frozenset({"search", "match", "fullmatch", "findall", "finditer", "split", "sub"})


def expressions() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Yield each expression of check's modules and the readers', and each way in which its module asks it.

    One that is asked by another name there, as `form.fullmatch` in a loop, is asked in full.
    """
    for package in (scaffold.check, scaffold.check.built, scaffold.check.model, scaffold.check.rules, scaffold.syntax):
        for info in iter_modules(package.__path__, f"{package.__name__}."):
            module = import_module(info.name)
            source = inspect.getsource(module)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    for way in sorted(set(re.findall(rf"\b{name}\.(\w+)", source)) & WAYS) or ["fullmatch"]:
                        yield f"{info.name.removeprefix('scaffold.check.')}:{name}.{way}", value, way


EXPRESSIONS = {name: (each, way) for name, each, way in expressions()}
PIECES = (
    "a", "-", " ", "\n", "/", "/a", "'", '"', '\\"', "${a:-", "$a", "{{", "}}", "[", "#", "LOG", "apk -", "apk -x ", "x=", 'x="', "--a=", "--a ",
    "<<", "&", "& ", ";\n", "exec", "echo", "/echo", "server", "upstream a", "proxy_pass", "kind", ",", "{", "1", ".", "@", "> ", "_EXPIR",
    "mysql ", "https://", "# scaffold: ignore a ", "because x ", "with ", "- ",
    "password=", "pass", "your-", "todo ", "_", ";", ";pwd=", "host=;", "-----BEGIN ", "RSA ", "eyJ", "a.", "a:b@", "KEY", "s3", "a: b\n", "cbc-",
)  # fmt: skip
ENDS = ("", "\x01")
STARTS = (
    "", "a", "a=b ", "'", '"', "/", "exec", "echo", "# scaffold: ignore a because x", "{{", "server", "LOG=", ">", "&", "/var/log", "--log-file=",
    "apk", "kind", '["',
)  # fmt: skip


def seconds(name: str, text: str) -> float:
    """Return the time of this thread that it takes to ask an expression about a text."""
    expression, way = EXPRESSIONS[name]
    data = text.encode() if isinstance(expression.pattern, bytes) else text
    ask = (lambda data: list(expression.finditer(data))) if way == "finditer" else getattr(expression, way)
    words = ("", data) if way == "sub" else (data,)
    began = time.thread_time()
    ask(*words)
    return time.thread_time() - began


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_expression_goes_back_for_ever(name: str) -> None:
    """Eight times the text takes far less than the square of it; what takes next to nothing is not looked at."""
    slow = {}
    for start, piece, end in product(STARTS, PIECES, ENDS):
        long_text, short_text = (start + piece * (count // len(piece)) + end for count in (2_000, 250))
        if seconds(name, long_text) > 0.002:
            for times in (3, 20):  # the least of many, where the machine may have been busy
                long, short = (min(seconds(name, text) for _ in range(times)) for text in (long_text, short_text))
                if long <= 0.002 or long <= 24 * short:
                    break
            else:
                slow[start, piece, end] = long / short
    assert not slow
