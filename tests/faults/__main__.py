"""Tries every case, several processes at once, and writes the figures into README.md: `python -m tests.faults --help`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.injector import injecting, library, missing
from tests.faults.trial import COMMANDS, KINDS, Bench, Verdict
from tests.faults.worlds import worlds

README = Path(__file__).with_name("README.md")
START, END = "<!-- figures -->\n", "<!-- /figures -->"


def _work(top: Path, share: int, shares: int, until: float, options: argparse.Namespace, results) -> None:  # type: ignore[no-untyped-def]
    """Try this process's share of the cases, in an order that leaves a fair sample when the time is over."""
    try:
        with worlds(top) as made, injecting(made.environment) as injector:
            bench = Bench(made, injector, top)
            pairs = [(command, kind) for command in options.command for kind in options.kind]
            cases = [case for command, kind in pairs for case in bench.cases(COMMANDS[command], kind)]
            random.Random(1).shuffle(cases)
            for case in cases[share::shares]:
                if time.monotonic() > until:
                    break
                results.put(bench.try_(case))
    finally:
        results.put(None)


def tried(options: argparse.Namespace) -> Iterator[Verdict]:
    """Yield what became of each case, as they end."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    until = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="faults-") as top:
        workers = [
            context.Process(
                target=_work, args=(Path(top).resolve() / str(share), share, options.jobs, until, options, results)
            )
            for share in range(options.jobs)
        ]
        for worker in workers:
            worker.start()
        left = len(workers)
        while left:
            verdict = results.get()
            left -= verdict is None
            if verdict is not None:
                yield verdict
        for worker in workers:
            worker.join()


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the figures of each command and kind, then each case that broke."""
    all_, bad = Counter(_key(each) for each in verdicts), Counter(_key(each) for each in verdicts if each.broken)
    machine = f"Python {platform.python_version()} on {platform.machine()}, {time.strftime('%Y-%m-%d')}"
    lines = [f"{machine}: {len(verdicts)} cases, {sum(bad.values())} broken.", ""]
    lines += ["| command | fault | tried | held | broken |", "|---|---|---|---|---|"]
    for key in ((command, kind) for command in COMMANDS for kind in KINDS):
        if all_[key]:
            lines.append(f"| {key[0]} | {KINDS[key[1]]} | {all_[key]} | {all_[key] - bad[key]} | {bad[key] or '0'} |")
    lines += ["", "What broke:" if bad else "Nothing broke.", ""]
    for verdict in sorted(
        (each for each in verdicts if each.broken), key=lambda each: (*_key(each), each.case.call.number)
    ):
        lines += [f"- {verdict.case}", *(f"  - {each}" for each in verdict.broken)]
    return "\n".join(lines).rstrip() + "\n"


def _key(verdict: Verdict) -> tuple[str, str]:
    return verdict.case.command.name, verdict.case.kind


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=600, help="stop then; what was tried is a fair sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--command", action="append", choices=list(COMMANDS), help="only this one; may be given again")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this fault; may be given again")
    parser.add_argument("--output", type=Path, help="write the figures into this file instead of README.md")
    options = parser.parse_args()
    options.command, options.kind = options.command or list(COMMANDS), options.kind or list(KINDS)
    if why := missing():
        print(f"nothing can be tried: {why}", file=sys.stderr)
        return 2
    library()
    verdicts = []
    for verdict in tried(options):
        verdicts.append(verdict)
        if verdict.broken:
            print(verdict.case, *verdict.broken, sep="\n  ", flush=True)
    if options.output:
        options.output.write_text(table(verdicts))
    else:
        head, rest = README.read_text().split(START)
        README.write_text(head + START + "\n" + table(verdicts) + "\n" + END + rest.split(END)[1])
    print(f"{len(verdicts)} cases, {sum(bool(each.broken) for each in verdicts)} broken")
    return 1 if any(each.broken for each in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
