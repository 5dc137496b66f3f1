"""`./dev docs`: draws docs/pictures, each a terminal with commands that were run and what they printed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Console
from rich.text import Text

from workshop import stage
from workshop.goldens import ROOT

FOLDER = ROOT / "docs" / "pictures"
RECORDED = ROOT / "workshop" / "recorded"
_DEPLOYMENT = "deploy/base/deployment.yaml"
_SVG = """\
<svg viewBox="0 0 {{width}} {{height}}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}">
<title>{label}</title>
<style>
.{{unique_id}}-matrix {{{{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {{char_height}}px;
  line-height: {{line_height}}px;
}}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal">
<rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}"/>
</clipPath>
{{lines}}
</defs>
{{chrome}}
<g transform="translate({{terminal_x}}, {{terminal_y}})" clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</svg>
"""
"""The frame of a picture. It names fonts that machines have, and loads nothing."""


@dataclass(frozen=True)
class Picture:
    """Commands that are shown, after others that are not.

    Where a command measures, each run prints other numbers. Then `recorded` names a file that has what one run printed.
    """

    label: str
    before: Sequence[str]
    shown: Sequence[str]
    recorded: str = ""


PICTURES = {
    "new": Picture(
        "scaffold new makes a service, and scaffold check looks at it",
        (),
        (
            "scaffold new payments --defaults",
            "cd payments",
            "ls -C . deploy/base deploy/overlays",
            f"sed -n '/readinessProbe/,/timeoutSeconds/p' {_DEPLOYMENT}",
            "scaffold check",
        ),
    ),
    "check": Picture(
        "scaffold check finds a grace period that is too short and a liveness probe that asks for readiness",
        (
            "scaffold new payments --defaults",
            "cd payments",
            f"perl -pi -e 's|path: /livez|path: /readyz|; s|(GracePeriodSeconds): 30 .*|$1: 20|' {_DEPLOYMENT}",
        ),
        ("scaffold check --verbose",),
    ),
    "update": Picture(
        "scaffold update brings a service of 0.2.0 to 0.3.0 and keeps the change of its team",
        (
            "scaffold new payments --defaults --vcs-ref 0.2.0",
            "cd payments",
            f"perl -pi -e 's|minReadySeconds: 5 .*|minReadySeconds: 15  # our cache fills slowly|' {_DEPLOYMENT}",
            "git commit --quiet --all --message 'Wait for the cache'",
        ),
        (
            "scaffold update --to 0.3.0 --quiet",
            "scaffold status | head -n 8",
            "git diff --staged --stat",
            f"grep minReadySeconds: {_DEPLOYMENT}",
        ),
    ),
    "prove": Picture(
        "scaffold prove stops a service under load and counts 34 lost requests, because its drain was removed",
        (),
        ("scaffold prove --image localhost/weather:no-drain --only P08-drain",),
        "prove.ansi",
    ),
}


def draw(picture: Picture, name: str) -> str:
    """Return a picture as SVG."""
    return export(run(picture), name, picture.label)


def run(picture: Picture) -> list[tuple[str, str]]:
    """Return each command that is shown, and what it printed."""
    if picture.recorded:
        return [(picture.shown[0], stage.tidy((RECORDED / picture.recorded).read_text()))]
    hidden = [stage.quietly(each) for each in picture.before]
    printed = stage.play([*hidden, *picture.shown], colours=True)[len(hidden) :]
    return list(zip(picture.shown, printed, strict=True))


def export(lines: Sequence[tuple[str, str]], name: str, label: str, frame: str = _SVG) -> str:
    """Return commands and what they printed as the SVG of a terminal."""
    # _environ: NO_COLOR and similar settings of whoever draws mean nothing here
    console = Console(
        record=True, file=io.StringIO(), width=stage.COLUMNS, force_terminal=True, color_system="truecolor", _environ={}
    )
    for words, output in lines:
        console.print(Text.assemble(("$ ", "bold green"), (words, "bold")), soft_wrap=True)
        console.print(Text.from_ansi(output.strip("\n")), end="\n" if output else "")
    svg = console.export_svg(title="", unique_id=name, code_format=frame.format(label=escape(label)))
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines())


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(draw(picture, name))


if __name__ == "__main__":
    main()
