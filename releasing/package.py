"""What a wheel or sdist carries besides the repository's files: the bundle of versions, and which version it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from releasing.bundle import make_bundle
from scaffold import git
from scaffold.engine.template import REVISION
from scaffold.releases.history import History
from scaffold.releases.source import BUNDLE
from scaffold.releases.trees import PARTS


def carried(root: Path, folder: Path, warn: Callable[[str], None]) -> list[Path]:
    """Return the files to add, made in `folder` from the checkout `root`; an sdist has them in `root` already.

    Without git's history (an archive of one commit, a shallow clone) there is nothing to carry: `scaffold new` works,
    updates say that the bundle is missing, and `warn` says so now.

    Raises:
        GitError: when a release's commit is not in the history, or what a partial clone left out can't be fetched.
    """
    repository = root / ".git"
    if not repository.exists():
        if (root / BUNDLE).is_file():
            return [root / BUNDLE, root / REVISION]
        warn("no git history and no bundle: this package can't update services. Build it from a git clone.")
        return []
    if git.read(repository, "rev-parse", "--is-shallow-repository").strip() == b"true":
        warn("a shallow clone: this package can't update services. Run `git fetch --unshallow`, then build again.")
        return []
    if git.run(root, "status", "--porcelain", "--", *PARTS):
        warn("the template differs from the last commit, whose version its services will name.")
    complete(root)
    history = History(root)
    head = history.resolve("HEAD")
    make_bundle(repository, history.known, head.commit, folder / BUNDLE)
    (folder / REVISION).write_text(f"{head.name}\n")
    return [folder / BUNDLE, folder / REVISION]


def complete(root: Path) -> None:
    """Fetch what a partial clone has left out: pip makes one of each URL, without the files of old commits.

    Raises:
        GitError: when the repository that it was cloned from does not answer.
    """
    promised = git.ask(root / ".git", "config", "--get-regexp", r"^remote\..*\.promisor$", "true") or ""
    for line in promised.splitlines():
        remote = line.split()[0].removeprefix("remote.").removesuffix(".promisor")
        git.run(root, "fetch", "--quiet", "--refetch", "--no-filter", remote)
