"""P01: build and run environments apart. Images to work in (`Dockerfile.dev`, `test.Dockerfile`) are skipped."""

from __future__ import annotations

import re

from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.kubernetes.references import written
from scaffold.syntax.dockerfile import Dockerfile

_INSTALLERS = re.compile(
    r"\b(?:apt-get|apt|aptitude|apk|dnf|microdnf|yum|zypper)\b(?:\s+-\S+){0,20}\s+(?:install|add|in)\b(?P<packages>[^;&|]*)"
)
_TOOLS = re.compile(
    r"(?:build-essential|build-base|gcc|g\+\+|clang|llvm|make|cmake|golang|golang-go|go|cargo|rustc|rust|maven|gradle"
    r"|[a-z0-9-]*-jdk(?:-headless)?|openjdk\d*|git|python3?-dev|alpine-sdk|gcc-c\+\+|musl-dev|libc6?-dev)"
)


_VIRTUAL = re.compile(r"\bapk\b[^;&|]{0,200}?(?:-t|--virtual)[= ]([\w.-]+)([^;&|]*)")


def _runs(dockerfile: Dockerfile) -> bool:
    """Return whether an image is one that runs: it shows what it starts, or a container of a manifest is made of it."""
    return bool(
        dockerfile.is_deployed or dockerfile.starts or dockerfile.effective("EXPOSE") or dockerfile.effective("USER")
    )


class CompilerInImage(Rule[Dockerfile]):
    """The last stage of a Dockerfile installs a compiler or another build tool.

    Each node pulls hundreds of megabytes more, and an intruder finds tools to work with. The finished program does not
    need a toolchain.
    """

    id = "P01-compiler-in-image"
    severity = "warning"
    kind = "hygiene"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Install it in an earlier stage, build there, and copy the result with `COPY --from=build`."""
        for stage in () if dockerfile.is_for_work or not _runs(dockerfile) else dockerfile.final:
            for run in stage.all("RUN"):
                text = f"{run.value}\n{run.body}"
                removed = _removed(text)
                for found in _INSTALLERS.finditer(text):
                    for package in found["packages"].split():
                        name = package.partition("=")[0]
                        if _TOOLS.fullmatch(name) and name not in removed:
                            yield Problem(run.place(package), f"the image that runs contains {name}")


def _removed(text: str) -> set[str]:
    """Return what a RUN removes again; of apk's virtual packages all that they stand for."""
    removers = r"\b(?:apt-get|apt|apk|dnf|yum)\b(?:\s+-\S+){0,20}\s+(?:remove|purge|del|autoremove)\b([^;&|]*)"
    removed = {word for words in re.findall(removers, text) for word in words.split()}
    for name, packages in _VIRTUAL.findall(text):
        if name in removed:
            removed |= {word.partition("=")[0] for word in packages.split()}
    return removed


_BUILD_IMAGES = frozenset(
    {"gcc", "golang", "rust", "maven", "gradle", "buildpack-deps", "swift", "haskell", "clojure", "sbt", "sdk"}
)
_WITH_COMPILER = frozenset({"python", "node", "ruby", "perl"})
_JDKS = frozenset({"amazoncorretto", "eclipse-temurin", "openjdk", "sapmachine", "zulu-openjdk"})
"""Images that hold a JDK where their tag does not say `jre`."""
_SLIM = re.compile(r"slim|alpine|distroless|wolfi|chainguard|nanoserver|scratch")


class BuildBase(Rule[Dockerfile]):
    """The image that runs is based on an image that is made for building.

    It contains compilers, headers and package managers: hundreds of megabytes on each node, and tools for an intruder.
    The full images of Python, Node.js, Ruby and Perl contain gcc, too; their `slim` variants do not.
    """

    id = "P01-build-base"
    severity = "warning"
    kind = "hygiene"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Base the last stage on a slim or distroless image, and copy into it what an earlier stage built."""
        if not dockerfile.final or dockerfile.is_for_work:
            return
        stage = dockerfile.final[-1]
        image = written(stage.image)
        full = image.last in _WITH_COMPILER and "$" not in image.tag and not _SLIM.search(image.tag)
        jdk = image.last in _JDKS and "jre" not in image.tag and "$" not in image.tag
        if image.last in _BUILD_IMAGES or full or jdk or re.search(r"(?:^|-)jdk(?:-|$)", image.tag):
            yield Problem(dockerfile.arguments_of(stage.base) or stage.base, f"{stage.image} is made for building")


class CopiesEverything(Rule[Dockerfile]):
    """The last stage copies the whole folder, and no .dockerignore excludes anything.

    The git history, tests and local settings become part of the image. Each change of any of these files makes a new
    layer.
    """

    id = "P01-copies-everything"
    severity = "warning"
    kind = "hygiene"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Copy only the files that the program needs, or exclude the rest in .dockerignore."""
        if dockerfile.has_ignore_file or dockerfile.is_for_work:
            return
        for stage in dockerfile.final:
            for copy in stage.all("COPY", "ADD"):
                words = copy.words or copy.value.split()
                if "from" not in copy.flags and words[:1] in (["."], ["./"], ["*"]):
                    history = ", its git history too" if dockerfile.has_git_history else ""
                    yield Problem(copy, f"copies the whole folder into the image{history}")
