"""Renovate finds each version that a golden names. The patterns of its managers are those of its source, lib/modules/manager;
those of the golden's own renovate.json are read from there. The lock files and manifests of the languages are left to Renovate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.deployed import each_example, examples, files_of, top_of

IMAGE = r"['\"]?[a-z0-9.:/_-]+:[\w.-]+(?:@sha256:[a-f0-9]+)?['\"]?"
# Which files a manager of Renovate reads by default, and what it finds on a line.
BUILT_IN: dict[str, tuple[str, str]] = {
    "github-actions": (
        r"(^|/)\.github/workflows/.+\.ya?ml$",
        r"uses: (docker://)?\S+( +# v[\d.]+)?|runs-on: \S+|(go|node|python)-version: \"[^\"]+\"",
    ),
    "gitlabci": (r"\.gitlab-ci\.ya?ml$", rf"(?m)^ +(image|name): {IMAGE}|^ +- {IMAGE}"),
    "pre-commit": (
        r"(^|/)\.pre-commit-config\.ya?ml$",
        r"rev: \S+|language: python\n +additional_dependencies: \[[^]]+\]",
    ),
    "docker-compose": (r"(^|/)(?:docker-)?compose[^/]*\.ya?ml$", rf"image: {IMAGE}"),
    "devcontainer": (  # its own pattern, ^\.devcontainer/devcontainer\.json$, does not find it in a folder
        r"(^|/)\.devcontainer/devcontainer\.json$",
        rf'"image": {IMAGE}|"[a-z0-9.:/_-]+/features/[a-z-]+:[\d.]+"',
    ),
    "dockerfile": (r"(^|/)([Dd]ocker|[Cc]ontainer)file[^/]*$", rf"(?m)^(FROM |ARG \w+=){IMAGE}"),
}
KUBERNETES = rf"(?m)^\s*-?\s*image:\s*{IMAGE}"
READ = re.compile(
    r"(^|/)(Makefile|Dockerfile|compose\.yaml|devcontainer\.json|\.gitlab-ci\.yml|\.pre-commit-config\.yaml|(ci|release)\.yml)$"
)
VERSION = re.compile(r"(?<![\w.])v?\d+\.\d+(\.\d+)*(?![\w.]*/)")
# Versions that nobody proposes an update for: the least that a developer's machine must have, and addresses.
LEAST = re.compile(
    r".*(or newer|--python-version|make setup PYTHON=|sys\.version_info|127\.0\.0\.1|0\.0\.0\.0|needs? Kubernetes|VERSION=1\.2\.3|ARG VERSION=0\.0\.0).*"
)


def custom(example: Path) -> Iterator[tuple[str, str]]:
    """Yield the files and the patterns of the managers that renovate.json adds, in Python's notation."""
    settings: dict[str, Any] = json.loads((top_of(example) / "renovate.json").read_text())
    for pattern in settings.get("kubernetes", {}).get("managerFilePatterns", []):
        yield pattern[1:-1], KUBERNETES
    for manager in settings.get("customManagers", []):
        for files in manager["managerFilePatterns"]:
            assert files[0] == files[-1] == "/", "a regular expression, not a glob"
            for pattern in manager["matchStrings"]:
                assert "(?<currentValue>" in pattern
                assert "(?<depName>" in pattern or manager["depNameTemplate"]
                yield files[1:-1], pattern.replace("(?<", "(?P<")


def pins(example: Path) -> Iterator[tuple[str, str, int, int]]:
    """Yield the file, its text, and where in it a version stands."""
    for path in files_of(example):
        name = path.relative_to(example).as_posix()
        if READ.search(name):
            text = path.read_text()
            for found in VERSION.finditer(text):
                line = text[text.rfind("\n", 0, found.start()) + 1 : (text + "\n").find("\n", found.end())]
                if not LEAST.fullmatch(line) and not line.lstrip().startswith("#"):
                    yield name, text, *found.span()
        elif name.startswith("deploy/base/") and name.endswith(".yaml"):
            text = path.read_text()
            for found in re.finditer(r"(?m)^ +(?:- )?image: *(\S+)", text):
                yield name, text, *found.span(1)


def missed(example: Path) -> list[str]:
    """Return the versions that no manager finds."""
    managers = [*BUILT_IN.values(), *custom(example)]
    return [
        f"{name}: {text[start:end]}"
        for name, text, start, end in pins(example)
        if not any(
            match.start() <= start and end <= match.end()
            for files, pattern in managers
            if re.search(files, name)
            for match in re.finditer(pattern, text)
        )
    ]


@each_example
def test_each_version_is_found(example: Path) -> None:
    assert len(list(pins(example))) > 3
    assert missed(example) == []


@pytest.mark.parametrize("gone", ["kubernetes", "customManagers"])
def test_it_is_noticed_where_a_manager_is_missing(gone: str, tmp_path: Path) -> None:
    example = next(path for path in examples() if path.name == "frontend")
    for path in files_of(example):
        copy = tmp_path / path.relative_to(example)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    settings = json.loads((tmp_path / "renovate.json").read_text())
    del settings[gone]
    (tmp_path / "renovate.json").write_text(json.dumps(settings))
    assert missed(tmp_path)


DIGEST = f"sha256:{'a1' * 32}"


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("golang:1.26-bookworm", ("golang", "1.26-bookworm", None)),
        ("registry.example.org/team/tools:1.2", ("registry.example.org/team/tools", "1.2", None)),
        ("registry:5000/tools:1.2", ("registry:5000/tools", "1.2", None)),
        (f"registry:5000/tools:1.2@{DIGEST}", ("registry:5000/tools", "1.2", DIGEST)),
        ("registry:5000/tools", None),
        (f"registry:5000/tools@{DIGEST}", None),
    ],
)
def test_an_image_in_a_variable_is_read_as_docker_reads_it(image: str, found: tuple[str, ...] | None) -> None:
    example = next(path for path in examples() if path.name == "weather")
    (pattern,) = (pattern for _, pattern in custom(example) if pattern.startswith("TOOLS_IMAGE"))
    match = re.search(pattern, f"variables:\n  TOOLS_IMAGE: {image}\n")
    assert (match and match.group("depName", "currentValue", "currentDigest")) == found


@each_example
def test_patterns_are_those_of_re2(example: Path) -> None:
    assert not [pattern for _, pattern in custom(example) if re.search(r"\(\?<?[=!]|\\[1-9]", pattern)]
