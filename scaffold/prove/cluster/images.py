"""Hands an image that was built here to the cluster's nodes, by the command of the tool that made the cluster."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scaffold import programs
from scaffold.errors import PlatformError
from scaffold.prove.runtime import Runtime

SHARED = ("docker-desktop", "orbstack", "rancher-desktop")
"""Contexts whose nodes see the images of this machine's docker."""


def hand_over(runtime: Runtime, image: str, reference: str, context: str, command: str | None) -> None:
    """Give the image with id `image` to the nodes of `context`, under the name `reference`.

    `command` is the user's own, with `{image}` for the name.

    Raises:
        PlatformError: when no way is known, or the way fails.
    """
    runtime.call("tag", image, reference)
    if command:
        _run([word.replace("{image}", reference) for word in shlex.split(command)], f"--load-command {command}")
    elif context.startswith(("kind-", "k3d-")) or context == "minikube":
        with tempfile.TemporaryDirectory(prefix="scaffold-image-") as folder:
            archive = Path(folder) / "image.tar"
            runtime.call("save", f"--output={archive}", reference, timeout=300)
            _run(_tool(context, archive), f"the image can't be loaded into {context}")
    elif context not in SHARED:
        raise PlatformError(
            f"scaffold can't copy an image to the cluster {context}: push it and give --image REFERENCE, or add "
            "--load-command 'COMMAND {image}'."
        )


def _tool(context: str, archive: Path) -> list[str]:
    if context == "minikube":
        return ["minikube", "image", "load", str(archive)]
    kind, _, name = context.partition("-")
    if kind == "kind":
        return ["kind", "load", "image-archive", str(archive), f"--name={name}"]
    return ["k3d", "image", "import", str(archive), f"--cluster={name}"]


def _run(words: Sequence[str], what: str) -> None:
    if not words:
        raise PlatformError(f"{what}: it is empty; give a command.")
    try:
        done = programs.run(words, seconds=600)
    except programs.ProgramError as error:
        raise PlatformError(f"{what}: {words[0]} {error}.") from error
    if done.code != 0:
        said = done.said.strip().splitlines()
        raise PlatformError(f"{what}: {said[-1] if said else f'exit code {done.code}'}")
