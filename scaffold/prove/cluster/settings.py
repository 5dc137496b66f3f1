"""How the cluster stage is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffold.prove.cluster.stubs import IMAGE


@dataclass(frozen=True)
class ClusterSettings:
    """Which cluster, and which overlay or chart, how an image gets to its nodes, what stubs and load run on there."""

    context: str | None = None
    overlay: str = "production"
    load_command: str | None = None
    stub_image: str = IMAGE
    chart: Path | None = None  # instead of an overlay
    values: tuple[Path, ...] = ()  # of the chart; its values-OVERLAY.yaml where there are none
    load_image: str | None = None  # the load comes from a pod of it; from this machine where there is none
