"""docs/reference/experiments.md: what `scaffold prove --list` shows, by pattern."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from scaffold.patterns import PATTERNS
from scaffold.prove.model import Experiment, Stage
from scaffold.prove.select import experiments
from workshop.reference.markdown import block, bullets, page, paragraph, sentence, table
from workshop.reference.names import marked


def make() -> str:
    """Return the page."""
    found = experiments()
    counted = {stage: sum(each.stage == stage for each in found) for stage in Stage}
    groups = [(pattern, list(group)) for pattern, group in groupby(found, key=lambda each: each.pattern)]
    missing = [pattern for pattern in PATTERNS if pattern not in dict(groups)]
    return page(
        "Experiments",
        "scaffold/prove/experiments/",
        paragraph(
            f"`scaffold prove` runs {len(found)} experiments. Each asks one question, runs the service to answer it, "
            "and compares the result with what the pattern expects."
        ),
        block("console", "$ scaffold prove --only P08\n$ scaffold prove --only P08-drain\n$ scaffold prove --list"),
        bullets(
            [
                f"**container**: {counted[Stage.CONTAINER]} experiments, on the image in Docker or Podman.",
                f"**cluster**: {counted[Stage.CLUSTER]} experiments, on the deployed manifests; only with `--cluster`.",
            ]
        ),
        paragraph(
            "The time limit is that of one experiment. An experiment that measures time runs by itself: no other one "
            "runs at the same time."
        ),
        *(_section(pattern, group) for pattern, group in groups),
        f"## Without an experiment\n\n{_without(missing)}" if missing else "",
    )


def _section(pattern: str, found: Sequence[Experiment]) -> str:
    rows = [
        (f"`{each.id}`", str(each.stage), sentence(each.question), sentence(marked(each.expected)), _limit(each))
        for each in found
    ]
    title = f"## [{pattern}](../patterns/{pattern}.md): {PATTERNS[pattern].title}"
    return f"{title}\n\n{table(('experiment', 'stage', 'question', 'expected', 'time limit'), rows)}"


def _limit(each: Experiment) -> str:
    return f"{each.seconds:g} s{', by itself' if each.alone else ''}"


def _without(patterns: Sequence[str]) -> str:
    named = [f"{each} ({PATTERNS[each].title})" for each in patterns]
    return paragraph(
        f"These patterns have rules in `scaffold check` and no experiment of their own: {', '.join(named)}."
    )
