"""Where the requests to the deployed service are from: this machine, by way of a node, or the load generator's pod."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import httpx

from scaffold.prove.clock import Clock
from scaffold.prove.cluster.deployed import Deployed
from scaffold.prove.cluster.kubectl import Kubectl
from scaffold.prove.cluster.load_pod import PodVegeta
from scaffold.prove.load import Shot
from scaffold.prove.model import Skip


class Door(Protocol):
    """A way to the Service through kube-proxy; a port-forward would not do, as it is tied to one pod."""

    def url(self, clock: Clock) -> str:
        """Return the address by which the load generator finds the service.

        Raises:
            Skip: when there is none.
        """

    def ask(self, clock: Clock, timeout: float = 30) -> Shot:
        """Send one request; status 0 is not a response."""

    def responses(self, clock: Clock, timeout: float = 30) -> Iterator[Shot]:
        """Send one request after the other for as long as somebody wants the responses (from the load pod 20 s)."""


@dataclass
class FromHere:
    """From this machine, by the port of a node or by the cluster's own address: the first that responds."""

    deployed: Deployed
    path: str
    _found: str = field(default="", init=False)

    def url(self, clock: Clock) -> str:
        """Return the address, which is looked for once."""
        self._found = self._found or self._looked_for(clock)
        return self._found

    def _looked_for(self, clock: Clock) -> str:
        places = self._places()
        for _ in range(20):
            for place in places:
                if _status(f"http://{place}{self.path}", 2):
                    return f"http://{place}{self.path}"
            clock.sleep(0.5)
        raise Skip(
            f"this machine can't reach the Service ({', '.join(places)}), so it can't send load to it; "
            "send the load from a pod with --load-image IMAGE (with vegeta and a shell)"
        )

    def _places(self) -> list[str]:
        kubectl = self.deployed.kubectl
        service = f"service/{self.deployed.service_object()['metadata']['name']}"
        kubectl.call("patch", service, '--patch={"spec": {"type": "NodePort"}}')
        made = kubectl.get(service)["spec"]
        port = made["ports"][0]
        nodes = Kubectl(kubectl.program, kubectl.context).get("nodes")["items"]
        inside = [a["address"] for n in nodes for a in n["status"]["addresses"] if a["type"] == "InternalIP"]
        by_node = [f"{each}:{port['nodePort']}" for each in ("127.0.0.1", *inside)]
        return [*by_node, f"{made['clusterIP']}:{port['port']}"]

    def ask(self, clock: Clock, timeout: float = 30) -> Shot:
        """Send one request, on a connection of its own."""
        url, began = self.url(clock), time.monotonic()
        status = _status(url, timeout)
        return Shot(0, time.monotonic() - began, status, "")

    def responses(self, clock: Clock, timeout: float = 30) -> Iterator[Shot]:
        """Send one request after the other."""
        began = time.monotonic()
        while True:
            clock.left()
            yield replace(self.ask(clock, timeout), at=time.monotonic() - began)


@dataclass(frozen=True)
class FromPod:
    """From the load generator's pod, which finds the Service by its name."""

    deployed: Deployed
    path: str
    vegeta: PodVegeta

    def url(self, clock: Clock) -> str:
        """Return the address in the namespace."""
        service = self.deployed.service_object()
        port = next(iter(service["spec"]["ports"]))["port"]
        return f"http://{service['metadata']['name']}:{port}{self.path}"

    def ask(self, clock: Clock, timeout: float = 30) -> Shot:
        """Send one request."""
        return self.vegeta.ask(self.url(clock), clock, timeout)

    def responses(self, clock: Clock, timeout: float = 30) -> Iterator[Shot]:
        """Send one request after the other, for 20 s."""
        yield from self.vegeta.responses(self.url(clock), clock, rate=20, seconds=20, timeout=timeout)


def _status(url: str, timeout: float) -> int:
    """Return the status of one request on a connection of its own, 0 without a response."""
    try:
        with httpx.Client(trust_env=False, timeout=timeout) as client:
            return client.get(url).status_code
    except (httpx.HTTPError, OSError):
        return 0
