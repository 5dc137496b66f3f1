"""What messages claim is so: of a git history, of a volume's medium, of PID 1."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.check.rules.guesses import is_guessed
from scaffold.check.run import check


def messages(rule: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(folder)
    return [each.message for each in check([Path()], [all_rules()[rule]]).findings]


def test_the_history_is_copied_from_where_it_lies_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    for place in ("Dockerfile", "app/Dockerfile"):
        (tmp_path / place).write_text('FROM a:1\nCOPY . /app\nCMD ["a"]\n')
    assert messages("P01-copies-everything", tmp_path, monkeypatch) == [
        "copies the whole folder into the image, its git history too",
        "copies the whole folder into the image",
    ]


@pytest.mark.parametrize(
    ("medium", "full"), [("", "disk"), ("medium: Memory", "memory"), ("medium: HugePages-2Mi", "memory")]
)
def test_a_volume_fills_what_it_lies_in(
    medium: str, full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        f"spec: {{containers: [{{name: a}}], volumes: [{{name: tmp, emptyDir: {{{medium}}}}}]}}\n"
    )
    assert messages("P06-unbounded-volume", tmp_path, monkeypatch) == [
        f"the emptyDir tmp can fill the node's {full}: it has no sizeLimit"
    ]


@pytest.mark.parametrize(
    ("image", "start", "program"),
    [
        ("node:22-slim", 'CMD ["server.js"]', ""),
        ("node:22-slim", 'CMD ["--max-old-space-size=100", "server.js"]', ""),
        ("node:22-slim", 'CMD ["node", "server.js"]', "node"),
        ("node:22-slim", 'ENTRYPOINT ["/app/server.js"]', "server.js"),
        ("gcr.io/distroless/nodejs22-debian12", 'CMD ["/app/server.js"]', "node"),
        ("debian:12", 'ENTRYPOINT ["sh", "-c", "exec node server.js"]', "node"),
        ("debian:12", 'ENTRYPOINT ["sh", "-c", "a && exec env A=b /bin/server --x"]', "server"),
        ("debian:12", 'ENTRYPOINT ["sh", "-c", "exec tini -- server"]', ""),
        ("debian:12", 'ENTRYPOINT ["sh", "-c", "exec \\"$@\\"", "--"]', ""),
        ("debian:12", 'ENTRYPOINT ["sh", "-c", "a && b"]', ""),
        ("debian:12", 'ENTRYPOINT ["bash"]', "bash"),
    ],
)
def test_who_is_pid_1(image: str, start: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\n{start}\n")
    told = messages("P02-no-init", tmp_path, monkeypatch)
    assert told == ([f"{program} is PID 1: it ignores SIGTERM by default, and reaps no orphans"] if program else [])


@pytest.mark.parametrize(("types", "way"), [("Ingress", "of its pods lets it in"), ("Egress", "lets it out")])
def test_the_side_that_is_closed(types: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy for all pods stands on both sides of a call, and closes one."""
    pod = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec: {template: {metadata: {labels: {app: NAME}}, "
        "spec: {containers: [{name: NAME, image: 'NAME:1', ports: [{containerPort: 80}], ENV}]}}}\n---\n"
    )
    asks = pod.replace("ENV", "env: [{name: URL, value: 'http://b'}]").replace("NAME", "a")
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {selector: {app: b}, ports: [{port: 80}]}\n---\n"
    )
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all}\n"
        f"spec: {{podSelector: {{}}, policyTypes: [{types}]}}\n"
    )
    (tmp_path / "all.yaml").write_text(asks + pod.replace("ENV", "").replace("NAME", "b") + service + policy)
    assert messages("P15-unreachable", tmp_path, monkeypatch) == [f"a can't reach b:80: no NetworkPolicy {way}"]


@pytest.mark.parametrize(
    ("text", "guessed"),
    [
        *((each, True) for each in ("admin", "postgres", "fake_password", "yourpassword", "changeme", "root1234")),
        *((each, True) for each in ("Password!", "my-secret", "123456789", "Admin123", "c-krit")),
        *((each, False) for each in ("correct-horse", "admin-x7Kp9Qw2", "83726451", "a" * 1000, "password" * 100)),
    ],
)
def test_what_anybody_guesses(text: str, *, guessed: bool) -> None:
    assert is_guessed(text) is guessed


@pytest.mark.parametrize(("name", "rule"), [("cafe.example.com", True), ("cafe.example.com.shop", False)])
def test_a_key_for_examples(name: str, *, rule: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a certificate is worth nothing where nobody has the name."""
    body = b64encode(f"{name}0".encode()).decode()
    certificate = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    key = "-----BEGIN PRIVATE KEY-----\nabc\n"
    texts = {"tls.crt": certificate, "tls.key": key}
    data = {key: b64encode(text.encode()).decode() for key, text in texts.items()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tls"}, "data": data}
    (tmp_path / "secret.json").write_text(json.dumps(secret))
    guessed = messages("P12-secret-in-manifest-guessed", tmp_path, monkeypatch)
    assert guessed == (["the Secret tls contains tls.key, for a name that examples have"] if rule else [])
    assert bool(messages("P12-secret-in-manifest", tmp_path, monkeypatch)) != rule
