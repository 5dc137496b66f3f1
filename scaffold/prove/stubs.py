"""Dependencies of the service under proof, stubbed by this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from scaffold.prove.stub_server import Server
from scaffold.prove.subject.subject import Dependency


@contextmanager
def stubs(dependencies: tuple[Dependency, ...], address: str) -> Iterator[Mapping[str, Server]]:
    """Give a stub for each dependency, by its name; they are gone after the block."""
    made: dict[str, Server] = {}
    try:
        for each in dependencies:
            made[each.name] = Server(each.name, address)
        yield made
    finally:
        for stub in made.values():
            stub.close()


def environment(dependencies: tuple[Dependency, ...], made: Mapping[str, Server], host: str) -> dict[str, str]:
    """Return the variables that lead the service to its stubs, which it reaches as `host`."""
    found = {}
    for each in dependencies:
        address = f"{host}:{made[each.name].port}"
        found[each.variable] = address if each.scheme == "tcp" else f"http://{address}"
    return found
