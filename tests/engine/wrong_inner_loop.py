"""Wrong answers about how a change is tried, each with words of the sentence that refuses it."""

from __future__ import annotations

from typing import Any

CONTEXT = "the name of a kubectl context, of letters, digits and . _ : / @ -"

# (question, wrong value, words), where nothing else is answered
INNER_LOOP: list[tuple[str, Any, str]] = [
    ("inner_loop", "garden", "must be one of none, skaffold, tilt, not garden."),
    ("inner_loop_context", "", CONTEXT),
    ("inner_loop_context", "-kind", CONTEXT),
    ("inner_loop_context", 'kind"; rm -r ~; "', CONTEXT),
    ("inner_loop_context", "eu-prod-1", "must not be eu-prod-1: production is not deployed from a work tree."),
    ("inner_loop_context", "Production", "must not be Production: production is not deployed from a work tree."),
]
# (question, wrong value, words, the other answers)
TOGETHER: list[tuple[str, Any, str, dict[str, Any]]] = [
    (
        "inner_loop",
        "tilt",
        "inner_loop must be none while environments has none of kind test: production is not deployed from a work tree.",
        {"environments": [{"name": "production"}]},
    ),
    (
        "inner_loop",
        "skaffold",
        "inner_loop must be none or tilt while release is tag and manifests is kustomize: the overlay gets a digest",
        {"release": "tag"},
    ),
]
