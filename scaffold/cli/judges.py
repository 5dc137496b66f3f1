"""`scaffold check` and `scaffold update` as judges of a platform's template."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scaffold import git
from scaffold.engine.answers_file import NAME as ANSWERS
from scaffold.engine.answers_file import answers_among, parse_answers, read_answers
from scaffold.errors import GitError, ScaffoldError
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases.address import Address
from scaffold.releases.home import Home
from scaffold.releases.mirror import Mirror
from scaffold.releases.revision import Revision
from scaffold.template.goldens import GOLDENS
from scaffold.template.release import tagged

_NEXT = "999999999.0"
"""The version of what is built, above all others."""


def checked(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield what `scaffold check` finds in a service, or could not check: the file in it, the line, a sentence."""
    from scaffold.check.run import check
    from scaffold.check.selection import selected
    from scaffold.check.settings import CheckSettings

    report = check([folder], selected(CheckSettings(folder, {}, {})))
    for finding in report.findings:
        yield os.path.relpath(finding.place.path, folder), finding.place.line, f"{finding.rule.id} {finding.message}"
    for note in report.notes:
        yield os.path.relpath(note.path, folder), max(note.line, 1), note.message.replace(f"{folder}/", "")


def tried(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield what is wrong with the policies in a folder, by their examples: the file in it, the line, a sentence."""
    from scaffold.check.policy.examples import problems

    for path, line, sentence in problems(folder):
        yield os.path.relpath(path, folder), line, sentence.replace(f"{folder}/", "")


def updater(root: Path, url: str, names: Collection[str] = ()) -> Callable[..., Iterable[tuple[str, str, str]]]:
    """Return what updates the goldens of the last release of the template in `root`, or those of these names.

    Their services know the template by `url`.
    """

    def updated(built: Mapping[str, RenderedFile]) -> Iterator[tuple[str, str, str]]:
        old = _last(root)
        given = _goldens(root, old) if old else {}
        wanted = {name: answers for name, answers in given.items() if not names or name in names}
        if old is None or not wanted:
            return
        with tempfile.TemporaryDirectory(prefix="scaffold-update-") as name:
            folder = Path(name).resolve()
            home = Home(url, _next(root, folder, built, url))
            for each, answers in wanted.items():
                yield from _updated(folder / each, home, old, each, answers)

    return updated


def _goldens(root: Path, tag: str) -> dict[str, dict[str, Any]]:
    """Return the answers of the goldens of a release, by their names."""
    found = {}
    listing = git.run(root, "ls-tree", "--name-only", f"{tag}:./{GOLDENS}", looking=True) if _has(root, tag) else ""
    for name in listing.splitlines():
        if name.endswith(".yml"):
            text = git.run(root, "cat-file", "blob", f"{tag}:./{GOLDENS}/{name}", looking=True)
            found[name.removesuffix(".yml")] = answers_among(parse_answers(text.encode(), name))
    return found


def _has(root: Path, tag: str) -> bool:
    return git.try_git("cat-file", "-e", f"{tag}:./{GOLDENS}", folder=root, looking=True).code == 0


def _last(root: Path) -> str | None:
    """Return the tag of the last release."""
    try:
        tags = tagged(root, "--merged", "HEAD")
    except GitError:
        return None
    return tags[max(tags)] if tags else None


def _next(root: Path, folder: Path, built: Mapping[str, RenderedFile], url: str) -> Mirror:
    """Return the history of a template, and the built one as its next version; it lies in a folder of its own."""
    copy, tree = folder / "template.git", folder / "tree"
    git.run_git("clone", "--quiet", "--bare", "--shared", "--", str(root), str(copy), folder=folder)
    tree.mkdir()
    write_files(tree, built.values())
    at = (f"--git-dir={copy}", f"--work-tree={tree}")
    git.run_git(*at, "read-tree", "--empty", folder=tree)
    git.run_git(*at, "add", "--all", "--force", folder=tree)
    written = git.run_git(*at, "write-tree", folder=tree).decode().strip()
    author = ("-c", "user.name=scaffold", "-c", "user.email=scaffold@localhost")
    made = git.run_git(*at, *author, "commit-tree", "-p", "HEAD", "-m", "next", written, folder=tree)
    git.run_git(*at, "update-ref", f"refs/tags/{_NEXT}", made.decode().strip(), folder=tree)
    return Mirror(Address(url, str(copy)))


def _updated(folder: Path, home: Home, old: str, name: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    from scaffold.update.run import Request, update

    before, after = home.history.resolve(old), home.history.resolve(_NEXT)
    if not _is_service(folder, home, before, given):
        return
    try:
        done = update(folder, Request(home=home, to=_NEXT, confirm=lambda _: True))
        editions = home.editions
        answers = editions.resolve(after, read_answers(folder / ANSWERS, below=folder))
        fresh = editions.rendered(after, answers, home.url, "sha1")
    except ScaffoldError as error:
        yield name, "", str(error).removeprefix(f"an answer does not fit {_NEXT}: ")
        return
    there = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
    for path in sorted({*there, *fresh.contents} - {ANSWERS, fresh.answers_file}):
        if there.get(path) != fresh.contents.get(path):
            what = "A conflict" if done.unresolved else "A difference"
            yield name, path, f"{what}: a service of {old} that is updated is not the same as a new one."


def _is_service(folder: Path, home: Home, version: Revision, given: Mapping[str, Any]) -> bool:
    """Make a service of a version, with a commit; return whether the version takes its answers."""
    try:
        made = home.editions.rendered(version, home.editions.resolve(version, given), home.url, "sha1")
    except ScaffoldError:
        return False
    modes = {path: blob.mode == "100755" for path, blob in made.blobs.items()}
    folder.mkdir()
    write_files(folder, [RenderedFile(path, content, modes[path]) for path, content in made.contents.items()])
    git.commit_all(folder, "made")
    return True
