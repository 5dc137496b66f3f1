"""`make audit` fails for a package with a known vulnerability, and only then. Stand-ins have the databases, so nothing is asked outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.generated.makefile import furnish
from workshop import command, go_tools, goldens
from workshop.aside import COMMAND_SECONDS
from workshop.machine import BUILD_ENV

pytestmark = [pytest.mark.generated, pytest.mark.aside, pytest.mark.timeout(3600)]

ID = "GHSA-aaaa-bbbb-cccc"
NEVER, ALWAYS = "0.0.1", "9999.0.0"
"""The version in which the vulnerability is fixed: before the locked one, or after it."""

LIBRARY = "tools.jackson.core:jackson-databind"

Respond = Callable[[str, bytes], Any]


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """Yield the address of a server that responds with JSON to each path and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(respond(self.path, self.rfile.read(int(self.headers.get("content-length", 0))))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 -- both names are those of the standard library

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def audit(service: Path, flags: str = "", *words: str, **env: str) -> tuple[int, str]:
    """Run `make audit`, and return its exit code with what it printed."""
    done = command.run(
        ["make", "audit", *([f"AUDIT_FLAGS={flags}"] if flags else []), *words],
        cwd=service,
        env={**os.environ, **BUILD_ENV, "NO_COLOR": "1", **env},
        seconds=COMMAND_SECONDS,
    )
    return done.returncode, done.stdout


def copy_of(name: str, language: str, folder: Path) -> Path:
    service = folder / name
    shutil.copytree(goldens.EXAMPLES / name, service)
    furnish(service, language)
    return service


def in_go(service: Path, fixed: str) -> tuple[int, str]:
    module = "github.com/prometheus/client_golang"
    database = service.parent / f"go-{fixed}"
    entry = {
        "schema_version": "1.3.1",
        "id": "GO-2026-0001",
        "modified": "2026-01-01T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "details": "seeded",
        "affected": [
            {
                "package": {"name": module, "ecosystem": "Go"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
                "ecosystem_specific": {"imports": [{"path": f"{module}/prometheus"}]},
            }
        ],
    }
    vulnerability = {"id": entry["id"], "modified": entry["modified"], "fixed": fixed}
    files = {
        "index/db.json": {"modified": entry["modified"]},
        "index/modules.json": [{"path": module, "vulns": [vulnerability]}],
        "index/vulns.json": [{"id": entry["id"], "modified": entry["modified"], "aliases": [ID]}],
        f"ID/{entry['id']}.json": entry,
    }
    for name, content in files.items():
        (database / name).parent.mkdir(parents=True, exist_ok=True)
        (database / name).write_text(json.dumps(content))
    return audit(service, f"-db={database.as_uri()}")


def in_python(service: Path, fixed: str) -> tuple[int, str]:
    affected = {
        "package": {"name": "uvicorn", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
    }
    found = {"id": ID, "modified": "2026-01-01T00:00:00Z", "summary": "seeded", "affected": [affected]}

    def respond(_: str, body: bytes) -> Any:
        asked = json.loads(body)["package"]["name"]
        return {"vulns": [found]} if asked == "uvicorn" and fixed == ALWAYS else {}  # OSV compares the versions itself

    with serving(respond) as url:
        return audit(service, f"--vulnerability-service osv --osv-url {url}/v1/query")


def in_typescript(service: Path, fixed: str) -> tuple[int, str]:
    locked = json.loads((service / "package-lock.json").read_text())["packages"]["node_modules/fastify"]
    found = {"id": 1, "url": ID, "title": "seeded", "severity": "high", "vulnerable_versions": f"<{fixed}"}

    def respond(path: str, _: bytes) -> Any:
        if path.endswith("/advisories/bulk"):
            return {"fastify": [found]}
        name = path[1:].replace("%2f", "/")
        return {"name": name, "versions": {locked["version"]: {"name": name, "version": locked["version"]}}}

    with serving(respond) as url:
        return audit(service, npm_config_registry=url, npm_config_cache=str(service.parent / "npm"))


def in_java(service: Path, fixed: str, *words: str) -> tuple[int, str]:
    entry = {
        "schema_version": "1.6.0",
        "id": ID,
        "modified": "2026-01-01T00:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "Maven", "name": LIBRARY},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }
    programs, database = service.parent / "programs", service.parent / f"java-{fixed}"
    (database / "osv-scanner/Maven").mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(database / "osv-scanner/Maven/all.zip", "w") as packed:
        packed.writestr(f"{ID}.json", json.dumps(entry))
    programs.mkdir(exist_ok=True)
    if not (programs / "osv-scanner").exists():
        (programs / "osv-scanner").symlink_to(go_tools.program("osv-scanner"))
    path = f"{programs}:{os.environ['PATH']}"
    return audit(service, "--offline", *words, PATH=path, OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY=str(database))


def in_rust(service: Path, fixed: str) -> tuple[int, str]:
    database = service.parent / f"rust-{fixed}"
    advisory = database / "crates/tokio/RUSTSEC-2026-0001.md"
    advisory.parent.mkdir(parents=True)
    advisory.write_text(
        f'```toml\n[advisory]\nid = "RUSTSEC-2026-0001"\npackage = "tokio"\ndate = "2026-01-01"\n\n'
        f'[versions]\npatched = [">= {fixed}"]\n```\n\n# Seeded\n\nSeeded.\n'
    )
    for words in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["commit", "--quiet", "--message", "seeded"],
    ):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=database, check=True)
    settings = service / "deny.toml"
    own = (goldens.EXAMPLES / service.name / "deny.toml").read_text()
    assert "[advisories]\n" in own
    url = "https://advisories.example.org/db"
    where = f'[advisories]\ndb-path = "{database}-copy"\ndb-urls = ["{url}"]\ngit-fetch-with-cli = true\n'
    (service.parent / "gitconfig").write_text(f'[url "{database.as_uri()}"]\n\tinsteadOf = {url}\n')
    settings.write_text(own.replace("[advisories]\n", where))
    return audit(service, GIT_CONFIG_GLOBAL=str(service.parent / "gitconfig"))


LANGUAGES = {
    "go": ("frontend-go", in_go, "GO-2026-0001"),
    "python": ("frontend", in_python, ID),
    "typescript": ("frontend-typescript", in_typescript, ID),
    "java": ("frontend-java", in_java, ID),
    "rust": ("frontend-rust", in_rust, "RUSTSEC-2026-0001"),
}
MISSING = {
    "java": go_tools.missing(),
    "rust": None if shutil.which("cargo-deny") else "cargo-deny is not installed: cargo install --locked cargo-deny",
}


@pytest.mark.parametrize(
    "language",
    [pytest.param(each, marks=[pytest.mark.optional] if each == "rust" else []) for each in LANGUAGES],
)
def test_an_old_package_fails_the_audit(language: str, tmp_path: Path) -> None:
    if reason := MISSING.get(language):
        pytest.skip(reason)
    name, run, found = LANGUAGES[language]
    service = copy_of(name, language, tmp_path)
    code, said = run(service, NEVER)
    assert code == 0, said
    code, said = run(service, ALWAYS)
    assert code != 0 and found in said, said


@pytest.mark.skipif(bool(MISSING["java"]), reason=str(MISSING["java"]))
@pytest.mark.parametrize(("until", "passes"), [("2999-01-31", True), ("2020-01-31", False)])
def test_an_exception_in_java_ends_on_its_date(until: str, passes: bool, tmp_path: Path) -> None:
    service = tmp_path / "service"
    shutil.copytree(goldens.EXAMPLES / "frontend-java", service)
    library = {
        "type": "library",
        "name": "a",
        "version": "3.0.0",
        "purl": f"pkg:maven/{LIBRARY.replace(':', '/')}@3.0.0",
    }
    (service / "target").mkdir()
    (service / "target/bom.json").write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [library]})
    )
    sample = (service / "osv-scanner.toml").read_text()
    lines = [line.removeprefix("# ") for line in sample.splitlines()[2:]]
    (service / "osv-scanner.toml").write_text("\n".join(lines).replace("2027-01-31", until) + "\n")
    code, said = in_java(service, ALWAYS, "MAVEN=true")
    assert (code == 0) is passes, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_pipeline_runs_it(language: str) -> None:
    for name in goldens.GENERATED:
        asked = goldens.answers_of(name).asked
        if asked["language"] == language and asked["ci"] != "none":
            pipelines = [
                *(goldens.EXAMPLES / name).rglob(".github/workflows/*.yml"),
                goldens.EXAMPLES / name / ".gitlab-ci.yml",
            ]
            assert any("make audit\n" in each.read_text() for each in pipelines if each.exists()), name
