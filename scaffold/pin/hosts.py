"""Hosts: which ones are this machine, which lie in its own network, and how what a server says is shown."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

_LONGEST = 200


def is_loopback(host: str) -> bool:
    """Return whether `host` (host[:port], an IPv6 address in brackets) is this machine itself."""
    bare = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    address = _address(bare)
    return bare == "localhost" or (address is not None and address.is_loopback)


def is_inward(host: str) -> bool:
    """Return whether `host` (no port, no brackets) is written as an address that no public server has."""
    if host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost"):
        return True
    address = _address(host)
    if address is None:
        return False
    return not address.is_global or address.is_multicast


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        with suppress(OSError):  # 127.1 and 0x7f000001, which the system's look-up takes for addresses
            return IPv4Address(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fxA-FX.]+", host) else None
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def shown(text: object) -> str:
    """Return what a server sent, for a message: without control characters, and not too long."""
    escaped = repr(str(text)[:_LONGEST])[1:-1]
    return escaped.encode("ascii", "backslashreplace").decode()
