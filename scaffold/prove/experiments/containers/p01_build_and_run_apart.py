"""P01: build and run environments apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scaffold.prove.containers.files import File, files
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Record, Stage
from scaffold.text.sizes import size

COMPILERS = re.compile(
    r"(.*-)?(gcc|g\+\+|cc|c\+\+|cpp|cc1|clang|clang\+\+|ld|as|make|cmake|ninja|go|gofmt|rustc|cargo|javac|mvn|gradle|tsc)"
    r"(-[\d.]+)?"
)
PACKAGE_MANAGERS = re.compile(r"apt-get|apk|dnf|yum|microdnf|pip3?|npm|yarn|pnpm")
CACHES = re.compile(
    r"(var/lib/apt/lists|var/cache/(apt/archives|apk|dnf|yum)|(root|home/[^/]+)/(\.cache|\.npm|\.m2|\.cargo|\.gradle|go)|"
    r"go/pkg|usr/local/cargo/registry)/"
)
SOURCE = re.compile(r".*\.(go|rs|java|c|cc|cpp|(?<!\.d\.)ts)|(.*/)?(Dockerfile|Makefile|go\.mod|Cargo\.toml|pom\.xml)")
SYSTEM = re.compile(
    r"(usr|lib|lib64|opt|etc|bin|sbin|var|proc|sys|dev)/|(.*/)?(node_modules|site-packages|dist-packages)/"
)
"""Where the base image and installed packages have their files; what lies elsewhere, the image's author put there."""
REPOSITORY = re.compile(r"(.*/)?\.git/")

# Debian's and Alpine's base systems bring these; no-new-privileges takes away what they give (P13-restricted).
KNOWN_SETUID = {
    *(
        "chage",
        "chfn",
        "chsh",
        "expiry",
        "gpasswd",
        "mount",
        "newgrp",
        "passwd",
        "su",
        "umount",
        "unix_chkpwd",
        "bbsuid",
    ),
}
LARGE = 2**30


def contents(lab: ContainerLab, record: Record) -> None:
    """List every file of the image and look for what only a build needs."""
    found = files(lab.runtime, lab.stage.image, lab.experiment.id, lab.clock)
    total = sum(each.size for each in found)
    record.measure("size", size(total))
    record.measure("files", len(found))
    tools = sorted({each.name for each in _programs(found) if PACKAGE_MANAGERS.fullmatch(each.name)})
    record.measure("package managers", ", ".join(tools) or "none")
    _refuse(record, "compilers and build tools", (f for f in _programs(found) if COMPILERS.fullmatch(f.name)))
    _refuse(
        record,
        "files in package managers' caches",
        (f for f in found if f.size and CACHES.match(f.path) and f.name != "lock"),
    )
    _refuse(record, "source files", (f for f in found if SOURCE.fullmatch(f.path) and not SYSTEM.match(f.path)))
    _refuse(record, "files of a git repository", (f for f in found if REPOSITORY.match(f.path)))
    _refuse(record, "setuid or setgid files", (f for f in found if f.raises and f.name not in KNOWN_SETUID))
    _refuse(record, "world-writable files", (f for f in found if f.mode & 0o002))
    if total > LARGE:
        record.advise(
            f"the image has {size(total)}: each new node pulls all of it before a pod starts; use a smaller base"
        )


def _programs(found: Sequence[File]) -> list[File]:
    return [each for each in found if each.executable and re.search(r"(^|/)s?bin/", each.path)]


def _refuse(record: Record, what: str, found: Iterable[File]) -> None:
    paths = sorted(f"/{each.path}" for each in found)
    record.measure(what, len(paths))
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    record.expect(not paths, f"{len(paths)} {what}: {', '.join(paths[:3])}{more}")


EXPERIMENTS = (
    Experiment(
        "P01-contents",
        Stage.CONTAINER,
        "Does the image contain anything that only a build needs?",
        "no compiler, cache, source or setuid file",
        contents,
        seconds=120,
    ),
)
