"""A name server on loopback that says what it is told to, for a second at a time."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import cast

NAME_ERROR = 3  # RFC 1035, 4.1.1: there is no such name
LIFETIME = 1  # seconds that an answer holds


class Handler(socketserver.BaseRequestHandler):
    """Answers one question for an address (type A); others have no answer."""

    def handle(self) -> None:
        query, sender = cast("tuple[bytes, socket.socket]", self.request)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12 : at + 5]
        address = cast(Server, self.server).addresses.get(".".join(labels).lower())
        answers = b""
        if address and question[-4:-2] == b"\x00\x01":
            answers = (
                b"\xc0\x0c\x00\x01\x00\x01" + LIFETIME.to_bytes(4, "big") + b"\x00\x04" + socket.inet_aton(address)
            )
        flags = 0x8180 | (0 if address else NAME_ERROR)
        head = query[:2] + flags.to_bytes(2, "big") + b"\x00\x01" + bool(answers).to_bytes(2, "big") + bytes(4)
        sender.sendto(head + question + answers, self.client_address)


class Server(socketserver.ThreadingUDPServer):
    """Knows the addresses of names."""

    addresses: MutableMapping[str, str]


@contextmanager
def name_server(addresses: MutableMapping[str, str]) -> Iterator[str]:
    """Serve these addresses, which may change meanwhile; give host:port."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.addresses = addresses
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
