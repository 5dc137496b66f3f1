"""P05: logs go to standard output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from scaffold.check.model.configurations import NginxConfiguration
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, DaemonSet, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.dockerfile import Dockerfile

_OPTION = re.compile(
    r"--?(?:access-?|error-?|request-?)?log(?:-?file|file)?(?:[-_.](?:file|path|dir|output))?(?:=(.+))?"
)
_LOG_FILE = re.compile(r"(?:/[\w.@-]+)+\.log|/var/log(?:/[\w.@-]+)*")
_LOG_FOLDER = re.compile(r"/var/log(?:/.*)?|/(?:[\w.-]+/)*logs?/?")
_LOG_VARIABLE = re.compile(
    r"(?<!\w)(\w{0,60}LOG\w{0,60})[= ]\"?((?:/[\w.@-]+)+\.log|/var/log(?:/[\w.@-]+)+)", re.IGNORECASE
)
_REDIRECTED = re.compile(r">>?\s*((?:/[\w.@-]+)*/(?:log/[\w.@-]+|[\w.@-]+\.log))")
_STREAM = re.compile(r"-|stdout|stderr|/dev/(?:stdout|stderr|fd/[12])|/proc/self/fd/[12]")


class LogFile(Rule[Container]):
    """A container is configured to write its log to a file.

    Nobody collects or rotates the file: `kubectl logs` shows nothing, the disk fills, and the log is lost with the pod.
    """

    id = "P05-log-file"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Log to standard output; Kubernetes collects and rotates it."""
        texts = container.word_texts
        for number, text in enumerate(texts):
            if "log" not in text:  # as all paths that are looked for
                continue
            path = _log_path(texts[number : number + 1]) or _log_path(texts[max(0, number - 1) : number + 1])
            if path and path in text:
                yield Problem(container.words[number], f"logs go to the file {path}, where nobody collects them")
        for name, text in container.variables.items():
            is_file = text.endswith(".log") or "FILE" in name.upper()  # else a folder, perhaps unused
            if is_file and "LOG" in name.upper() and _LOG_FILE.fullmatch(text):
                yield Problem(container.variable(name), f"{name} sends logs to a file, where nobody collects them")


class LogFileInImage(Rule[Dockerfile]):
    """The image writes its log to a file.

    Nobody collects or rotates the file: `kubectl logs` shows nothing, and the container's layer grows until the node's
    disk is full.
    """

    id = "P05-log-file-in-image"
    severity = "warning"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Log to standard output, or link the file to /dev/stdout if the program can't."""
        linked = " ".join(
            run.value for stage in dockerfile.final for run in stage.all("RUN") if "/dev/std" in run.value
        )
        for start in dockerfile.starts:
            if (path := _log_path(start.words or start.value.split())) and path not in linked:
                yield Problem(start.place(path), f"logs go to the file {path}, where nobody collects them")
        for stage in dockerfile.final:
            for variable in stage.all("ENV"):
                found = _LOG_VARIABLE.search(variable.value)
                if found and found[2] not in linked:
                    yield Problem(
                        variable.place(found[2]), f"{found[1]} sends logs to a file, where nobody collects them"
                    )


class LogVolume(Rule[Workload]):
    """A volume is used for log files.

    The volume fills until the pod is evicted or its disk is full. Nobody sees the log without opening a shell in the
    pod.
    """

    id = "P05-log-volume"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Log to standard output, and remove the volume."""
        if isinstance(workload, DaemonSet):  # what collects the node's logs
            return
        for container in workload.all_containers:
            for mount in container.value.items("volumeMounts"):
                path = mount.text("mountPath") or ""
                if path.startswith("/dev/"):  # the node's socket for logs
                    continue
                if _LOG_FOLDER.fullmatch(path) and not mount.is_true("readOnly"):
                    yield Problem(
                        mount.get("mountPath") or mount,
                        f"{container.name} writes logs to a volume, where nobody collects them",
                    )


class ProxyLogFile(Rule[NginxConfiguration]):
    """An nginx configuration writes the log to a file.

    In a container nobody collects or rotates it. In the official image, only access.log and error.log in /var/log/nginx
    are links to the standard streams.
    """

    id = "P05-proxy-log-file"
    severity = "warning"
    looks_at = NginxConfiguration

    def check(self, nginx: NginxConfiguration, scope: Scope) -> Problems:
        """Write `access_log /dev/stdout` and `error_log /dev/stderr`."""
        for log in nginx.top.all("access_log", "error_log"):
            path = log.words[0] if log.words else ""
            links = ("/var/log/nginx/access.log", "/var/log/nginx/error.log")
            if path.startswith("/") and not _STREAM.fullmatch(path) and path not in (*links, "/dev/null"):
                yield Problem(log, f"the log goes to the file {path}, where nobody collects it")


def _log_path(words: Sequence[str]) -> str:
    """Return the log file that an option or a redirection makes a command write."""
    text = " ".join(words)
    if (found := _REDIRECTED.search(text)) and not _STREAM.fullmatch(found[1]):
        return found[1]
    for before, word in pairwise(["", *words]):
        option = _OPTION.fullmatch(word)
        path = option[1] if option and option[1] else word if _OPTION.fullmatch(before) else ""
        if path and not _STREAM.fullmatch(path) and _LOG_FILE.fullmatch(path):
            return path
    return ""
