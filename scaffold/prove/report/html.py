"""Results as one HTML file with charts: nothing in it comes from elsewhere, no script runs in it."""

from __future__ import annotations

from pathlib import Path

import jinja2

from scaffold.patterns import PATTERNS
from scaffold.prove.model import Proof, Verdict
from scaffold.prove.report.chart import draw, timeline

ICONS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.SKIP: "○"}


def as_html(proof: Proof) -> str:
    """Return a run as a page that looks right in light and dark, on a screen and on paper."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html.jinja").render(
        proof=proof,
        counts={verdict: proof.count(verdict) for verdict in Verdict},
        titles={id_: pattern.title for id_, pattern in PATTERNS.items()},
        icons=ICONS,
        draw=draw,
        timeline=timeline(proof.results),
    )
