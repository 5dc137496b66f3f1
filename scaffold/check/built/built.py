"""What a tool built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.syntax.yaml_nodes import Document


@dataclass(frozen=True)
class Built:
    """What a kustomization builds to, or a chart renders to; `name` is its folder, as people see it."""

    name: str
    documents: Sequence[Document]
