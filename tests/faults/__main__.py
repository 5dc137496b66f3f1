"""Tries every case, several processes at once, and writes the figures into README.md: `python -m tests.faults --help`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.faults.injector import library, missing
from tests.faults.series import Series
from tests.faults.trial import COMMANDS, KINDS, Verdict

README = Path(__file__).with_name("README.md")
START, END = "<!-- figures -->\n", "<!-- /figures -->"


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the figures of each command and kind, then each case that broke."""
    tried, bad, partly = (Counter(map(_key, each)) for each in (verdicts, _broken(verdicts), _finished(verdicts)))
    machine = f"Python {platform.python_version()} on {platform.machine()}, {time.strftime('%Y-%m-%d')}"
    lines = [f"{machine}: {len(verdicts)} cases, {len(_broken(verdicts))} broken.", ""]
    lines += [
        "| command | fault | tried | held | of them finished by the next run | broken |",
        "|---|---|---|---|---|---|",
    ]
    for key in ((command, kind) for command in COMMANDS for kind in KINDS):
        if tried[key]:
            held = tried[key] - bad[key]
            lines.append(f"| {key[0]} | {KINDS[key[1]]} | {tried[key]} | {held} | {partly[key]} | {bad[key]} |")
    lines += ["", "What broke:" if bad else "Nothing broke.", ""]
    for verdict in sorted(_broken(verdicts), key=lambda each: (*_key(each), each.case.call.number)):
        lines += [f"- {verdict.case}", *(f"  - {each}" for each in verdict.broken)]
    return "\n".join(lines).rstrip() + "\n"


def _broken(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [each for each in verdicts if each.broken]


def _finished(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [each for each in verdicts if each.partly and not each.broken]


def _key(verdict: Verdict) -> tuple[str, str]:
    return verdict.case.command.name, verdict.case.kind


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=600, help="stop then; what was tried is a fair sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--command", action="append", choices=list(COMMANDS), help="only this one; may be given again")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this fault; may be given again")
    parser.add_argument("--call", type=int, help="only the call of this number")
    parser.add_argument("--output", type=Path, help="write the figures into this file instead of README.md")
    options = parser.parse_args()
    if why := missing():
        print(f"nothing can be tried: {why}", file=sys.stderr)
        return 2
    library()
    verdicts = []
    series = Series(
        options.command or list(COMMANDS), options.kind or list(KINDS), options.call, options.jobs, options.minutes
    )
    for verdict in series.tried():
        verdicts.append(verdict)
        if verdict.broken:
            print(verdict.case, *verdict.broken, sep="\n  ", flush=True)
    if options.output:
        options.output.write_text(table(verdicts))
    else:
        head, rest = README.read_text().split(START)
        README.write_text(head + START + "\n" + table(verdicts) + "\n" + END + rest.split(END)[1])
    print(f"{len(verdicts)} cases, {len(_broken(verdicts))} broken")
    return 1 if _broken(verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
