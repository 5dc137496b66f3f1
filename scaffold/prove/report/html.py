"""Results as one HTML file with charts: nothing in it comes from elsewhere, no script runs in it."""

from __future__ import annotations

from pathlib import Path

import jinja2

from scaffold.prove.model import Proof, Verdict
from scaffold.prove.report.chart import draw, timeline

ICONS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.SKIP: "○"}
TITLES = {
    "P01": "Build and run environments apart",
    "P02": "No zombies, no orphans",
    "P03": "No naked Pods",
    "P04": "No hidden background process",
    "P05": "Logs to stdout",
    "P06": "Immutable containers",
    "P07": "No latest",
    "P08": "Readiness, zero downtime",
    "P09": "Bounded jobs",
    "P10": "Circuit breaker",
    "P11": "Rate and connection limits",
    "P12": "Configuration outside the image",
    "P13": "Quotas",
}


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
        titles=TITLES,
        icons=ICONS,
        draw=draw,
        timeline=timeline(proof.results),
    )
