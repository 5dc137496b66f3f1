"""The patterns: what each is about, why it matters, and the experiment that shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """A pattern: its title, why it matters, and how to prove it by hand: an experiment, and what it shows."""

    title: str
    why: str
    proof: str


PATTERNS = {
    "P01": Pattern(
        "Build and run environments apart",
        "An image that is built where it runs contains the compiler, the package manager's cache and the source. "
        "Each node pulls hundreds of megabytes for some kilobytes of program, and an intruder finds tools to work "
        "with.",
        "Build the image, then check its size and tools. `docker run --rm --entrypoint which IMAGE gcc make git` "
        "must find nothing, and `docker history IMAGE` shows no layer of build tools.",
    ),
    "P02": Pattern(
        "No zombies, no orphans",
        "The kernel treats PID 1 differently. A signal without a handler does nothing, and PID 1 inherits every "
        "orphan, which stays as a zombie until somebody waits for it. A small init does both jobs.",
        "Run `docker run --name probe IMAGE`, then `docker stop --time 30 probe`: it must end at once, not after "
        "30 s. Start orphans inside (`sh -c 'sleep 1 & exec true'`), and count those that `ps` shows as `Z`. "
        "There must be none.",
    ),
    "P03": Pattern(
        "No naked Pods",
        "A Pod without a controller is not replaced when its node fails. A selector that matches nothing protects "
        "nothing. A budget that lets no pod go blocks every upgrade of the cluster.",
        "Run `kubectl drain NODE --ignore-daemonsets` on a test cluster. The pods come back elsewhere, the "
        "service responds all the time, and the command ends.",
    ),
    "P04": Pattern(
        "No hidden background process",
        "A server that a script starts in the background can die unnoticed. Its parent lives, and `kubectl get "
        "pods` shows Running.",
        "Kill the server inside the container (`kubectl exec POD -- pkill -STOP server` for a hang). The "
        "container must restart within the liveness probe's period x failureThreshold.",
    ),
    "P05": Pattern(
        "Logs to standard output",
        "Kubernetes collects and rotates what containers write to standard output. Nobody sees a log file inside "
        "a container. It fills the disk, and is lost with the pod.",
        "`kubectl logs POD` shows what happened; `kubectl exec POD -- find / -xdev -name '*.log' -newer /proc/1` "
        "finds nothing.",
    ),
    "P06": Pattern(
        "Immutable containers",
        "Files that a container writes to its root file system go through copy-on-write and have no size limit. "
        "They make two pods of one image differ. Data belongs in volumes.",
        "`kubectl exec POD -- touch /probe` must fail with `Read-only file system`, and the service still works.",
    ),
    "P07": Pattern(
        "No latest",
        "`latest` does not name a version. Nobody knows what runs, two pods of one Deployment may differ, and a "
        "rollback gets the same image again.",
        "`kubectl get pods --output jsonpath='{..image}'` shows one exact version for each image, on every node.",
    ),
    "P08": Pattern(
        "Readiness and zero downtime",
        "A rollout loses no requests only if Kubernetes knows when a pod can serve, and how long a start and a "
        "stop may take. All these numbers must fit together.",
        "Send requests at a constant rate (200 per second, connections kept alive) and run `kubectl rollout "
        "restart`. A service of two pods without these numbers loses more than a hundred of 5,000 requests; with "
        "them, it loses none.",
    ),
    "P09": Pattern(
        "Bounded jobs",
        "A job that fails quickly is retried again and again, and one that hangs never ends. A CronJob that is "
        "slower than its schedule starts the next run beside it.",
        "Give the job a command that fails (`exit 1`), and one that hangs (`sleep infinity`). Both must end as "
        "Failed within activeDeadlineSeconds, and `kubectl get jobs` is empty after ttlSecondsAfterFinished.",
    ),
    "P10": Pattern(
        "Circuit breaker",
        "A dependency that is down fails at once. A slow one makes every caller slow, too. A breaker limits the "
        "wait, and stops calling a dependency that does not respond.",
        "Let the dependency sleep for 30 s. The page must still come within the timeout, and within milliseconds "
        "after the breaker has opened.",
    ),
    "P11": Pattern(
        "Rate and connection limits",
        "A service that accepts more requests than it can handle serves nobody. A limiter in front of it rejects "
        "the excess with 429, and passes the rest on. It must not limit the probes.",
        "Send twice the limit. Requests above it get 429 at once, those below it are as fast as before, and the "
        "pod stays ready.",
    ),
    "P12": Pattern(
        "Configuration outside the image",
        "One image runs everywhere, and its configuration comes from the environment. A secret or a setting "
        "inside an image is in every registry that has it, and changes only with a new build.",
        "Change a value of the ConfigMap and deploy: the pods are replaced one by one. `docker history --no-trunc "
        "IMAGE` shows no secret.",
    ),
    "P13": Pattern(
        "Quotas",
        "Without requests the scheduler overloads a node. Without limits one leak takes its neighbours down. A "
        "runtime that does not know its limit is killed in the middle of its work.",
        "Load the service until it uses as much memory as it may. It slows down or rejects requests, `kubectl get "
        "pods` counts no restart, and no other pod of the node is evicted.",
    ),
    "P14": Pattern(
        "Least privilege",
        "An intruder who breaks into a program gets its rights: root, capabilities, the node's disks and network, "
        "and the tokens and roles of the Kubernetes API. A right that the program does not have is a right that "
        "the intruder does not get.",
        "Run `kubectl label namespace NAME pod-security.kubernetes.io/enforce=restricted`, and deploy: every pod "
        "is admitted. `kubectl exec POD -- id -u` is not 0. `kubectl auth can-i --list "
        "--as=system:serviceaccount:NAME:ACCOUNT` lists nothing that the program does not use.",
    ),
    "P15": Pattern(
        "A closed network",
        "Without a NetworkPolicy every pod reaches every other one, and every address outside. A policy lets only "
        "the needed traffic through: callers in, dependencies and DNS out, and the monitoring to the admin port.",
        "On a cluster whose network supports policies, run `kubectl run probe --rm -it --image=busybox -- wget -T "
        "3 -O - http://POD:ADMIN_PORT` from another namespace: it must time out. All calls of the service itself "
        "still work.",
    ),
}


def named_in(text: str) -> set[str]:
    """Return the ids of the patterns that a text names."""
    return set(re.findall(rf"\b(?:{'|'.join(PATTERNS)})\b", text))
