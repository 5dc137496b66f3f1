"""What `scaffold new` made, and what the user should know beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.engine.answers import Answers, Proposals
from scaffold.engine.render import Origin
from scaffold.files.folder import RenderedFile
from scaffold.new.at_top import AtTop
from scaffold.new.defaults import NAME

NEXT = ("make setup test", "make run")


@dataclass(frozen=True)
class Made:
    """What was made, or would be."""

    folder: Path
    answers: Answers
    files: list[RenderedFile]
    origin: Origin
    renamed: str
    top: AtTop | None = None
    repository: bool = False
    replaced: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the service's name; the folder's where the template asks for none."""
        return str(self.answers.asked.get(NAME, self.folder.absolute().name))

    @property
    def next(self) -> tuple[str, ...]:
        """Return what to run in the new folder: what its Makefile has."""
        makefile = next((file.content for file in self.files if file.path == "Makefile"), b"")
        return NEXT if all(f"\n{target}:".encode() in makefile for target in ("setup", "test", "run")) else ()

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        from scaffold.files.at_top import block

        top = self.top and {
            "folder": str(self.top.folder),
            "files": [_as_json(each) for each in self.top.files],
            "by_hand": {path: block(content) for path, content in self.top.by_hand.items()},
        }
        return {
            "folder": str(self.folder),
            "template": {"url": self.origin.source, "version": self.origin.version},
            "git": self.repository,
            "answers": self.answers.told,
            "derived": [vars(each) for each in self.answers.derived],
            "files": [_as_json(each) for each in self.files],
            "top": top,
            "replaced": self.replaced,
            "next": [*([f"cd {self.folder}"] if self.folder != Path() else []), *self.next],
        }


def _as_json(file: RenderedFile) -> dict[str, Any]:
    return {"path": file.path, "bytes": len(file.content), "executable": file.executable}


def renamed(made: Made) -> list[str]:
    """Return the note that the service is not called as its folder; none where it is."""
    if not made.renamed or made.name == made.renamed:
        return []
    return [f"Note: the service is called {made.name}, because Kubernetes does not accept {made.renamed} as a name."]


def remarks(made: Made, proposed: Proposals, *, asked: bool, with_git: bool) -> list[str]:
    """Return what the user should know beside what was made, a sentence each."""
    from scaffold import git
    from scaffold.new.surroundings import out_of_sight

    found = renamed(made)
    by_source: dict[str, list[str]] = {}
    for name, source in proposed.sources.items():
        if made.answers.asked.get(name) == proposed.values[name]:
            by_source.setdefault(source, []).append(name)
    if not asked:
        found += [f"From {source}: {', '.join(names)}." for source, names in by_source.items()]
    if dead := out_of_sight(made.folder, made.files):
        top, names = dead
        found.append(
            f"{', '.join(names)} {'works' if len(names) == 1 else 'work'} only at the top of the repository "
            f"({top}): copy what you need there, and give the workflow `paths` and `working-directory`."
        )
    if with_git and not made.repository:
        found.append("Not committed: the folder is already in a git repository.")
    if made.repository and not git.knows_author(made.folder):
        found.append(
            "Git knows no author here, so the commit's author is scaffold. Set user.name and user.email, then run "
            "`git commit --amend --reset-author --no-edit`."
        )
    return found
