"""`./dev docs`: draws docs/pictures/recording.svg, a terminal in which commands are typed, run and print.

The commands are run. Only the times are made: each letter takes as long as any other, so each run gives the same file.
The animation is CSS in the SVG. It runs once, and where people want less motion the end is shown at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from workshop.pictures import FOLDER, Picture, export, run

NAME = "recording"
ROWS = 26
_LINE = 24.4
_LETTER, _BEFORE_OUTPUT, _ROW, _READ, _ONLY_READ = 0.05, 0.4, 0.03, 2.0, 0.12
"""Seconds: to type a letter, until the output begins, for each row of it, to read it, and more for each row to read."""

STORY = Picture(
    "A recording: scaffold makes a service, finds a wrong probe in it, and changes an answer",
    (),
    (
        "scaffold new payments --defaults",
        "cd payments",
        "perl -pi -e 's|path: /livez|path: /readyz|' deploy/base/deployment.yaml   # a mistake",
        "scaffold check",
        "git checkout --quiet .",
        "scaffold update --data replicas=3",
        "grep replicas: deploy/base/deployment.yaml",
    ),
)
_STYLE = """\
.{name}-matrix text {{ animation: {name}-show 1ms step-end backwards; }}
.{name}-matrix {{ transform: translateY(-{end}px); animation: {name}-scroll {seconds}s step-end; }}
@keyframes {name}-show {{ from {{ visibility: hidden; }} }}
@keyframes {name}-type {{ from {{ clip-path: inset(0 100% 0 0); }} to {{ clip-path: inset(0); }} }}
@keyframes {name}-scroll {{ {scroll} }}
@media (prefers-reduced-motion: reduce) {{
  .{name}-matrix, .{name}-matrix text {{ animation: none !important; }}
}}
</style>"""


@dataclass(frozen=True)
class Row:
    """A row of the terminal: when it appears, and how many seconds its words are typed (0: at once)."""

    at: float
    letters: int = 0


def rows(printed: Sequence[tuple[str, str]]) -> tuple[list[Row], float]:
    """Return all rows, and when the recording ends."""
    found, now = list[Row](), 0.5
    for words, output in printed:
        found.append(Row(now, len(words)))
        now += len(words) * _LETTER + _BEFORE_OUTPUT
        lines = output.strip("\n").splitlines()
        found += [Row(now + number * _ROW) for number, _ in enumerate(lines)]
        now += (_READ + len(lines) * _ONLY_READ) if lines else 0.3
    return found, now


def draw() -> str:
    """Return the recording as SVG."""
    printed = run(STORY)
    svg = export(printed, NAME, STORY.label)
    timed, seconds = rows(printed)
    window = ROWS * _LINE
    whole = float(re.findall(r'viewBox="0 0 \S+ (\S+)"', svg)[0])
    drawn = float(re.findall(rf'<clipPath id="{NAME}-clip-terminal">\s*<rect [^>]*height="([\d.]+)"', svg)[0])
    less = max(0.0, drawn - window)
    for height in re.findall(r'height="([\d.]+)"', svg):
        if float(height) > drawn - 1:  # the window and what is around it
            svg = svg.replace(f'height="{height}"', f'height="{float(height) - less:.1f}"')
    svg = re.sub(r'(viewBox="0 0 \S+) \S+"', rf'\1 {whole - less:.1f}"', svg)
    text = rf'(<text class="[^"]+")([^>]*url\(#{NAME}-line-(\d+)\)">\S)'
    svg = re.sub(text, lambda each: f'{each[1]} style="{_animation(each[2], timed[int(each[3])])}"{each[2]}', svg)
    return svg.replace("</style>", _style(timed, seconds, less), 1)


def _animation(text: str, row: Row) -> str:
    """Return when a text appears: the words of a command letter by letter, everything else at once."""
    if not row.letters or text.endswith("$"):
        return f"animation-delay: {row.at:.2f}s"
    return f"animation: {NAME}-type {row.letters * _LETTER:.2f}s steps({row.letters}) {row.at:.2f}s backwards"


def _style(timed: Sequence[Row], seconds: float, less: float) -> str:
    """Return the rules of the animation; the window moves up where a row would be below it."""
    steps = [(0.0, 0.0)]
    for number, row in zip(count(1), timed, strict=False):
        if number > ROWS:
            steps.append((row.at, min(less, (number - ROWS) * _LINE)))
    scroll = " ".join(f"{at / seconds:.3%} {{ transform: translateY(-{up:.1f}px); }}" for at, up in steps)
    return _STYLE.format(name=NAME, end=f"{less:.1f}", seconds=f"{seconds:.1f}", scroll=scroll)


def main() -> None:
    """Write the recording."""
    (FOLDER / f"{NAME}.svg").write_text(draw())


if __name__ == "__main__":
    main()
