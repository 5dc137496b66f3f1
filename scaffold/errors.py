"""Errors that a user can cause or fix: one class, and one exit code, for each thing to do about it.

The message states what is wrong, where, and what to do next. Only `scaffold.__main__` prints it and exits.
"""


class ScaffoldError(Exception):
    """Base of all errors with a message for the user."""

    exit_code = 1
    lines = False
    """Whether its message has several lines; elsewhere a line feed is a part of somebody's name."""


class OptionError(ScaffoldError):
    """An option or argument names something that is not there: fix the command line."""

    exit_code = 2


class AnswerError(ScaffoldError):
    """An answer is wrong, unknown, or its file can't be read: fix the answer."""

    exit_code = 3
    question = ""
    """The question whose answer is wrong, where there is one."""


class DestinationError(ScaffoldError):
    """The destination can't be written: choose another folder, or fix this one."""

    exit_code = 4


class GitError(ScaffoldError):
    """Git is missing or refused."""

    exit_code = 5


class TemplateError(ScaffoldError):
    """The template itself is broken or missing: report it to its maintainers."""

    exit_code = 6


class RegistryError(ScaffoldError):
    """A container registry did not respond, or not as it should."""

    exit_code = 7
    lines = True


class VersionError(ScaffoldError):
    """There is no such version of the template here: name another, or upgrade scaffold."""

    exit_code = 11


class FileError(ScaffoldError):
    """A file is wrong, or a setting in it; or a setting is missing: fix the file that is named."""

    exit_code = 12


class PlatformError(ScaffoldError):
    """There is no container runtime, or no cluster, to prove anything on."""

    exit_code = 9


class BuildError(ScaffoldError):
    """The image of the service could not be built or found."""

    exit_code = 13
    lines = True


class ServiceError(ScaffoldError):
    """The service's own state forbids an update: a dirty tree, a broken answers file, another template."""

    exit_code = 10


CONFLICTS = 8
"""Exit code of an update that left conflicts to resolve."""

INTERRUPTED = 130
"""Exit code after ^C, as shells have it: 128 + SIGINT."""

INTERNAL = 70
"""Exit code of a bug of ours (EX_SOFTWARE of sysexits.h)."""
