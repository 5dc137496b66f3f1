"""How the cluster stage is done."""

from __future__ import annotations

from dataclasses import dataclass

from scaffold.prove.cluster.upstreams import IMAGE


@dataclass(frozen=True)
class ClusterSettings:
    """Which cluster and overlay, how an image gets to its nodes, and what the stubs of dependencies run on."""

    context: str | None = None
    overlay: str = "production"
    load_command: str | None = None
    stub_image: str = IMAGE
