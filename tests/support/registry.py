"""A real registry (Debian's docker-registry) on loopback, images made by hand in it, and servers that misbehave."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from scaffold.prove.ports import free_ports

PROGRAM = shutil.which("docker-registry")
REASON = "docker-registry is not installed (apt-get install docker-registry)"
USER, PASSWORD = "scaffold", "open sesame"
HTPASSWD = "scaffold:$2a$04$p4m/RFvEcAaTOTOZp6bQYuUQe1qgEe59K67ui9TAen9BPW3NV0A/S"

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@dataclass(frozen=True)
class Registry:
    """A running registry; `host` is what an image reference names."""

    host: str
    auth: tuple[str, str] | None = None

    def push(self, repository: str, tag: str, content: str = "layer", media_type: str = OCI_MANIFEST) -> str:
        """Push a one-layer image; return the digest of its manifest, computed here."""
        config_type = "application/vnd.oci.image.config.v1+json"
        layer_type = "application/vnd.oci.image.layer.v1.tar"
        if media_type == DOCKER_MANIFEST:
            config_type = "application/vnd.docker.container.image.v1+json"
            layer_type = "application/vnd.docker.image.rootfs.diff.tar"
        manifest = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": self._blob(repository, b'{"architecture":"amd64","os":"linux"}', config_type),
            "layers": [self._blob(repository, content.encode(), layer_type)],
        }
        return self._put(repository, tag, manifest, media_type)

    def push_index(self, repository: str, tag: str, media_type: str = OCI_INDEX) -> str:
        """Push an image for two architectures; return the digest of its index."""
        of_image = DOCKER_MANIFEST if media_type == DOCKER_LIST else OCI_MANIFEST
        manifests = []
        for architecture in ("amd64", "arm64"):
            digest = self.push(repository, f"{tag}-{architecture}", architecture, of_image)
            size = len(self.get(repository, digest, of_image).content)
            platform = {"architecture": architecture, "os": "linux"}
            manifests.append({"mediaType": of_image, "digest": digest, "size": size, "platform": platform})
        index = {"schemaVersion": 2, "mediaType": media_type, "manifests": manifests}
        return self._put(repository, tag, index, media_type)

    def get(self, repository: str, reference: str, media_type: str) -> httpx.Response:
        url = f"http://{self.host}/v2/{repository}/manifests/{reference}"
        return httpx.get(url, headers={"Accept": media_type}, auth=self.auth).raise_for_status()

    def _blob(self, repository: str, content: bytes, media_type: str) -> dict[str, Any]:
        digest = digest_of(content)
        with httpx.Client(auth=self.auth) as client:
            started = client.post(f"http://{self.host}/v2/{repository}/blobs/uploads/").raise_for_status()
            url = httpx.URL(started.headers["Location"]).copy_merge_params({"digest": digest})
            client.put(url, content=content, headers={"Content-Type": "application/octet-stream"}).raise_for_status()
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def _put(self, repository: str, tag: str, manifest: dict[str, Any], media_type: str) -> str:
        body = json.dumps(manifest).encode()
        url = f"http://{self.host}/v2/{repository}/manifests/{tag}"
        httpx.put(url, content=body, headers={"Content-Type": media_type}, auth=self.auth).raise_for_status()
        return digest_of(body)


@contextmanager
def running_registry(folder: Path, *, login: bool = False) -> Iterator[Registry]:
    """Run a registry that keeps its images below `folder`, with a password file when `login` is asked for."""
    assert PROGRAM
    registry = Registry(f"127.0.0.1:{free_ports(1)[0]}", (USER, PASSWORD) if login else None)
    config: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": registry.host},
    }
    if login:
        (folder / "htpasswd").write_text(HTPASSWD + "\n")
        config["auth"] = {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    (folder / "config.yml").write_text(json.dumps(config))
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([PROGRAM, "serve", folder / "config.yml"], stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(registry.host, process, folder / "log")
            yield registry
        finally:
            process.terminate()


def _wait_for(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"http://{host}/v2/")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"docker-registry did not start: {log.read_text()}")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A local server that answers as its test says; `requests` is what it was asked, in order."""

    host: str
    requests: list[Request] = field(default_factory=list)

    def saw(self, *secrets: str) -> list[Request]:
        """Return the requests that hold one of the secrets, wherever in them."""
        told = {id(each): f"{each.path} {each.body} {' '.join(each.headers.values())}" for each in self.requests}
        return [each for each in self.requests if any(secret in told[id(each)] for secret in secrets)]


@contextmanager
def serving(answer: Callable[[Request], Response]) -> Iterator[Server]:
    """Serve on loopback, each request in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length).decode())
            server.requests.append(request)
            response = answer(request)
            self.send_response(response.status)
            for name, value in {"Content-Length": str(len(response.body)), **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = Server(f"127.0.0.1:{http.server_port}")
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


@contextmanager
def talking(*words: bytes, drip: bytes = b"") -> Iterator[str]:
    """Serve raw bytes to everybody who connects: `words` at once, then `drip` again and again until the block ends.

    It gives the server's host. What drips ends after some seconds in any case, so that no test can hang on it.
    """
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"".join(words))
            for _ in range(300):
                if not drip or ended.wait(0.05):
                    return
                connection.sendall(drip)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
