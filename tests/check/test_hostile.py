"""Files that nobody should have written: a finding or one sentence with the file's name, soon, and never a traceback."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.repositories import fuzzed
from tests.support.files import write_tree
from tests.support.reports import is_whole
from workshop import goldens

RULES = list(all_rules().values())
POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: nginx}]\n"
HEAD = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
SECONDS, MEGABYTES = 20, 1500  # of CPU and of memory: what a machine of CI has ten times of


def checked(folder: Path, name: str, content: bytes) -> CheckReport:
    return check([write_tree(folder, {name: content})], RULES)


def bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    return HEAD + "\n".join(lines).encode()


def merged_bomb() -> bytes:
    lines = ["m0: &m0 {k: v}"]
    lines += [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 40)]
    return HEAD + "\n".join(lines).encode() + b"\nspec: *m39\ndata: *m39\n"


HOSTILE = {
    "flow-nesting.yaml": HEAD + b"a: " + b"[" * 1_000_000,
    "mapping-nesting.yaml": HEAD + b"a: " + b"{a: " * 300_000,
    "sequence-nesting.yaml": HEAD + b"a:\n" + b"- " * 1_000_000 + b"x\n",
    "indented-nesting.yaml": HEAD + b"".join(b" " * n + b"a:\n" for n in range(1, 3000)),
    "bomb.yaml": bomb(),
    "merged-bomb.yaml": merged_bomb(),
    "self.yaml": b"apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\nspec: &s\n  template: *s\n  spec: *s\n  containers: [*s]\n  <<: *s\n",
    "latin.yaml": HEAD + b"data: {a: 'caf\xe9'}\n",
    "nul.yaml": HEAD + b"data: {a: \x00}\n",
    "utf-16.yaml": POD.decode().encode("utf-16"),
    "broken.yaml": HEAD + b"data: {\n",
    "tabs.yaml": HEAD + b"data:\n\ta: b\n",
    "anchor.yaml": HEAD + b"data: *nowhere\n",
    "directive.yaml": b"%YAML 9.9\n---\n" + POD,
    "long-number.yaml": b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: "
    + b"9" * 1_000_000
    + b"}\n",
    "large.yaml": b"# " + b"x" * 9_000_000 + b"\n" + POD,
    "Dockerfile": b"FROM a:1\nRUN \\\n" + b"  x && \\\n" * 50_000,
    "heredocs.Dockerfile": b"FROM a:1\n" + b"RUN <<A\nx \\\nA\n" * 5_000,
    "binary.Dockerfile": bytes(range(256)) * 100,
    "latin.Dockerfile": b"FROM a:1\nCMD caf\xe9\n",
    "regex.Dockerfile": b"FROM a:1\nRUN apt-get " + b"-a " * 50_000 + b"\nENV " + b"LOG" * 20_000 + b"\n",
    "blank.yaml": HEAD.replace(b"kind", b"sort") + b"\n" * 4_000_000,
    "blank.conf": b"\n" * 4_000_000 + b"server {\n}\n",
    "probe.yaml": POD.replace(b"image: nginx", b"livenessProbe: {exec: {command: [" + b"mysql " * 100_000 + b"]}}"),
    "nginx.conf": b"server {\n" * 50_000,
    "quotes.conf": b"server { listen 'x",
    "envoy.yaml": b"static_resources:\n  clusters: " + b"[" * 20_000,
    "kustomization.yaml": b"resources: [a.yaml, '../..', '', 5, {a: b}, *x]\n",
    "cycle/kustomization.yaml": b"resources: [../cycle, .]\n",
    ".copier-answers.yml": b"[" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_sentence_soon_and_no_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_bytes(POD)
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(HOSTILE[name])

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))

    command = [sys.executable, "-m", "scaffold", "check", "--format", "github"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(goldens.ROOT)},
        preexec_fn=bounded, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, ""), done.stdout[-500:]
    assert "::warning file=good.yaml,line=2," in done.stdout, "what is good is judged all the same"
    notes = [line for line in done.stdout.splitlines() if line.startswith("::notice")]
    assert all(name in line for line in notes)


def test_fifty_thousand_lines_are_judged(tmp_path: Path) -> None:
    count = 50_000 // 6 + 1
    parts = [POD.replace(b"name: web}", b"name: web-%d}" % number) + b"---\n" for number in range(count)]
    began = time.process_time()
    report = checked(tmp_path, "many.yaml", b"".join(parts))
    assert time.process_time() - began < SECONDS
    naked = [each for each in report.findings if each.rule.id == "P03-naked-pod"]
    assert len(naked) == count
    assert naked[-1].place.line == (count - 1) * 6 + 2


def test_relations_between_many_objects_are_not_quadratic(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        texts = []
        for number in range(count):
            labels = f"{{app: web-{number}, tier: front}}"
            texts.append(
                f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web-{number}}}\n"
                f"spec: {{replicas: 2, selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}}}}}\n---\n"
                f"apiVersion: v1\nkind: Service\nmetadata: {{name: web-{number}}}\nspec: {{selector: {labels}}}\n---\n"
                f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web-{number}}}\n"
                f"spec: {{maxUnavailable: 1, selector: {{matchLabels: {labels}}}}}\n---\n"
            )
        began = time.process_time()
        checked(tmp_path, "many.yaml", "".join(texts).encode())
        return time.process_time() - began

    seconds(10)
    assert seconds(1200) < 8 * seconds(300)  # 4 times as many; quadratic would be 16


SOURCES = [
    "deploy/base/deployment.yaml",
    "deploy/base/service.yaml",
    "deploy/base/job-digest.yaml",
    "deploy/base/network-policy.yaml",
    "deploy/base/breaker/envoy.yaml",
    "Dockerfile",
]


@pytest.mark.parametrize("source", SOURCES)
def test_mutilated_goldens(source: str, tmp_path: Path) -> None:
    text = (goldens.EXAMPLES / "frontend" / source).read_bytes()
    for seed in range(40):
        report = checked(tmp_path, Path(source).name, fuzzed(text, seed))
        is_whole(report)


def test_mutilated_nginx(tmp_path: Path) -> None:
    text = (goldens.EXAMPLES / "everything-typescript/deploy/base/limiter/nginx.conf").read_bytes()
    for seed in range(20):
        is_whole(checked(tmp_path, "nginx.conf", fuzzed(text, seed)))


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["100%", "25%", "-1", "1Gi", "5s"])
)
_KEYS = st.sampled_from(
    ["spec", "template", "metadata", "labels", "containers", "initContainers", "image", "name", "ports", "containerPort",
     "livenessProbe", "readinessProbe", "startupProbe", "httpGet", "exec", "command", "args", "port", "env", "value",
     "resources", "limits", "requests", "memory", "selector", "matchLabels", "matchExpressions", "replicas", "strategy",
     "rollingUpdate", "maxUnavailable", "maxSurge", "lifecycle", "preStop", "sleep", "seconds", "jobTemplate", "volumes",
     "emptyDir", "hostPath", "minAvailable", "scaleTargetRef", "metrics", "data", "http", "route", "<<"]
)  # fmt: skip
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=25
)
_KINDS = st.sampled_from(
    ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "PodDisruptionBudget", "NetworkPolicy",
     "HorizontalPodAutoscaler", "ConfigMap", "VirtualService", "DestinationRule", "List"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_KINDS, st.dictionaries(_KEYS, _VALUES, max_size=6)), min_size=1, max_size=4))
def test_objects_of_any_shape(tmp_path: Path, objects: list[tuple[str, dict[str, object]]]) -> None:
    import yaml

    documents = [{"apiVersion": "networking.istio.io/v1", "kind": kind, **body} for kind, body in objects]
    is_whole(checked(tmp_path, "objects.yaml", yaml.safe_dump_all(documents).encode("utf-8", "replace")))
