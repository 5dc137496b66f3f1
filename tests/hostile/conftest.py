"""A clone of a hostile repository, and canaries around it: a file, a server and a folder that nothing may touch."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from workshop import goldens, helm

MARK = "canary-7f3a"
"""What the files outside hold; no output may."""

GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.hooksPath=/dev/null"]


@dataclass
class Server:
    """A server on loopback that writes down what each caller said first."""

    port: int
    asked: list[bytes] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass
class Canaries:
    """`file` is made by what a repository wants to run; `folder` lies outside, and `server` answers nobody twice."""

    file: Path
    folder: Path
    server: Server
    before: dict[Path, bytes] = field(default_factory=dict)

    def put(self, name: str, text: str) -> Path:
        """Write a file into the folder outside."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.before[path] = path.read_bytes()
        return path

    def assert_untouched(self) -> None:
        assert not self.file.exists(), "a program of the repository ran"
        assert self.server.asked == []
        assert {path: path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()} == self.before


@pytest.fixture(scope="session")
def listening() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])

        def answer() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.settimeout(2)
                    try:
                        server.asked.append(caller.recv(1024))
                        caller.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    except OSError:
                        continue

        threading.Thread(target=answer, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def canaries(tmp_path: Path, listening: Server) -> Canaries:
    listening.asked.clear()
    folder = tmp_path / "outside"
    folder.mkdir()
    return Canaries(tmp_path / "ran", folder, listening)


Clone = Callable[[Mapping[str, str | bytes | Path]], Path]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Return a function that commits files (a Path is a link to there, text that begins with #! a program) and clones."""

    def made(files: Mapping[str, str | bytes | Path]) -> Path:
        origin = tmp_path / "origin"
        origin.mkdir()
        for name, content in files.items():
            path = origin / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                path.symlink_to(content)
                continue
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            if path.read_bytes().startswith(b"#!"):
                path.chmod(0o755)
        for words in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message", "all"]):
            subprocess.run([*GIT, *words], cwd=origin, check=True)
        subprocess.run([*GIT, "clone", "--quiet", "origin", "clone"], cwd=tmp_path, check=True)
        return tmp_path / "clone"

    return made


@dataclass(frozen=True)
class Said:
    code: int
    text: str


Scaffold = Callable[..., Said]


@pytest.fixture
def scaffold(tmp_path: Path) -> Scaffold:
    """Return a function that runs the command line in a folder, and looks that it ends with a sentence."""

    def run(folder: Path, *words: str, path: str | None = None, **variables: str) -> Said:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": path or os.environ["PATH"],
            "PYTHONPATH": str(goldens.ROOT),
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            **variables,
        }
        done = subprocess.run(
            [sys.executable, "-m", "scaffold", *words], cwd=folder, env=environment, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert "Traceback" not in text
        assert done.returncode not in (70, -9), text
        return Said(done.returncode, text)

    return run


@pytest.fixture
def helm_path(tmp_path: Path) -> str:
    """Return a PATH with helm on it."""
    if why := helm.missing():
        pytest.skip(why)
    (tmp_path / "bin").mkdir(exist_ok=True)
    (tmp_path / "bin" / "helm").symlink_to(helm.program())
    return f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"


@dataclass(frozen=True)
class Recorder:
    """Programs that write down how they were called, and what they saw, in place of helm, kustomize and kubectl."""

    path: str
    calls: Path

    def read(self) -> list[str]:
        """Return for each call the words, and a line for each variable."""
        return [each.read_text(errors="surrogateescape").rstrip("\n") for each in sorted(self.calls.iterdir())]


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    folder, calls = tmp_path / "recorders", tmp_path / "calls"
    folder.mkdir()
    calls.mkdir()
    for name in ("helm", "kustomize", "kubectl"):
        text = f"#!/bin/sh\n{{ echo {name} \"$@\"; exec /usr/bin/env; }} > '{calls}'/{name}-$$\n"
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return Recorder(f"{folder}{os.pathsep}{os.environ['PATH']}", calls)
