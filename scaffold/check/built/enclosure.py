"""Runs helm, kustomize and kubectl on copies of files that nobody vouches for.

They find an empty home, no settings or credentials of the user and no cluster. They have no network unless the user
allows it, and no more time, output and memory than this module allows.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scaffold.check.built.built import OnStep, Steps
from scaffold.files.foreign import read_foreign
from scaffold.programs import MIB, Bounds, Done, ProgramError, bare_environment, run_bounded

BOUNDS = Bounds(seconds=60, output=16 * MIB, memory=1024 * MIB)
"""What one build or rendering may take; the largest charts that people ship render to less than 8 MiB."""

ALTOGETHER = 600.0
"""Seconds that all builds and renderings of one check may take."""

_MOST_BYTES = 256 * MIB
_AT_ONCE = 4
_LONGEST = 400
_PROXIES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_OUT_OF_MEMORY = (b"out of memory", b"cannot allocate memory")


@contextmanager
def enclosure(*, network: bool = False, on_step: OnStep | None = None) -> Iterator[Enclosure]:
    """Yield a folder to build in, which is gone when the block ends; without `network` nobody is asked from it.

    `on_step` gets how many of the builds are done.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
        yield Enclosure(Path(folder).resolve(), network=network, steps=Steps(on_step))


class Enclosure:
    """A folder for copies, and the programs that work in it."""

    def __init__(self, folder: Path, *, network: bool = False, steps: Steps | None = None) -> None:
        """Take an empty folder, whether the programs may ask anybody, and what counts the builds."""
        self.folder = folder
        self.steps = steps or Steps()
        self.network = network
        self._seats = threading.BoundedSemaphore(min(_AT_ONCE, os.cpu_count() or 1))
        self._ends = time.monotonic() + ALTOGETHER
        self._left = _MOST_BYTES
        self._counting = threading.Lock()
        self._environment = self._make_environment()

    def _make_environment(self) -> dict[str, str]:
        home, temporary = self.folder / "home", self.folder / "tmp"
        home.mkdir()
        temporary.mkdir()
        kubeconfig = home / "kubeconfig"
        kubeconfig.touch()
        nobody = {
            "KUBECONFIG": str(kubeconfig),
            "HELM_NO_PLUGINS": "1",
            "GIT_ALLOW_PROTOCOL": "http:https" if self.network else "none",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
        }
        way = {name: value for name in _PROXIES if self.network and (value := os.environ.get(name))}
        return bare_environment(home, **way, **nobody, TMPDIR=str(temporary))

    def put(self, place: Path, file: str) -> None:
        """Copy a file that is below no link to a place in the enclosure.

        Raises:
            OSError: when it can't be read or written, or all copies together get too large.
        """
        data = read_foreign(file)
        with self._counting:
            self._left -= len(data)
        if self._left < 0:
            raise OSError(0, f"all builds together have more than {_MOST_BYTES // MIB} MiB", file)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def run(self, command: Sequence[str], folder: Path) -> Done:
        """Run a program in a folder of the enclosure, and return how it ended.

        Raises:
            ProgramError: when it can't be started or took too much, with a reason that completes `it …`.
        """
        with self._seats:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise ProgramError(f"had no time left: all builds together took {ALTOGETHER / 60:g} minutes")
            bounds = Bounds(min(BOUNDS.seconds, left), BOUNDS.output, BOUNDS.memory)
            done = run_bounded(
                command, bounds=bounds, environment=self._environment, folder=folder, offline=not self.network
            )
        if done.code != 0 and any(word in done.stderr[:4096].lower() for word in _OUT_OF_MEMORY):
            raise ProgramError(f"took more than {bounds.memory // MIB} MiB of memory")
        if done.code < 0:
            raise ProgramError(f"was ended by signal {-done.code}")
        return done

    def told(self, text: str) -> str:
        """Return what a program said as one short line, without its own folder."""
        line = " ".join(text.replace(f"{self.folder}{os.sep}", "").replace(str(self.folder), "").split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def named(text: str) -> str:
    """Return a name out of a repository for a message: one line, not long, nothing that a terminal obeys."""
    short = text if len(text) <= 120 else f"{text[:120]}…"
    return short if short.isprintable() else ascii(short)
