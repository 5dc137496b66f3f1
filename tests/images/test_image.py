"""What an image holds, and what it does not (P01, P07)."""

from __future__ import annotations

import re
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.containers.conftest import REVISION, VERSION, Example, build
from workshop import runtime
from workshop.standins import build_arguments

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]  # one image is built at a time

COMPILERS = re.compile(
    r"^(.*-)?(gcc|g\+\+|cc|c\+\+|cpp|clang|ld|as|make|go|gofmt|rustc|cargo|javac|mvn|tsc|npm|npx)(-[\d.]+)?$"
)
SOURCE = {"go": {".go"}, "rust": {".rs"}, "java": {".java"}, "typescript": {".ts"}}
CODE = {".py", ".go", ".rs", ".java", ".ts"}
CACHES = (
    "var/lib/apt/lists",
    "var/cache/apt/archives",
    "root/.cache",
    "root/.npm",
    "root/.m2",
    "root/.cargo",
    "root/go",
    "go/pkg",
    "usr/local/cargo/registry",
)


@pytest.fixture(scope="session")
def added(example: Example) -> dict[str, int]:
    """Give every file that the image has beyond its base image: path to mode and owner."""
    base = build_arguments(example.subject.language)["RUNTIME_IMAGE"]
    with runtime.files(base) as folder:
        before = dict(listing(folder))
    with runtime.files(example.image.id) as folder:
        return {path: mode for path, mode in listing(folder) if before.get(path) != mode}


def listing(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    for path in folder.rglob("*"):
        if not path.is_symlink() and not path.is_dir():
            found = path.stat()
            yield path.relative_to(folder).as_posix(), (found.st_mode, found.st_uid, found.st_size)


def test_the_image_says_what_it_is_and_who_runs_it(example: Example) -> None:
    config, answers = example.image.config, example.subject.answers
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"][:2] == ["dumb-init", "--"]
    assert config["Cmd"] == ["serve"]
    numbers = [*(port["number"] for port in answers["ports"]), answers["admin_port"]]
    assert set(config["ExposedPorts"]) == {f"{number}/tcp" for number in numbers}
    labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items() if "opencontainers" in name}
    assert labels == {
        "title": answers["name"],
        "description": answers["summary"],
        "source": f"https://{answers['repository']}",
        "version": VERSION,
        "revision": REVISION,
    }
    env = dict(line.split("=", 1) for line in config["Env"])
    assert env["SERVICE_VERSION"] == VERSION
    assert env["TMPDIR"] == answers["writable_paths"][0]["path"]


def test_the_image_holds_no_compiler(example: Example) -> None:
    with runtime.files(example.image.id) as folder:
        programs = [
            path for place in ("bin", "sbin", "usr/local/bin", "venv/bin") for path in (folder / place).glob("*")
        ]
        programs += [path for place in ("usr/local/go", "usr/lib/go") for path in (folder / place).rglob("*")]
    assert programs
    assert [path.name for path in programs if COMPILERS.match(path.name)] == []


def test_the_image_holds_no_source_tests_or_leftovers(example: Example, added: dict[str, int]) -> None:
    assert added
    suffixes = SOURCE.get(example.subject.language, set())
    own = [path for path in added if "site-packages" not in path and "node_modules" not in path]
    assert [path for path in own if Path(path).suffix in suffixes] == []
    names = {"Dockerfile", "Makefile", "README.md", ".copier-answers.yml", "compose.yaml", "requirements-dev.txt"}
    assert [path for path in own if Path(path).name in names] == []
    assert [path for path in own if re.search(r"(^|/)(tests?|deploy|\.git|\.github)/|test_\w+\.|_test\.", path)] == []


def test_the_image_holds_no_package_managers_cache(example: Example) -> None:
    with runtime.files(example.image.id) as folder:
        left = [
            path
            for place in CACHES
            for path in (folder / place).rglob("*")
            if path.is_file() and path.stat().st_size and path.name != "lock"
        ]
    assert left == []


def test_nobody_can_change_or_become_somebody_through_what_was_added(added: dict[str, tuple[int, int, int]]) -> None:
    raised = [path for path, (mode, _, _) in added.items() if mode & (stat.S_ISUID | stat.S_ISGID)]
    writable = [path for path, (mode, _, _) in added.items() if mode & stat.S_IWOTH]
    foreign = [path for path, (_, owner, _) in added.items() if owner != 0]
    assert (raised, writable, foreign) == ([], [], [])


def test_a_change_of_the_source_installs_nothing_again(example: Example) -> None:
    """Each step before the one that copies the source comes from the cache, the dependencies' among them."""
    source = changeable(example.folder)
    before = source.read_text()
    mark = "#" if source.suffix == ".py" else "//"
    source.write_text(f"{before}{mark} {uuid.uuid4()}\n")  # no cache knows it from an earlier run
    try:
        built = build(example.folder, example.subject, "changed")
    finally:
        source.write_text(before)
    runtime.podman("rmi", "--force", built.reference, check=False)
    steps = steps_of(built.log)
    fresh = next((number for number, (_, cached) in enumerate(steps) if not cached), None)
    assert fresh is not None, "the change was not noticed"
    assert steps[fresh][0].startswith("COPY"), f"the first step that ran again is {steps[fresh][0]}"
    kept = [words for words, cached in steps[:fresh] if words.startswith("RUN")]
    assert len(kept) >= 2, f"only {kept} came from the cache: dumb-init and the dependencies should"
    assert not re.search(r"(?i)downloading|collecting|fetched .* in ", built.log), built.log[-3000:]


def changeable(folder: Path) -> Path:
    """Return a source file of the service, no test and no tool's setting."""
    paths = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.suffix in CODE]
    found = [path for path in paths if path.parts[0] in ("src", "internal") and "test" not in path.as_posix()]
    return folder / found[0]


def steps_of(log: str) -> list[tuple[str, bool]]:
    """Return each step of a build's log that makes a layer, and whether the cache had it."""
    steps: list[tuple[str, bool]] = []
    for line in log.splitlines():
        if match := re.match(r"(?:\[\d+/\d+\] )?STEP \d+/\d+: (.*)", line):
            steps.append((match.group(1), match.group(1).startswith("FROM")))
        elif line.startswith("--> Using cache") and steps:
            steps[-1] = (steps[-1][0], True)
    return steps
