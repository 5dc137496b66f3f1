"""The load generator in a pod, where this machine can't reach the Service: kind on macOS, a remote cluster.

`kubectl exec` carries its input and output, so that it is called as one on this machine is. Its image
needs a shell, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from scaffold import programs
from scaffold.prove.clock import Clock
from scaffold.prove.cluster.companions import deployment, egress
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed
from scaffold.prove.load import Shot, Vegeta, check_target
from scaffold.prove.subject.manifests import Object

NAME = "scaffold-prove-load"
# A signal to kubectl would end only kubectl, so another call has to find the program by its PID.
RUN = 'echo $$ > "/tmp/$1.pid"; exec vegeta "$@"'
STOP = "kill -INT $(cat /tmp/attack.pid)"


@dataclass(frozen=True)
class PodVegeta(Vegeta):
    """Vegeta in its pod; it calls the Service by its name, inside the namespace."""

    kubectl: Kubectl

    def check(self, url: str) -> None:
        """Accept every host: the pod can reach only its own namespace, by the names of Services."""
        check_target(url)

    def interrupt(self, process: programs.Process) -> None:
        """End the attack."""
        with contextlib.suppress(KubectlFailed):
            self.kubectl.call("exec", f"deployment/{NAME}", "--", "sh", "-c", STOP)

    def responses(self, url: str, clock: Clock, *, rate: int, seconds: float, timeout: float) -> Sequence[Shot]:
        """Send one request after the other, for so many seconds; each call of kubectl takes longer than a response."""
        with self.attack(url, clock, rate=rate, seconds=seconds, timeout=timeout, in_turn=True) as attack:
            clock.wait_until(lambda: attack.process.poll() is not None, seconds + timeout + 30)
            return attack.report().shots

    def ask(self, url: str, clock: Clock, timeout: float) -> Shot:
        """Send one request."""
        shots = self.responses(url, clock, rate=1, seconds=1, timeout=timeout)
        return shots[0] if shots else Shot(0, timeout, 0, "the load pod did not respond")


def vegeta(kubectl: Kubectl) -> PodVegeta:
    """Return the load generator in its pod; `kubectl` works in the pod's namespace."""
    where = (f"--context={kubectl.context}", f"--namespace={kubectl.namespace}")
    words = (kubectl.program, *where, "exec", "--stdin", f"deployment/{NAME}", "--", "sh", "-c", RUN, "vegeta")
    return PodVegeta(words, kubectl)


def objects(image: str) -> list[Object]:
    """Return the pod's manifests."""
    container = {
        "name": "load",
        "image": image,
        "command": ["sh", "-c", "trap exit TERM; while :; do sleep 1; done"],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - a volume of the pod
    }
    made = deployment(NAME, container, [{"name": "tmp", "emptyDir": {"sizeLimit": "16Mi"}}])
    return [made, egress(NAME, {"matchLabels": {"app": NAME}}, [{}])]
