"""The services under test: which examples stand for a language, how each language is prepared, and what is run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from scaffold.files.folder import write_files
from workshop.command import succeed
from workshop.goldens import GENERATED, answers_of, rendered
from workshop.machine import BUILD_ENV, CACHE, locked

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Language:
    """How a service is prepared in its folder, by commands, and what starts it there."""

    tool: str  # without it the language is skipped
    prepare: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


PIP = (".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
# Nothing but JSON on stdout; no code is optimised much in the short time that a test runs it.
JAVA = ("java", "-Xlog:disable", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")
LANGUAGES = {
    "python": Language(
        tool=sys.executable,
        prepare=((sys.executable, "-m", "venv", ".venv"), (*PIP, "--requirement", "requirements.txt")),
        command=("{folder}/.venv/bin/python", "-m", "app"),
        env={"PYTHONPATH": "{folder}/src"},
    ),
    "go": Language(
        tool="go",
        prepare=(("go", "build", "-o", "service", "."),),
        command=("{folder}/service",),
    ),
    "rust": Language(
        tool="cargo",
        prepare=(("cargo", "install", "--quiet", "--debug", "--locked", "--no-track", "--path", ".", "--root", "."),),
        command=("{folder}/bin/service",),
    ),
    "java": Language(  # laid out and started as the Dockerfile does it
        tool="javac",
        prepare=(
            ("./mvnw", "--batch-mode", "--quiet", "package", "-Dmaven.test.skip=true"),
            ("java", "-Djarmode=tools", "-jar", "target/app.jar", "extract", "--destination", "app"),
            (
                *JAVA,
                "-XX:ArchiveClassesAtExit=app.jsa",
                "-Dspring.profiles.active=training",
                "-Dspring.context.exit=onRefresh",
                "-jar",
                "app/app.jar",
                "serve",
            ),
        ),
        command=(*JAVA, "-XX:SharedArchiveFile={folder}/app.jsa", "-jar", "{folder}/app/app.jar"),
    ),
    "typescript": Language(
        tool="node",
        prepare=(("npm", "ci"), ("npm", "run", "build")),
        command=("node", "{folder}/dist/src/main.js"),
    ),
}


@dataclass(frozen=True)
class Subject:
    """An example's service: its answers, its source, and the command that runs it."""

    name: str

    @cached_property
    def answers(self) -> dict[str, Any]:
        return answers_of(self.name).context

    @property
    def language(self) -> str:
        return self.answers["language"]

    @cached_property
    def features(self) -> set[str]:
        upstreams, found = self.answers["upstreams"], set()
        for upstream in upstreams:
            found.add("tcp" if upstream["scheme"] == "tcp" else upstream["kind"])
            found.add(f"{upstream['scheme']}-{upstream['kind']}")
        return (
            found
            | ({"jobs"} if self.answers["jobs"] else set())
            | ({"ports"} if len(self.answers["ports"]) > 1 else set())
            | ({"alone"} if not upstreams else set())
            | ({"traced"} if self.answers["telemetry"] == "otlp" else set())
            | {f"secret-{each['form']}" for each in self.answers["secret_settings"]}
        )

    def secrets(self, text: str, path: str) -> dict[str, str]:
        """Return the variables of the secrets: all have that text, or the path of a file with it."""
        settings = self.answers["secret_settings"]
        return {each["variable"]: path if each["form"] == "file" else text for each in settings}

    def upstream(self, kind: str) -> dict[str, Any]:
        """Return the first dependency of that kind (critical, auxiliary) that speaks HTTP."""
        return next(each for each in self.answers["upstreams"] if each["kind"] == kind and each["scheme"] != "tcp")

    def missing(self) -> str | None:
        """Tell why the service can't be run here, or nothing where it can."""
        if self.language not in LANGUAGES:
            return f"conformance: {self.language} is not in LANGUAGES of tests/real/conformance/subjects.py"
        tool = LANGUAGES[self.language].tool
        return None if shutil.which(tool) else f"conformance: {tool} not found, which builds {self.language} services"

    @cached_property
    def folder(self) -> Path:
        """Return the folder with the service as it is rendered now, prepared; kept while nothing in it changes."""
        language, files = LANGUAGES[self.language], rendered(answers_of(self.name))
        digest = hashlib.sha256(repr(language).encode())
        for file in files:
            digest.update(f"{file.path} {file.executable} {len(file.content)}\n".encode() + file.content)
        folder, stamp = CACHE / "services" / self.name, CACHE / "services" / f"{self.name}.key"
        with locked(f"service-{self.name}"):
            if not folder.exists() or not stamp.exists() or stamp.read_text() != digest.hexdigest():
                stamp.unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                write_files(folder, files)
                for words in language.prepare:
                    command = [word.format(folder=folder, cache=CACHE) for word in words]
                    secrets = self.secrets("none", str(folder / "README.md"))  # as the Dockerfile does it
                    succeed(command, cwd=folder, env=os.environ | BUILD_ENV | secrets, seconds=600)
                stamp.write_text(digest.hexdigest())
        return folder

    @property
    def command(self) -> list[str]:
        return [word.format(folder=self.folder) for word in LANGUAGES[self.language].command]

    @property
    def env(self) -> dict[str, str]:
        """Return a bare environment: what a container would have, and what the language needs."""
        basis = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {name: value.format(folder=self.folder) for name, value in LANGUAGES[self.language].env.items()}
        return basis | own


@cache
def richest(language: str) -> list[Subject]:
    """Return a language's examples, those with the most features first."""
    mine = [subject for subject in map(Subject, GENERATED) if subject.language == language]
    return sorted(mine, key=lambda subject: (-len(subject.features), subject.name))


@cache
def languages() -> list[str]:
    """Return every language that an example is written in."""
    return sorted({Subject(name).language for name in GENERATED})


def for_features(*features: str) -> list[Subject]:
    """Return one example a language that has all these features, the same one as far as possible."""
    chosen = []
    for language in languages():
        fitting = [subject for subject in richest(language) if set(features) <= subject.features]
        chosen += fitting[:1]
    assert chosen, f"no example has {', '.join(features)}"
    return chosen


def needs(*features: str) -> Callable[[Function], Function]:
    """Say which features a test's service must have."""

    def mark(function: Function) -> Function:
        function.features = features  # type: ignore[attr-defined]
        return function

    return mark
