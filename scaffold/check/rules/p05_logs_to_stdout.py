"""P05: logs go to standard output."""

from __future__ import annotations

import re

from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.rules.rule import Problems, Rule

_OPTION = re.compile(
    r"--?(?:access-?|error-?|request-?)?log(?:-?file|file)?(?:[-_.](?:file|path|dir|output))?(?:=(.+))?"
)
_LOG_FILE = re.compile(r"(?:/[\w.@-]+)+\.log|/var/log(?:/[\w.@-]+)*")
_STREAM = re.compile(r"-|stdout|stderr|/dev/(?:stdout|stderr|fd/[12])|/proc/self/fd/[12]")


class LogFile(Rule[Container]):
    """A container is told to write its log into a file.

    Nobody collects or rotates it: `kubectl logs` shows nothing, the disk fills, and the log is lost with the pod.
    """

    id = "P05-log-file"
    severity = "error"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Log to standard output; Kubernetes collects and rotates it."""
        before = ""
        for word in container.words:
            text = word.text() or ""
            option = _OPTION.fullmatch(text)
            path = option[1] if option and option[1] else text if _OPTION.fullmatch(before) else ""
            before = text
            if path and not _STREAM.fullmatch(path) and _LOG_FILE.fullmatch(path):
                yield Problem(word, f"logs go into the file {path}, where nobody collects them")
        for name, value in container.environment.items():
            if "LOG" in name.upper() and _LOG_FILE.fullmatch(value.text() or ""):
                yield Problem(value, f"{name} sends logs into a file, where nobody collects them")
