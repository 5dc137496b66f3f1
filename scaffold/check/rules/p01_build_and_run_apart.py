"""P01: build and run environments apart."""

from __future__ import annotations

import re

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.findings import Problem
from scaffold.check.rules.rule import Problems, Rule

_INSTALLERS = re.compile(
    r"\b(?:apt-get|apt|aptitude|apk|dnf|microdnf|yum|zypper)\b(?:\s+-\S+)*\s+(?:install|add|in)\b(?P<packages>[^;&|]*)"
)
_TOOLS = re.compile(
    r"(?:build-essential|build-base|gcc|g\+\+|clang|llvm|make|cmake|golang|golang-go|go|cargo|rustc|rust|maven|gradle"
    r"|[a-z0-9-]*-jdk(?:-headless)?|openjdk\d*|git|python3?-dev|alpine-sdk|gcc-c\+\+|musl-dev|libc6?-dev)"
)


class CompilerInImage(Rule[Dockerfile]):
    """The last stage of a Dockerfile installs a compiler or another build tool.

    A toolchain in the image is hundreds of megabytes to pull on each node, and a workshop for whoever breaks in; the
    program that it built needs none of it.
    """

    id = "P01-compiler-in-image"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile) -> Problems:
        """Install it in an earlier stage, build there, and take over the result by `COPY --from=build`."""
        for stage in dockerfile.final:
            for run in stage.all("RUN"):
                text = f"{run.value}\n{run.body}"
                removed = _removed(text)
                for found in _INSTALLERS.finditer(text):
                    for package in found["packages"].split():
                        name = package.partition("=")[0]
                        if _TOOLS.fullmatch(name) and name not in removed:
                            yield Problem(run.place(package), f"the image that runs contains {name}")


def _removed(text: str) -> set[str]:
    removers = r"\b(?:apt-get|apt|apk|dnf|yum)\b(?:\s+-\S+)*\s+(?:remove|purge|del|autoremove)\b([^;&|]*)"
    return {word for words in re.findall(removers, text) for word in words.split()}
