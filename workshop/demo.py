"""`./dev demo`: make a real service with `scaffold new`, run its own checks, start it, ask it, stop it.

The service is a Python one, so that git and Python are all that a machine needs.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from scaffold.prove.ports import free_ports


def step(say: str, command: Sequence[str | Path], folder: Path | None = None) -> None:
    """Say what comes, show its command, and run it."""
    print(f"\n==> {say}\n    $ {' '.join(str(word) for word in command)}", flush=True)
    subprocess.run(command, cwd=folder, check=True)


def ask(url: str) -> tuple[int, str]:
    """Return the status and the body of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_ready(process: subprocess.Popen[str], url: str, patience: float = 20) -> None:
    """Wait until the service is ready; end the demo with its logs when it does not become so."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if ask(url)[0] == 200:
                return
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    logs = process.communicate()[0] if process.poll() is not None else ""
    raise SystemExit(f"the service did not become ready; its exit code is {process.poll()}\n{logs}")


def run_service(folder: Path) -> None:
    """Start the service, ask its probes and its route, stop it by SIGTERM, and check its logs and exit code."""
    port, admin_port = free_ports(2)
    business, admin = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin_port}"
    python = folder / ".venv/bin/python"
    ports = {"PORT_HTTP": str(port), "ADMIN_PORT": str(admin_port)}
    env = {**os.environ, **ports, "PYTHONPATH": str(folder / "src")}
    command: list[str | Path] = [python, "-m", "app", "serve"]
    print(f"\n==> start it\n    $ {' '.join(str(word) for word in command)}", flush=True)
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_ready(process, f"{admin}/readyz")
            for url in (f"{admin}/livez", f"{admin}/startupz", f"{admin}/readyz", f"{business}/"):
                print(f"    {url}: {ask(url)}")
            began = time.monotonic()
        finally:
            process.send_signal(signal.SIGTERM)
        logs, _ = process.communicate(timeout=60)
    events = [json.loads(line)["message"] for line in logs.splitlines()]
    print(f"    SIGTERM: exit code {process.returncode} after {time.monotonic() - began:.1f} s; logged {events}")
    if process.returncode != 0 or "stopped" not in events:
        raise SystemExit("the service did not stop as it should")


def make(folder: Path) -> None:
    """Make the service in a repository of its own: in that around it, its workflow would belong at the top."""
    step("make a repository", ["git", "init", "--quiet", folder])
    step("make a service in it", [sys.executable, "-m", "scaffold", "new", folder, "--defaults"])


def main(folder: Path) -> None:
    """Make the service in `folder`, which is replaced, and show it at work."""
    folder = folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / ".venv/bin/python"
    make(folder)
    step("give it an environment of its own", [sys.executable, "-m", "venv", folder / ".venv"])
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    step("install what it needs", [*pip, "--require-hashes", "-r", folder / "requirements-dev.txt"])
    step("lint it", [folder / ".venv/bin/ruff", "check", "."], folder)
    step("run its tests", [python, "-m", "pytest", "-q"], folder)
    run_service(folder)
    print(f"\nThe service is in {folder}; look at its README.md, then `docker build {folder}`.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo"))
