"""`scaffold pin`: adds to each image's tag the digest that its registry gives, and refreshes digests that are there.

The order is find_images, wanted, resolve, plan, then files.rewrite. No digest comes from anywhere but a registry, and
nothing is written before every digest is known and every new file is computed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from scaffold.errors import DestinationError, RegistryError, ScaffoldError
from scaffold.files.rewrite import Rewrite
from scaffold.kubernetes.references import Reference, with_digest
from scaffold.pin.images import ImageUse, find_images, scan

__all__ = ["ImageUse", "Pin", "PinnedFile", "find_images", "plan", "resolve", "wanted"]

Progress = Callable[[int, int, Reference], None]
"""Called after each look-up, in the caller's thread, with how many are done, how many there are, and which it was."""


class Client(Protocol):
    """What `resolve` calls, from several threads: `scaffold.pin.registry.RegistryClient` is one."""

    def digest(self, image: Reference) -> str:
        """Return the digest of a tagged image, or raise a ScaffoldError."""
        ...


@dataclass(frozen=True)
class Pin:
    """One reference to rewrite: the use as it is, and the reference that takes its place."""

    use: ImageUse
    reference: str


@dataclass(frozen=True)
class PinnedFile(Rewrite):
    """One file to rewrite, with the edits that make the difference."""

    edits: tuple[Pin, ...]


def wanted(uses: Iterable[ImageUse]) -> list[Reference]:
    """Return what to look up at registries: each tag once, in order. A digest without a tag stays what it is."""
    return list(dict.fromkeys(use.image.tagged for use in uses if use.image.tag))


def resolve(
    images: Iterable[Reference], client: Client, on_progress: Progress | None = None, *, parallel: int = 8
) -> dict[Reference, str]:
    """Return the digest of each tagged image, in the order given, and look up `parallel` of them at a time.

    Raises:
        RegistryError: when any look-up fails; it reports each that did.
    """
    asked = list(dict.fromkeys(images))
    jobs: SimpleQueue[Reference] = SimpleQueue()
    answers: SimpleQueue[tuple[Reference, str | BaseException]] = SimpleQueue()
    for image in asked:
        jobs.put(image)
    for _ in range(min(parallel, len(asked))):  # daemons: after ^C nobody waits for a registry
        threading.Thread(target=_look_up, args=(client, jobs, answers), daemon=True).start()
    found: dict[Reference, str | BaseException] = {}
    try:
        for done in range(1, len(asked) + 1):
            image, answer = answers.get()
            found[image] = answer
            if on_progress:
                on_progress(done, len(asked), image)
    finally:
        _drain(jobs)
    return _all_or_error({image: found[image] for image in asked})


def _look_up(
    client: Client, jobs: SimpleQueue[Reference], answers: SimpleQueue[tuple[Reference, str | BaseException]]
) -> None:
    with contextlib.suppress(Empty):
        while True:
            image = jobs.get_nowait()
            try:
                answers.put((image, client.digest(image)))
            except BaseException as error:  # handed to the caller's thread, which raises it
                answers.put((image, error))


def _drain(jobs: SimpleQueue[Reference]) -> None:
    with contextlib.suppress(Empty):
        while True:
            jobs.get_nowait()


def _all_or_error(found: Mapping[Reference, str | BaseException]) -> dict[Reference, str]:
    failures = [answer for answer in found.values() if isinstance(answer, BaseException)]
    for failure in failures:
        if not isinstance(failure, ScaffoldError):
            raise failure
    if failures:
        raise RegistryError("\n".join(dict.fromkeys(map(str, failures)))) from failures[0]
    return {image: answer for image, answer in found.items() if isinstance(answer, str)}


def plan(folder: Path, digests: Mapping[Reference, str]) -> list[PinnedFile]:
    """Return what has to change so that every tagged image below `folder` has its digest; nothing when all have.

    Every byte other than the digests stays: comments, quotes, line ends, text that is not UTF-8.

    Raises:
        DestinationError: when a file can't be read, or names an image that `digests` does not know.
    """
    changes = []
    for source, uses in scan(folder):
        edits = tuple(edit for use in uses if (edit := _edit(use, digests)))
        if edits:
            changes.append(
                PinnedFile(source.file, source.data, _encode(_edited(source.text, edits)), edits, below=folder)
            )
    return changes


def _edit(use: ImageUse, digests: Mapping[Reference, str]) -> Pin | None:
    if not use.image.tag:
        return None
    try:
        digest = digests[use.image.tagged]
    except KeyError:
        raise DestinationError(
            f"{use.path}:{use.line} now names {use.reference}: the file has changed; run again."
        ) from None
    return None if use.image.digest == digest else Pin(use, with_digest(use.reference, digest))


def _edited(text: str, edits: Iterable[Pin]) -> str:
    parts, end = [], 0
    for edit in edits:
        parts += [text[end : edit.use.start], edit.reference]
        end = edit.use.start + len(edit.use.reference)
    return "".join([*parts, text[end:]])


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
