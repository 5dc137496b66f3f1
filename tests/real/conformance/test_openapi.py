"""The service does what its openapi.json says: schemathesis makes up requests from the document, and reads the responses."""

from __future__ import annotations

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.real.conformance.service import Service, ask
from workshop.environments import environment
from workshop.goldens import EXAMPLES

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ROUTES = {"/": ["get"], "/greetings": ["post"]}
SETTINGS = """
[phases.coverage]  # a method that nobody knows is 501, which test_methods.py shows
unexpected-methods = ["get", "put", "post", "delete", "options", "patch", "trace"]
"""


def judged(port: int, document: Path, folder: Path) -> str:
    """Return what schemathesis finds, or nothing. The same requests each time, about a hundred for each route."""
    words = [environment("judges") / "bin" / "schemathesis", "run", document, "--no-color"]
    words += ["--url", f"http://127.0.0.1:{port}", "--checks", CHECKS, "--phases", "coverage,fuzzing"]
    words += ["--max-examples", "40", "--seed", "1", "--generation-deterministic", "--workers", "1"]
    (folder / "schemathesis.toml").write_text(SETTINGS)
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_admin_port_serves_the_file(service: Service) -> None:
    answer = ask(service.admin, "/openapi.json")
    assert answer.status == 200
    assert (answer.headers["Content-Type"] or "").startswith("application/json")
    assert answer.body == (service.subject.folder / "openapi.json").read_bytes()
    assert service.ask("/openapi.json").status == 404, "a business port serves it"


def test_the_file_has_the_routes_and_no_others(service: Service) -> None:
    document = json.loads((service.subject.folder / "openapi.json").read_text())
    assert document["info"] == {"title": service.subject.answers["name"], "version": "1"}
    assert {path: sorted(methods) for path, methods in document["paths"].items()} == ROUTES
    assert "servers" not in document
    responses = set(document["paths"]["/greetings"]["post"]["responses"])
    assert "200" in responses and ("default" in responses or {"400", "415", "422"} <= responses)


def test_responses_are_those_of_the_document(service: Service, tmp_path: Path) -> None:
    assert judged(service.port, service.subject.folder / "openapi.json", tmp_path) == ""


class Wrong(BaseHTTPRequestHandler):
    """Responds as no document allows it."""

    def do_GET(self) -> None:
        self.respond(500)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.respond(200)

    def respond(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"greeting": 5}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_wrong_response_is_found(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Wrong) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = judged(server.server_port, EXAMPLES / "standalone-java" / "openapi.json", tmp_path)
        server.shutdown()
    assert "Server error" in found
    assert '5 is not of type "string"' in found
