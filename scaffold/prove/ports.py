"""Ports on this machine that a server may take."""

from __future__ import annotations

import random
import socket

_BELOW_CLIENTS = range(12000, 32000)
"""Linux gives a client a port from 32768 up (`ip_local_port_range`), and may do so before the server has it."""


def free_ports(count: int) -> list[int]:
    """Return so many different ports that nobody listens on, below those that the system gives to clients."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(_BELOW_CLIENTS)  # noqa: S311 - no secret
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))  # noqa: S104 - only to see that it is free
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
