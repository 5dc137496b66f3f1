"""The cluster that is used: one context of kubectl, chosen so that nobody's production is touched by accident."""

from __future__ import annotations

import ipaddress
import json
import re
import shutil
import urllib.parse
from dataclasses import dataclass
from typing import Any

from scaffold import programs
from scaffold.errors import PlatformError
from scaffold.programs import operand

LOCAL = re.compile(r"kind-.*|k3d-.*|minikube|docker-desktop|rancher-desktop|colima.*|orbstack")
"""Names that tools give to the contexts of clusters on the developer's own machine."""

INSTALL = "kubectl (https://kubernetes.io/docs/tasks/tools) and a cluster, for example kind (https://kind.sigs.k8s.io)"


class KubectlFailed(PlatformError):  # noqa: N818 - handled where it happens
    """The kubectl command failed; the message is what it said. Where nobody handles it, the cluster is at fault."""


@dataclass(frozen=True)
class Kubectl:
    """Calls kubectl with one context, in one namespace where there is one."""

    program: str
    context: str
    namespace: str = ""

    def call(self, *words: str, input_: str | None = None, timeout: float = 60) -> str:
        """Run a command and return what it prints.

        Raises:
            KubectlFailed: when it fails or does not end within `timeout` seconds.
        """
        where = [f"--context={self.context}", *([f"--namespace={self.namespace}"] if self.namespace else [])]
        try:
            done = programs.run([self.program, *where, *words], stdin=(input_ or "").encode(), seconds=timeout)
        except programs.ProgramError as error:
            raise KubectlFailed(f"kubectl {words[0]}: it {error}") from error
        if done.code != 0:
            raise KubectlFailed(done.said.strip() or f"kubectl {words[0]} failed")
        return done.text

    @staticmethod
    def named(*names: str) -> tuple[str, ...]:
        """Return the names of objects as words that are not options.

        Raises:
            KubectlFailed: when one would be.
        """
        try:
            return tuple(operand(name) for name in names)
        except programs.ProgramError as error:
            raise KubectlFailed(str(error)) from error

    def get(self, *words: str, timeout: float = 60) -> dict[str, Any]:
        """Return an object, or a list of them, as data."""
        found: dict[str, Any] = json.loads(self.call("get", *words, "--output=json", timeout=timeout))
        return found


def find_cluster(named: str | None = None) -> Kubectl:
    """Return kubectl with the named context, otherwise with the current one if that is plainly local.

    Raises:
        PlatformError: when there is no kubectl, no such context, no response, or the current context may be anybody's.
    """
    program = shutil.which("kubectl")
    if not program:
        raise PlatformError(f"no cluster: kubectl is not on the PATH; install {INSTALL}.")
    context = named or _current(program)
    kubectl = Kubectl(program, context)
    server = _server(kubectl)
    if not named and not is_local(context, server):
        raise PlatformError(
            f"the current kubectl context {context} ({server}) may not be a local cluster; "
            f"to use it, add --context {context}"
        )
    try:
        kubectl.call("version", "--request-timeout=10s", timeout=30)
    except KubectlFailed as error:
        raise PlatformError(
            f"no cluster: {context} ({server}) does not respond: {str(error).splitlines()[-1]}"
        ) from error
    return kubectl


def _current(program: str) -> str:
    try:
        context = programs.run([program, "config", "current-context"], seconds=30)
    except programs.ProgramError as error:
        raise PlatformError(f"no cluster: kubectl {error}.") from error
    if context.code != 0 or not context.text.strip():
        raise PlatformError(
            f"no cluster: kubectl has no current context; name one with --context, or install {INSTALL}."
        )
    return context.text.strip()


def _server(kubectl: Kubectl) -> str:
    try:
        view = json.loads(kubectl.call("config", "view", "--minify", "--output=json"))
        return str(view["clusters"][0]["cluster"]["server"])
    except (KubectlFailed, LookupError, TypeError, ValueError) as error:
        raise PlatformError(f"no cluster: kubectl knows no context {kubectl.context} ({error}).") from error


def is_local(context: str, server: str) -> bool:
    """Return whether a context is plainly one of this machine, by its tool's name for it or by its address."""
    if LOCAL.fullmatch(context):
        return True
    host = urllib.parse.urlsplit(server).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
