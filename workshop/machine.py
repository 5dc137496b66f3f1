"""What the tests take from the machine they run on: a cache, locks, and how its package clients reach their registries.

Nothing is written down here that belongs to one machine: the settings are asked from the clients themselves, and
handed to image builds as files that are mounted read-only while a RUN line runs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

CACHE = Path(
    os.environ.get("KUBE_SCAFFOLD_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kube-scaffold"
)
# What the services of a language share when they are compiled here; none is looked at by a debugger.
BUILD_ENV = {
    "CARGO_TARGET_DIR": str(CACHE / "cargo"),
    "CARGO_PROFILE_DEV_DEBUG": "0",
    "CARGO_INCREMENTAL": "0",
}
_thread = threading.local()
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # where Debian keeps the certificates that it trusts


def output(*command: str | Path) -> str:
    """Return what a command prints, or nothing where it fails or isn't there."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd="/").stdout.strip()


@contextmanager
def locked(name: str, folder: Path = CACHE) -> Iterator[None]:
    """Hold the cache's lock of that name: one process makes a thing, the others wait and then find it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def turn(alone: bool, folder: Path = CACHE) -> Iterator[None]:
    """Hold the machine, beside others or `alone`: what watches a clock is not disturbed by a neighbour that loads it.

    Who waits to be alone holds the gate, so that those who come later don't keep him waiting for ever. A thread that
    has a turn already goes on in it.

    Raises:
        RuntimeError: when a thread that is beside others wants to be alone, for which it would wait for ever.
    """
    mine = _thread.__dict__  # this thread's
    if (had := mine.get("alone")) is not None:
        if alone and not had:
            raise RuntimeError("a turn beside others can't become one alone")
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "machine.lock").open("w") as lock:
        with locked("gate", folder):
            fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        mine["alone"] = alone
        try:
            yield
        finally:
            del mine["alone"]


def write(path: Path, text: str) -> Path:
    """Write a file in one move, so that nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text)
    part.rename(path)
    return path


# --- settings of package clients --------------------------------------------------------------------------------------


def apt_settings() -> str:
    """Return how apt fetches here: proxies, retries, checks."""
    wanted = ("Acquire::http", "Acquire::Check-", "Acquire::Retries", "Acquire::ForceIPv")
    return "\n".join(line for line in output("apt-config", "dump").splitlines() if line.startswith(wanted))


def apt_mirror() -> str:
    """Return the Debian mirror that apt uses here."""
    found = output("apt-get", "indextargets", "--format", "$(REPO_URI)").splitlines()
    mirror = next((uri for uri in found if uri.rstrip("/").endswith("/debian")), None)
    if mirror is None:
        raise RuntimeError("apt names no Debian mirror, from which base images could be made")
    return mirror


def pip_settings() -> str:
    """Return pip's index, proxy and certificates as a pip.conf."""
    wanted = ("index-url", "extra-index-url", "trusted-host", "proxy", "default-timeout", "timeout")
    lines = [f"cert = {BUNDLE}"]
    for line in output(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        if key in wanted:
            lines.append(f"{key} = {value.strip(chr(39))}")
    return "[global]\n" + "\n".join(lines)


def go_settings() -> str:
    """Return Go's environment, with the modules that this machine has already put before its proxy."""
    if not shutil.which("go"):
        return ""
    names = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOFLAGS")
    values = dict(zip(names, output("go", "env", *names).split("\n"), strict=False))
    values["GOPROXY"] = f"file://{GO_MODULES}," + values.get("GOPROXY", "")
    return "\n".join(f"{name}={value}" for name, value in values.items() if value)


def npm_settings() -> str:
    """Return npm's registry, proxy and certificates as an npmrc."""
    wanted = ("registry", "proxy", "https-proxy", "noproxy", "strict-ssl", "omit-lockfile-registry-resolved")
    lines = [f"cafile = {BUNDLE}"]
    for line in output("npm", "config", "ls").splitlines():
        key = line.partition("=")[0].strip()
        if key in wanted and "(protected)" not in line:
            lines.append(line)
    return "\n".join(lines)


def file_of(*names: str) -> Callable[[], str]:
    """Return the text of the first of these files in the home folder that exists, when called."""

    def text() -> str:
        found = [Path.home() / name for name in names if (Path.home() / name).is_file()]
        return found[0].read_text() if found else ""

    return text


GO_MODULES = "/run/modules"  # Go's download cache, as a proxy made of files

# Where a client looks for its settings inside an image -> the settings.
SETTINGS: dict[str, Callable[[], str]] = {
    "/etc/apt/apt.conf.d/99machine": apt_settings,
    "/etc/pip.conf": pip_settings,
    "/root/.config/go/env": go_settings,
    "/root/.npmrc": npm_settings,
    "/usr/local/cargo/config.toml": file_of(".cargo/config.toml", ".cargo/config"),
    "/root/.m2/settings.xml": file_of(".m2/settings.xml"),
    "/root/.netrc": file_of(".netrc"),
}


@cache
def mounts() -> dict[Path, str]:
    """Return what is mounted while an image is built: file or folder here -> its place in the image."""
    found = {}
    for place, settings in SETTINGS.items():
        if text := settings():
            found[write(CACHE / "settings" / place.strip("/").replace("/", "_"), text + "\n")] = place
    modules = Path(output("go", "env", "GOMODCACHE") or "/nonexistent") / "cache/download"
    if modules.is_dir():
        found[modules] = GO_MODULES
    return found
