"""The answer to `ports`, from the names and numbers of ports that a source shows."""

from __future__ import annotations

from collections.abc import Sequence

from scaffold.adopt import fits
from scaffold.adopt.proposal import Place, Proposed


def answer(ports: Sequence[tuple[str, int]], why: str, places: tuple[Place, ...]) -> Proposed:
    """Return the answer for ports, each with its name ("" for none); one that needs root becomes one that does not."""
    taken = {number for _, number in ports}
    names: list[str] = []
    value = []
    for name, number in ports:
        usual = "http" if "http" not in names else f"port-{number}"
        names.append(name if fits.is_port_name(name) and name not in names else usual)
        kept = number if fits.is_port(number) else _free(number, taken)
        taken.add(kept)
        value.append({"name": names[-1], "number": kept})
    low = [number for _, number in ports if not fits.is_port(number)]
    if low:
        why = f"the port {low[0]} needs root, so let the program listen on another one"
    return Proposed("ports", value, why, places, sure=not low)


def _free(number: int, taken: set[int]) -> int:
    """Return the port that people use in place of one that needs root: 8080 for 80."""
    return next(each for each in range(number + 8000, 65536) if each not in taken)
