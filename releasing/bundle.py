"""The git bundle that the wheel carries: the history of every release, with tags made from releases.yml.

The commits are this repository's own, ids and all: what Copier recorded as `_commit` from a clone (a tag, or
`git describe` of a commit between releases) means the same in the bundle.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from releasing.tags import make_tags
from scaffold import git
from scaffold.releases.known import Release


def make_bundle(git_dir: Path, releases: Iterable[Release], head: str, bundle: Path) -> None:
    """Write a bundle with a tag for each release, and the branch main at the commit `head`.

    The same input gives the same bytes.

    Raises:
        GitError: when a commit is not in the repository.
    """
    objects = git.read(git_dir, "rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
    with tempfile.TemporaryDirectory(prefix="scaffold-bundle-") as folder:
        bare = Path(folder) / "tagged.git"
        git.run(Path(folder), "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(bare))
        (bare / "objects/info").mkdir(exist_ok=True)
        (bare / "objects/info/alternates").write_text(f"{objects}\n")
        make_tags(bare, releases)
        git.read(bare, "update-ref", "refs/heads/main", head)
        one_thread = ("-c", "pack.threads=1")  # more would cut deltas differently from run to run
        git.read(bare, *one_thread, "bundle", "create", "--quiet", str(bundle), "HEAD", "--branches", "--tags")
