"""Commit what an update gave, on a branch of its own where that is wanted."""

from __future__ import annotations

from scaffold.errors import GitError, OptionError, ServiceError
from scaffold.git.names import is_branch_name
from scaffold.git.repository import Repository
from scaffold.text.brief import brief
from scaffold.update.new_tree import NewTree
from scaffold.update.report import UpdateReport

_WIDTH = 72
"""Columns of a commit's subject, as git's own commands cut it."""


def check_destination(repository: Repository, branch: str | None, *, commits: bool) -> None:
    """Refuse where the result can't go to a `branch` (None: the current one), or can't be committed.

    Raises:
        OptionError: when git takes no branch of that name.
        ServiceError: when there is a branch of that name, and it is not the current one.
        GitError: when git knows no author for the commit.
    """
    if branch is not None:
        _check_branch(repository, branch)
    if commits:
        _check_identity(repository)


def _check_branch(repository: Repository, name: str) -> None:
    """Refuse a branch that can't be begun here.

    Raises:
        OptionError: when git takes no such name.
        ServiceError: when there is a branch of that name, and it is not the current one.
    """
    if not is_branch_name(name):
        raise OptionError(f"{name!r} is not a name that git accepts for a branch; for example template-update.")
    if _current(repository) != name and repository.objects.read(f"refs/heads/{name}"):
        raise ServiceError(f"the branch {name} already exists; delete it, or name another.")


def _check_identity(repository: Repository) -> None:
    """Refuse to commit where git knows no author.

    Raises:
        GitError: when it knows none.
    """
    try:
        repository.git("var", "GIT_COMMITTER_IDENT", settings=("-c", "user.useConfigOnly=true"))
    except GitError as error:
        raise GitError(
            "git knows no author for the commit; set one: git config user.name NAME && git config user.email ADDRESS."
        ) from error


def begin_branch(repository: Repository, name: str, command: str = "update") -> None:
    """Begin a branch at the current commit, and make it the current one; files and index stay as they are.

    The reflog names the `command`.

    Raises:
        GitError: when git refuses.
    """
    if _current(repository) != name:
        repository.git("update-ref", "-m", f"branch: Created by scaffold {command}", f"refs/heads/{name}", "HEAD", "")
        repository.git("symbolic-ref", "-m", f"scaffold {command}: moving to {name}", "HEAD", f"refs/heads/{name}")


def commit(new: NewTree, message: str) -> str:
    """Commit a tree that was applied; what is staged besides stays so. Return the commit's id.

    Raises:
        GitError: when git refuses, or somebody else has committed.
    """
    repository, head = new.repository, new.commit
    signed = repository.git("config", "--type=bool", "--default=false", "--get", "commit.gpgSign").strip() == b"true"
    options = ("-S",) if signed else ()
    made = repository.git("commit-tree", *options, "-p", head, "-F", "-", new.tree, stdin=message.encode())
    commit_id = made.decode().strip()
    repository.git("update-ref", "-m", f"commit: {message.splitlines()[0]}", "HEAD", commit_id, head)
    return commit_id


def message(told: UpdateReport, name: str) -> str:
    """Return the message of the commit: from which version to which, then the changes."""
    if told.old == told.new:
        subject = f"Change answers of {name}: {', '.join(each.name for each in told.answers)}"
    else:
        subject = f"Update {name} from template {told.old.name} to {told.new.name}"
    changes = [f"- {each.headline}" for each in told.changes]
    answers = [f"- {each.name}: {brief(each.before)} to {brief(each.after)}" for each in told.answers]
    parts = ["\n".join(changes), "\n".join(["Answers:", *answers]) if answers else ""]
    return "\n\n".join([cut(subject), *filter(None, parts)]) + "\n"


def cut(subject: str) -> str:
    """Return the subject of a commit, cut where it is too long."""
    return subject if len(subject) <= _WIDTH else subject[: _WIDTH - 1] + "…"


def _current(repository: Repository) -> str:
    """Return the name of the current branch; empty where HEAD is at a commit itself."""
    name = repository.git("rev-parse", "--symbolic-full-name", "HEAD").decode().strip()
    return name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else ""
