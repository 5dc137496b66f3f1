"""What an image holds: every file of it, without running it."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold import programs
from scaffold.prove.clock import Clock
from scaffold.prove.model import Failed
from scaffold.prove.runtime import CommandFailed, Runtime


@dataclass(frozen=True)
class File:
    """A regular file: its path without the leading slash, mode, owner, and size in bytes."""

    path: str
    mode: int
    uid: int
    size: int

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def executable(self) -> bool:
        """Whether anybody may run it."""
        return bool(self.mode & 0o111)

    @property
    def raises(self) -> bool:
        """Whether it runs as its owner or its group (setuid, setgid)."""
        return bool(self.mode & (stat.S_ISUID | stat.S_ISGID))


def files(runtime: Runtime, image: str, experiment: str, clock: Clock) -> list[File]:
    """Return the files of an image.

    Raises:
        Failed: when the runtime can't give them.
    """
    try:
        made = runtime.call(
            "create", *runtime.labels(experiment), runtime.named(image), "none", timeout=clock.left(60)
        ).split()[-1]
    except CommandFailed as error:
        raise Failed(f"no container can be made of the image: {error}") from error
    try:
        return list(_exported(runtime, made))
    finally:
        runtime.remove(made)


def _exported(runtime: Runtime, container: str) -> Iterator[File]:
    try:
        process = programs.start([runtime.program, "export", container], stdin=programs.NOTHING)
    except programs.ProgramError as error:
        raise Failed(f"its files can't be read: {runtime.name} {error}") from error
    with process:
        assert process.stdout
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for each in archive:
                if each.isfile() or each.islnk():
                    yield File(each.name.removeprefix("./"), each.mode, each.uid, each.size)
