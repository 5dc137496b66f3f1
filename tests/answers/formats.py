"""Each format's own tool as a judge of many files at once: what it can't parse comes back with what it said."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import yaml

from tests.real.conformance.subjects import Subject
from tests.support import nginx
from workshop import judges
from workshop.aside import COMMAND_SECONDS
from workshop.command import run
from workshop.goldens import ROOT

Said = dict[Path, str]
"""What a judge said of each file that it can't parse."""

BATCH = 200  # files of one call


@dataclass(frozen=True)
class Format:
    """Files of one format: which they are, the judge that parses them, and why it can't be asked here."""

    name: str
    takes: Callable[[str], bool]
    judge: Callable[[Sequence[Path]], Said]
    missing: Callable[[], str | None]


def named(*endings: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(endings)


def without(program: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(program) else f"{program} is not installed"


def never() -> None:
    return None


def told(command: Sequence[str | Path], files: Sequence[Path], **options: object) -> Said:
    """Ask about many files at once, and about each by itself only where something is wrong."""
    done = run([*command, *files], seconds=COMMAND_SECONDS, **options)  # type: ignore[arg-type]
    if done.returncode == 0:
        return {}
    if len(files) == 1:
        return {files[0]: done.stdout[-2000:] or f"exit code {done.returncode}"}
    half = len(files) // 2
    return told(command, files[:half], **options) | told(command, files[half:], **options)


def in_batches(command: Callable[[], Sequence[str | Path]]) -> Callable[[Sequence[Path]], Said]:
    def judge(files: Sequence[Path]) -> Said:
        found: Said = {}
        for at in range(0, len(files), BATCH):
            found |= told(command(), files[at : at + BATCH])
        return found

    return judge


def each_by_itself(verdict: Callable[[Path], str | None]) -> Callable[[Sequence[Path]], Said]:
    def judge(files: Sequence[Path]) -> Said:
        with ThreadPoolExecutor(2) as pool:
            return {file: said for file, said in zip(files, pool.map(verdict, files), strict=True) if said}

    return judge


def parsed_by(parse: Callable[[str], object]) -> Callable[[Sequence[Path]], Said]:
    def verdict(file: Path) -> str | None:
        try:
            parse(file.read_text())
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    return lambda files: {file: said for file in files if (said := verdict(file))}


def judged_by(name: str, *words: str) -> Callable[[], Sequence[str | Path]]:
    return lambda: [judges.environment() / "bin" / name, *words]


def gofmt(files: Sequence[Path]) -> Said:
    """Parsed, and laid out as gofmt lays it out."""
    found: Said = {}
    for at in range(0, len(files), BATCH):
        done = run(["gofmt", "-l", *files[at : at + BATCH]], seconds=COMMAND_SECONDS)
        if done.returncode:
            found |= told(["gofmt", "-e"], files[at : at + BATCH])
        found |= {
            Path(line): "not as gofmt lays it out"
            for line in done.stdout.splitlines()
            if line.startswith("/") and line.endswith(".go")
        }
    return found


JAVA = """
import java.nio.file.*; import java.util.*; import javax.tools.*; import com.sun.source.util.JavacTask;
class Parse {
  public static void main(String[] list) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var manager = compiler.getStandardFileManager(null, null, null);
    for (var name : Files.readAllLines(Path.of(list[0]))) {
      var said = new DiagnosticCollector<JavaFileObject>();
      var units = manager.getJavaFileObjects(name);
      ((JavacTask) compiler.getTask(null, manager, said, null, null, units)).parse().forEach(unit -> { });
      for (var each : said.getDiagnostics())
        if (each.getKind() == Diagnostic.Kind.ERROR) System.out.println(name + "\\t" + each.getMessage(null).replace('\\n', ' '));
    }
  }
}
"""


def by_program(
    text: str, name: str, command: Callable[[Path, Path], Sequence[str | Path]], files: Sequence[Path]
) -> Said:
    """Ask a small program that calls a compiler's own parser; it prints `FILE<TAB>what is wrong`."""
    with TemporaryDirectory() as folder:
        program, listing = Path(folder, name), Path(folder, "files")
        program.write_text(text)
        listing.write_text("\n".join(map(str, files)))
        done = run(command(program, listing), seconds=COMMAND_SECONDS)
    assert done.returncode == 0, done.stdout[-2000:]
    return {Path(file): said for file, _, said in (line.partition("\t") for line in done.stdout.splitlines())}


def javac(files: Sequence[Path]) -> Said:
    return by_program(JAVA, "Parse.java", lambda program, listing: ["java", program, listing], files)


def tsc(files: Sequence[Path]) -> Said:
    """Parsed only: nothing is resolved or checked. A file is named from the folder where tsc stands."""
    compiler = Subject("standalone-typescript").folder / "node_modules/.bin/tsc"
    words = ("--noEmit", "--noResolve", "--noCheck", "--skipLibCheck", "--ignoreConfig", "--pretty", "false")
    done = run([compiler, *words, *files], seconds=COMMAND_SECONDS, cwd="/")
    found = [line.partition("(") for line in done.stdout.splitlines() if " error TS" in line]
    assert found or done.returncode == 0, done.stdout[-2000:]
    return {Path("/", file): said for file, _, said in found}


def promtool(file: Path) -> str | None:
    """Check rules, those of the operator's resource as well as those of a plain file."""
    (content,) = yaml.safe_load_all(file.read_text())
    rules = file.with_suffix(".promtool")
    rules.write_text(yaml.safe_dump({"groups": content["spec"]["groups"] if "spec" in content else content["groups"]}))
    return problem(["promtool", "check", "rules", rules])


def problem(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str | None:
    done = run(command, seconds=COMMAND_SECONDS, env=env, cwd=cwd)
    return None if done.returncode == 0 else done.stdout[-2000:] or f"exit code {done.returncode}"


def sidecar(file: Path) -> str | None:
    folder = file.parent
    if "overlays" in file.parts:  # it has only what differs from the base
        folder = folder.with_name(f"{folder.name}-whole")
        shutil.copytree(file.parents[3] / "base" / file.parent.name, folder)
        shutil.copy(file, folder)
    done = nginx.check(folder)
    return done.stderr if done.returncode else None


def stubs(file: Path) -> str | None:
    return problem(["nginx", "-t", "-q", "-c", file], env={**os.environ, "PATH": nginx.path_with(file.parent)})


def envoy(file: Path) -> str | None:
    return problem(["envoy", "--mode", "validate", "--log-level", "error", "--config-path", file])


def makefile(file: Path) -> str | None:
    verbs = re.findall(r"^([a-z-]+):.*?##", file.read_text(), re.MULTILINE)
    return problem(["make", "--dry-run", "--always-make", "--file", file, *verbs], cwd=file.parent)


def kustomize(file: Path) -> str | None:
    env = judges.with_programs()
    return problem(["kubectl", "kustomize", file.parent], env=env) if file.parts[-3] == "overlays" else None


class GitLab(yaml.CSafeLoader):
    """GitLab's own `!reference` tag is the one that plain YAML does not know."""


GitLab.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def documents(text: str) -> list[object]:
    return list(yaml.load_all(text, Loader=GitLab))


EXAMPLE = {name: ROOT / "examples" / name for name in ("everything-python", "everything-rust", "awkward")}
YAMLLINT = ("--strict", "-c", str(EXAMPLE["awkward"] / ".yamllint.yaml"))
RUSTFMT = ("rustfmt", "--check", "--edition", "2024", "--config-path", str(EXAMPLE["everything-rust"] / "rustfmt.toml"))
RUFF = (sys.executable, "-m", "ruff", "check", "--quiet", "--isolated", "--no-cache", "--select", "E9")

FORMATS = (
    Format("hadolint", named("/Dockerfile"), in_batches(judged_by("hadolint")), never),
    Format("gofmt", named(".go"), gofmt, without("gofmt")),
    Format("rustfmt", named(".rs"), in_batches(lambda: RUSTFMT), without("rustfmt")),
    Format("tsc", named(".ts"), tsc, without("npm")),
    Format("javac", named(".java"), javac, without("javac")),
    Format("ruff", named(".py"), in_batches(lambda: RUFF), never),
    Format("yamllint", named(".yaml", ".yml"), in_batches(judged_by("yamllint", *YAMLLINT)), never),
    Format("promtool", named("/rules.yaml", "/prometheus-rule.yaml"), each_by_itself(promtool), without("promtool")),
    Format("nginx (stubs)", named("/stubs/nginx.conf"), each_by_itself(stubs), never),
    Format("nginx (sidecars)", named("/breaker/nginx.conf", "/limiter/nginx.conf"), each_by_itself(sidecar), never),
    Format("envoy", named("/envoy.yaml"), each_by_itself(envoy), without("envoy")),
    Format("make", named("/Makefile"), each_by_itself(makefile), without("make")),
    Format(
        "kustomize",
        named("/production/kustomization.yaml", "/dev/kustomization.yaml"),
        each_by_itself(kustomize),
        never,
    ),
    Format("json", named(".json"), parsed_by(json.loads), never),
    Format("toml", named(".toml"), parsed_by(tomllib.loads), never),
    Format("yaml", named(".yaml", ".yml"), parsed_by(documents), never),
    Format("xml", named("/pom.xml"), parsed_by(ElementTree.fromstring), never),
)
