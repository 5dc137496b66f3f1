"""The one way out to git: its commands, repositories and objects, and which of its variables and settings hold."""

from scaffold.git.command import (
    ask,
    commit_all,
    failure,
    inside_work_tree,
    knows_author,
    last_words,
    merge_file,
    read,
    run,
    run_git,
    try_git,
)
from scaffold.git.environment import WITHOUT_HOOKS, clean_environment
from scaffold.git.remote import PROTOCOLS, clone_bare, fetch, follow_head

__all__ = [
    "PROTOCOLS",
    "WITHOUT_HOOKS",
    "ask",
    "clean_environment",
    "clone_bare",
    "commit_all",
    "failure",
    "fetch",
    "follow_head",
    "inside_work_tree",
    "knows_author",
    "last_words",
    "merge_file",
    "read",
    "run",
    "run_git",
    "try_git",
]
