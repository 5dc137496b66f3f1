"""The Dockerfile: where it is, what it is built from, its user and its ports."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found
from scaffold.adopt.port_answer import answer
from scaffold.adopt.proposal import Place, Proposed
from scaffold.syntax.dockerfile import Dockerfile, Instruction

STRENGTH = strength.BUILDS

_USER = 10001
_NOT_A_TOOLCHAIN = ("scratch", "distroless")
_MOST_PORTS = 8


def facts(found: Found) -> Iterator[Fact]:
    """Yield that the code is the team's own, how its image is built, and what the image says of itself."""
    path = _path(found)
    yield Proposed("code", "own", "the repository has code of its own, and a Dockerfile for it", (Place(path),))
    yield from _built_from(found, path)
    yield from _user(found)
    yield from _ports(found)
    yield from _toolchain(found)


def _path(found: Found) -> str:
    return found.at(found.dockerfile.stages[0].base.place()).path


def _built_from(found: Found, path: str) -> Iterator[Fact]:
    own = path.removeprefix(found.prefix)
    if not fits.is_own_path(own):
        yield f"{path}: the Dockerfile has a path with other signs than letters, digits, -, _ and .; rename it."
        return
    yield Proposed("dockerfile", own, "it is the Dockerfile of the service", (Place(path),))
    folder = own.rpartition("/")[0]
    if not folder:
        return
    for each in _copies(found.dockerfile):
        source = each.value.split(" ", 1)[0]
        places = (found.at(each.place()),)
        if _is_there(found, source):
            why = f"{source} is in the folder of the service"
            yield Proposed("build_context", ".", why, places)
            return
        if fits.is_own_path(folder) and _is_there(found, f"{folder}/{source}"):
            yield Proposed("build_context", folder, f"{source} is beside the Dockerfile", places)
            return


def _copies(dockerfile: Dockerfile) -> list[Instruction]:
    """Return what copies a file or folder by its name, and not by a pattern or from another stage."""
    copies = [each for stage in dockerfile.stages for each in stage.all("COPY", "ADD") if "from" not in each.flags]
    return [each for each in copies if each.value and fits.is_own_path(each.value.split(" ", 1)[0].rstrip("/"))]


def _is_there(found: Found, name: str) -> bool:
    path = found.files.top / found.prefix / name
    return path.exists()


def _user(found: Found) -> Iterator[Fact]:
    user = found.dockerfile.effective("USER")
    name, _, group = (user.value if user else "").partition(":")
    if user and name.isdecimal() and fits.is_user(int(name)):
        yield Proposed("image_user", int(name), "the image runs as this user", (found.at(user.place()),))
        if group.isdecimal() and fits.is_user(int(group)):
            yield Proposed("image_group", int(group), "the image runs as this group", (found.at(user.place()),))
        return
    at = found.at(user.place() if user else found.dockerfile.stages[-1].base.place())
    if user and name not in ("", "root", "0"):
        why = f"the image runs as {name}, whose number the Dockerfile does not show"
    else:
        why = "the image runs as root; check that the program can run as this user"
    yield Proposed("image_user", _USER, why, (at,), sure=False)


def _ports(found: Found) -> Iterator[Fact]:
    """Yield what EXPOSE names, unless manifests name all of it: for the metrics, or for the probes."""
    exposed = [each for stage in found.dockerfile.final for each in stage.all("EXPOSE")]
    numbers = {
        int(word.partition("/")[0]): each
        for each in exposed
        for word in each.value.split()
        if word.partition("/")[0].isdecimal() and not word.endswith("/udp")
    }
    live = found.production
    if not numbers or (live and set(numbers) <= live.container.port_numbers):
        return
    opened = [("", number) for number in numbers if 0 < number <= 65535][:_MOST_PORTS]
    if opened:
        yield answer(opened, "the image opens them", tuple(found.at(each.place()) for each in numbers.values()))


def _toolchain(found: Found) -> Iterator[Fact]:
    """Yield the image that has the tools of the language: that of the first stage."""
    base = found.dockerfile.stages[0]
    image = base.image
    if fits.is_image(image) and not any(word in image for word in _NOT_A_TOOLCHAIN):
        why = "the Dockerfile begins with it"
        yield Proposed("code_image", image, why, (found.at(base.base.place()),))
