"""CI: which system there is, and the commands by which it checks the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found, here
from scaffold.adopt.proposal import Place, Proposed
from scaffold.syntax.yaml_nodes import Value

STRENGTH = strength.TESTS

_OTHERS = ("Jenkinsfile", ".circleci/config.yml", "azure-pipelines.yml", ".drone.yml", "bitbucket-pipelines.yml")
_TEST = re.compile(r"(?<![\w-])(?:test|tests|pytest|rspec|phpunit|jest|vitest|tox|nox|verify)(?![\w-])")
_LINT = re.compile(
    r"(?<![\w-])(?:lint|rubocop|ruff|flake8|eslint|golangci-lint|clippy|vet|phpcs|phpstan|mypy|checkstyle)(?![\w-])"
)
_NEVER = re.compile(r"\b(?:docker|podman|helm|kubectl|pip3? install|npm (?:ci|install)|apt(?:-get)?|curl|echo)\b")
_WORKFLOWS = ".github/workflows"
_GITLAB = ".gitlab-ci.yml"


def facts(found: Found) -> Iterator[Fact]:
    """Yield the CI system, and the commands of its steps that test and lint."""
    workflows = found.files.names(_WORKFLOWS, ".yml", ".yaml")
    gitlab = found.files.source(_GITLAB)
    if workflows:
        yield Proposed("ci", "github", "it has workflows of GitHub Actions", (Place(workflows[0]),))
        yield from _commands([step for path in workflows for step in _github(found, path)], found)
    elif gitlab:
        yield Proposed("ci", "gitlab", "it has a pipeline of GitLab", (Place(_GITLAB),))
        yield from _commands(list(_gitlab(found)), found)
    elif other := next((name for name in _OTHERS if found.files.source(name)), None):
        why = "the template has no pipeline for this CI system"
        yield Proposed("ci", "none", why, (Place(other),))


def _github(found: Found, path: str) -> Iterator[Value]:
    """Yield the `run` of each step that works in the folder of the service."""
    for document in found.files.documents(path):
        for job in document.root.fields("jobs").values():
            usual = job.text("defaults", "run", "working-directory") or document.root.text(
                "defaults", "run", "working-directory"
            )
            for step in job.items("steps"):
                run = step.get("run")
                if run and _is_here(step.text("working-directory") or usual or "", found.prefix):
                    yield run


def _gitlab(found: Found) -> Iterator[Value]:
    """Yield the lines of the scripts; of a repository with several services, nothing shows whose they are."""
    if found.prefix:
        return
    for document in found.files.documents(_GITLAB):
        for job in document.root.fields().values():
            yield from job.items("script")


def _is_here(folder: str, prefix: str) -> bool:
    return folder.removeprefix("./").rstrip("/") == prefix.rstrip("/")


def _commands(runs: list[Value], found: Found) -> Iterator[Fact]:
    for name, words in (("test_command", _TEST), ("lint_command", _LINT)):
        for run in runs:
            line = (run.text() or "").strip()
            if words.search(line) and not _NEVER.search(line) and fits.is_line(line):
                yield Proposed(name, line, "CI runs it", (here(run),))
                break
