"""The one way out to git: its commands, repositories and objects, and which of its variables and settings hold."""

from scaffold.git.command import (
    ask,
    commit_all,
    failure,
    inside_work_tree,
    knows_author,
    read,
    run,
    run_git,
    try_git,
)
from scaffold.git.environment import clean_environment

__all__ = [
    "ask",
    "clean_environment",
    "commit_all",
    "failure",
    "inside_work_tree",
    "knows_author",
    "read",
    "run",
    "run_git",
    "try_git",
]
