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
        "An image that is built where it runs holds the compiler, the package manager's cache and the source: "
        "hundreds of megabytes to pull for some kilobytes of program, and a workshop for whoever breaks in.",
        "Build the image, and look at its size and at what it can do: `docker run --rm --entrypoint which IMAGE "
        "gcc make git` must find nothing, and `docker history IMAGE` shows no layer of build tools.",
    ),
    "P02": Pattern(
        "No zombies, no orphans",
        "The kernel treats PID 1 in its own way: a signal without a handler does nothing, and it inherits every "
        "orphan, which stays as a zombie until somebody waits for it. A small init does both jobs.",
        "`docker run --name probe IMAGE`, then `docker stop --time 30 probe`: it must end at once and not after "
        "30 s. Start orphans inside (`sh -c 'sleep 1 & exec true'`), and count those that `ps` shows as `Z`: none "
        "may stay.",
    ),
    "P03": Pattern(
        "No naked Pods",
        "A Pod that nothing made is not brought back when its node fails; a selector that matches nothing "
        "protects nothing; a budget that lets no pod go stops every upgrade of the cluster.",
        "`kubectl drain NODE --ignore-daemonsets` on a test cluster: the pods come back elsewhere, the service "
        "answers all the time, and the command ends.",
    ),
    "P04": Pattern(
        "No hidden background process",
        "A server that runs in the background of a script can die without its container noticing: the parent "
        "lives, and `kubectl get pods` says Running.",
        "Kill the server inside of the container (`kubectl exec POD -- pkill -STOP server` for a hang): within "
        "the liveness probe's period x failureThreshold the container is restarted.",
    ),
    "P05": Pattern(
        "Logs to standard output",
        "Kubernetes collects and rotates what containers write to standard output. A log file inside a container "
        "is seen by nobody, fills the disk and is gone with the pod.",
        "`kubectl logs POD` shows what happened; `kubectl exec POD -- find / -xdev -name '*.log' -newer /proc/1` "
        "finds nothing.",
    ),
    "P06": Pattern(
        "Immutable containers",
        "What a container writes to its root file system goes through copy-on-write, has no bound, and makes two "
        "pods of one image differ. Data belongs into volumes.",
        "`kubectl exec POD -- touch /probe` must fail with `Read-only file system`, and the service still works.",
    ),
    "P07": Pattern(
        "No latest",
        "`latest` names no version: nobody can tell what runs, two pods of one Deployment may differ, and a "
        "rollback gets the same image again.",
        "`kubectl get pods --output jsonpath='{..image}'` names one exact version for each image, on every node.",
    ),
    "P08": Pattern(
        "Readiness and zero downtime",
        "A rollout is only free of failures when Kubernetes knows when a pod can serve, when it can't any more, "
        "how long a start may take, and how long a stop does; and when all these numbers fit together.",
        "Send requests at a constant rate (200 a second, connections kept alive) and run `kubectl rollout "
        "restart`: a service of two pods without these numbers loses more than a hundred of 5,000 requests, one "
        "with them none.",
    ),
    "P09": Pattern(
        "Bounded jobs",
        "A job that fails quickly is retried by the hundred, one that hangs runs for ever, and a CronJob that is "
        "slower than its schedule starts the next run beside it.",
        "Give the job a command that fails (`exit 1`), and one that hangs (`sleep infinity`): both must end as "
        "Failed within activeDeadlineSeconds, and `kubectl get jobs` is empty after ttlSecondsAfterFinished.",
    ),
    "P10": Pattern(
        "Circuit breaker",
        "A dependency that is down fails at once; one that is slow takes everybody who waits for it down with it. "
        "A breaker bounds the wait, and stops to ask what does not answer.",
        "Let the dependency sleep for 30 s: the page must still come within the timeout, and in milliseconds once "
        "the breaker has opened.",
    ),
    "P11": Pattern(
        "Rate and connection limits",
        "A service that takes in more than it can answer answers nobody. A limiter in front of it says 429 to "
        "what is too much, and leaves the rest untouched; it must not limit the probes.",
        "Send twice the limit: what is above it gets 429 at once, what is below it is as fast as before, and the "
        "pod stays ready.",
    ),
    "P12": Pattern(
        "Configuration outside the image",
        "One image runs everywhere, and what differs comes from the environment: a secret or a setting inside an "
        "image is in every registry that it gets to, and changes only with a new build.",
        "Change a value of the ConfigMap and deploy: the pods are replaced, one by one; `docker history "
        "--no-trunc IMAGE` shows no secret.",
    ),
    "P13": Pattern(
        "Quotas",
        "Without requests the scheduler puts too much on a node, without limits one leak takes its neighbours "
        "down, and a runtime that does not know its limit is killed in the middle of its work.",
        "Load the service until it holds as much as it may: it slows down or refuses, `kubectl get pods` counts "
        "no restart, and no other pod of the node is evicted.",
    ),
    "P14": Pattern(
        "Least privilege",
        "A hole in a program is worth as much as the program's rights: root, capabilities, the node's disks and "
        "network, the tokens and roles of the Kubernetes API. What it does not have, an intruder does not get.",
        "`kubectl label namespace NAME pod-security.kubernetes.io/enforce=restricted`, and deploy: every pod is "
        "admitted. `kubectl exec POD -- id -u` is not 0, and `kubectl auth can-i --list "
        "--as=system:serviceaccount:NAME:ACCOUNT` names nothing that the program does not ask for.",
    ),
    "P15": Pattern(
        "A closed network",
        "Without a NetworkPolicy every pod reaches every other one, and every address outside. A policy lets through "
        "what the service needs, and nothing else: its callers in, its dependencies and DNS out, the monitoring to the "
        "admin port.",
        "On a cluster whose network knows policies, `kubectl run probe --rm -it --image=busybox -- wget -T 3 -O - "
        "http://POD:ADMIN_PORT` from another namespace must time out, and all that the service itself calls answers.",
    ),
}


def named_in(text: str) -> set[str]:
    """Return the ids of the patterns that a text names."""
    return set(re.findall(rf"\b(?:{'|'.join(PATTERNS)})\b", text))
