"""What services get of a division's template, which is built on that of a platform: a line for each measure.

`python -m bench division [SERVICES]` makes a platform's template with three releases, on three releases of the base.
On top of it, it makes a division's template. Services of six kinds in five languages, with edits of a team, are updated
from the first release of the division to the second: each by scaffold and by plain Copier.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import PYTHON, ROOT, processor_seconds, released_answers
from tests.update.edits import edit_at_random
from workshop.goldens import NAMES

KINDS = (*(name for name in NAMES if name.startswith("everything-")), "frontend")
BASES = ("0.2.0", "0.3.0", "0.4.0")
OVERRIDES = ("Makefile.jinja", "{{ python }}/Dockerfile.jinja")
ANSWERS = ".copier-answers.yml"
URL = "https://git.example.org/{}/template.git"
REPOSITORY = "repository=github.com/pay/shop"  # given, because scaffold follows a new default and Copier does not


@dataclass
class Division:
    """A folder with the templates `acme` and `pay`; git and Copier find them by their addresses."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let git find the addresses here."""
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "COPIER_CACHE_DIR": str(self.folder / "cache/copier"),
            "GIT_CONFIG_COUNT": "2",
            **{
                f"GIT_CONFIG_KEY_{n}": f"url.file://{self.folder / name}.insteadOf"
                for n, name in enumerate(("acme", "pay"))
            },
            **{f"GIT_CONFIG_VALUE_{n}": URL.format(name) for n, name in enumerate(("acme", "pay"))},
            **{f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def run(self, *command: str, cwd: Path | None = None) -> float:
        """Run a command, and return the seconds of the processor that it used."""
        began = processor_seconds()
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 8):
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return processor_seconds() - began

    def scaffold(self, *arguments: str, cwd: Path | None = None) -> float:
        """Run scaffold."""
        return self.run(PYTHON, "-m", "scaffold", *arguments, cwd=cwd)

    def template(self, name: str, *arguments: str) -> float:
        """Run `scaffold template` in one of the two."""
        return self.scaffold("template", *arguments, cwd=self.folder / name)

    def release(self, name: str, version: str) -> None:
        """Tag what is built."""
        self.template(name, "build")
        git(self.folder / name, "add", "--all")
        git(self.folder / name, "commit", "--quiet", "--allow-empty", "--message", version)
        git(self.folder / name, "tag", version)

    def begin(self) -> None:
        """Make both templates, and the first release of each; both override the Makefile."""
        self.scaffold("template", "new", "acme", "--url", URL.format("acme"), "--vcs-ref", BASES[0])
        self.change("acme", "# Of acme\n")
        self.release("acme", "1.0.0")
        self.scaffold("template", "new", "pay", "--url", URL.format("pay"), "--base", f"{URL.format('acme')}@1.0.0")
        questions = "cost_center: {fixed: CC-0007}\nreplicas: {default: 4}\n"
        (self.folder / "pay/platform/questions.yml").write_text(questions)
        (self.folder / "pay/platform/files/PAY.md.jinja").write_text("{{ name }} pays by {{ cost_center }}\n")
        self.change("pay", "# Of pay\n")
        self.release("pay", "1.0.0")

    def change(self, name: str, line: str) -> None:
        """Override files, and write a line at the top of each."""
        self.template(name, "override", *OVERRIDES)
        for path in OVERRIDES:
            file = self.folder / name / "platform/files" / path
            file.write_text(line + file.read_text())

    def go_on(self, number: int) -> bool:
        """Move the platform to the base's release of a number, and the division to the platform's, and release both.

        Return whether both overlays are on these releases, which they are where nothing conflicts.
        """
        version = f"1.{number}.0"
        self.template("acme", "pull", "--to", BASES[number])
        self.release("acme", version)
        self.template("pay", "pull", "--to", version)
        self.decide()
        self.release("pay", version)
        wanted = {"acme": BASES[number], "pay": version}
        found = {name: (self.folder / name / "scaffold-template.yml").read_text() for name in wanted}
        return all(f'version: "{wanted[name]}"' in text for name, text in found.items())

    def decide(self) -> None:
        """Take whatever is undecided."""
        ledger = self.folder / "pay/platform/fixes.yml"
        if ledger.is_file():
            ledger.write_text(ledger.read_text().replace(": undecided", ": taken"))

    def make(self, kind: str, place: str) -> Path:
        """Make a service of the division's first release with the answers of an example, by scaffold."""
        answers = self.folder / f"{kind}.yml"
        released = released_answers(BASES[0], kind).splitlines(keepends=True)
        kept = [line for line in released if not line.startswith("repository:")]
        answers.write_text("".join(kept))
        given = ("--answers", str(answers), "--data", REPOSITORY)
        self.scaffold("new", place, "--template", f"{URL.format('pay')}@1.0.0", "--defaults", *given)
        return self.folder / place

    def copied(self, kind: str, place: str) -> Path:
        """Make the same by `copier copy`."""
        source = ("--vcs-ref", "1.0.0", "--data-file", str(self.folder / f"{kind}.yml"), "--data", REPOSITORY)
        self.run(PYTHON, "-m", "copier", "copy", "--quiet", "--defaults", *source, URL.format("pay"), place)
        return self.folder / place

    def edited(self, service: Path, number: int) -> Path:
        """Return a copy of a service in which a team has changed lines and files."""
        copy = Path(shutil.copytree(service, self.folder / f"service-{number}", symlinks=True))
        edit_at_random(copy, random.Random(number))
        git(copy, "add", "--all")
        git(copy, "commit", "--quiet", "--message", "edited")
        return copy


def git(folder: Path, *arguments: str) -> str:
    """Run git, and return what it prints."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def differing(one: Path, other: Path) -> set[str]:
    """Return the files that two services do not have alike; the answers file says where a template is."""
    first, second = map(_files, (one, other))
    return {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (each for each in folder.rglob("*") if each.is_file() and ".git" not in each.relative_to(folder).parts)
    return {each.relative_to(folder).as_posix(): (each.read_bytes(), each.stat().st_mode & 0o111) for each in files}


def unmerged(service: Path) -> set[str]:
    """Return the files with conflict markers."""
    return {
        path for path, (text, _) in _files(service).items() if b"\n<<<<<<< " in text or text.startswith(b"<<<<<<< ")
    }


def measures(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and the figure."""
    division = Division(folder)
    division.begin()
    services = {kind: division.make(kind, f"made/{kind}") for kind in KINDS}
    alike = [kind for kind in KINDS if differing(services[kind], division.copied(kind, f"copied/{kind}")) <= {ANSWERS}]
    yield "new services that plain Copier makes with the same bytes", f"{len(alike)} of {len(KINDS)}"
    pulls = [division.go_on(1)]
    edited = [division.edited(services[KINDS[number % len(KINDS)]], number) for number in range(count)]
    twins = [Path(shutil.copytree(each, f"{each}-by-copier", symlinks=True)) for each in edited]
    mine = [division.scaffold("update", str(each), "--to", "1.1.0") for each in edited[:1]]
    (folder / "pay").rename(folder / "away")  # what comes now needs no network
    mine += [division.scaffold("update", str(each), "--to", "1.1.0") for each in edited[1:]]
    (folder / "away").rename(folder / "pay")
    update = (PYTHON, "-m", "copier", "update", "--defaults", "--quiet", "--vcs-ref", "1.1.0")
    theirs = [division.run(*update, cwd=each) for each in twins]
    conflicts = [unmerged(each) | unmerged(twin) for each, twin in zip(edited, twins, strict=True)]
    same = [
        differing(each, twin) <= found | {ANSWERS} for each, twin, found in zip(edited, twins, conflicts, strict=True)
    ]
    yield "edited services that both update to the same tree, conflicts left out", f"{sum(same)} of {count}"
    yield "of them with a conflict", str(sum(map(bool, conflicts)))
    yield (
        "`scaffold update` / `copier update`, the median of each",
        f"{statistics.median(mine) / statistics.median(theirs):.2f}",
    )
    pulls.append(division.go_on(2))
    yield "pulls of the platform's releases without a conflict", f"{sum(pulls)} of 2"
    yield from _build(division)


def _build(division: Division) -> Iterator[tuple[str, str]]:
    folder = division.folder / "pay"
    before = _files(folder)
    shutil.rmtree(folder / "templates")
    mine = division.template("pay", "build")
    yield (
        "files of the built template that a build afresh gives otherwise",
        str(len(before.items() ^ _files(folder).items())),
    )
    shutil.rmtree(division.folder / "acme/templates")
    yield "`template build` of the division / of the platform", f"{mine / division.template('acme', 'build'):.2f}"


def main(words: Sequence[str]) -> int:
    """Print the measures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in measures(Path(folder), int(words[0]) if words else 60):
            print(f"{name:<70} {figure}", flush=True)
    return 0
