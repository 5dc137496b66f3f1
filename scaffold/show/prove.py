"""What the user of `scaffold prove` sees: progress on standard error, the table of results on standard output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from scaffold.prove.model import Experiment, Measurement, Proof, Result, Verdict
from scaffold.show.console import Screen, line
from scaffold.show.say import say_json
from scaffold.text.printable import printable

STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.SKIP: "yellow"}


class ProgressBar:
    """The bar, and the experiments that run at the moment."""

    def __init__(self, out: Console, bar: Progress, task: TaskID) -> None:
        """Take a bar that is shown."""
        self._out, self._bar, self._task = out, bar, task
        self._running: list[str] = []

    def say(self, text: str) -> None:
        """Show what is being done."""
        self._bar.update(self._task, description=text)
        if self._bar.disable:
            self._out.print(line(text), soft_wrap=True)

    def start(self, experiment: Experiment) -> None:
        """Show that an experiment runs."""
        self._running.append(experiment.id)
        self._bar.update(self._task, description=", ".join(self._running))

    def end(self, result: Result) -> None:
        """Show what came of it."""
        self._running.remove(result.experiment.id)
        self._bar.update(self._task, description=", ".join(self._running) or "Ending")
        self._bar.advance(self._task)
        told = line((f"{result.verdict.upper():<4}", STYLES[result.verdict]), f" {result.experiment.id}")
        told.append(f"  {result.seconds:.1f} s", style="dim")
        if result.reason:
            told.append(f"  {printable(result.reason, lines=True)}")
        self._out.print(told, soft_wrap=True)


@contextmanager
def progress(out: Console, experiments: Sequence[Experiment]) -> Iterator[ProgressBar]:
    """Show a bar while the block runs, where there is a terminal, and a line for each experiment that ended."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, console=out, transient=True)
    bar.disable = not out.is_terminal or out.quiet
    with bar:
        yield ProgressBar(out, bar, bar.add_task("Preparing", total=len(experiments)))


def listed(experiments: Sequence[Experiment], *, json: bool) -> None:
    """Print the experiments: the question and the expectation of each."""
    if json:
        keys = ("id", "pattern", "stage", "question", "expected")
        say_json([{key: getattr(each, key) for key in keys} for each in experiments])
        return
    table = Table("Experiment", "Stage", "Question", "Expected", header_style="bold")
    for each in experiments:
        table.add_row(each.id, each.stage, each.question, each.expected)
    Screen().print(table)


def table(proof: Proof) -> None:
    """Print the table of results, the advice, and where the time went."""
    results = proof.results
    out = Screen()
    shown = Table(header_style="bold")
    shown.add_column("Experiment", no_wrap=True)
    for column in ("Expected", "Measured"):
        shown.add_column(column)
    shown.add_column("Verdict", no_wrap=True)
    shown.add_column("Time", no_wrap=True, justify="right")
    for each in results:
        told = line(measured(each.record.measures))
        if each.reason:
            told.append(("\n" if told else "") + each.reason, style=STYLES[each.verdict])
        verdict = Text(each.verdict, style=STYLES[each.verdict])
        shown.add_row(each.experiment.id, each.experiment.expected, told, verdict, f"{each.seconds:.1f} s")
    out.print(shown)
    for each in results:
        for advice in each.record.advice:
            out.print(line((f"{each.experiment.id}: ", "bold"), advice), soft_wrap=True)
    out.print(line(summary(proof)))


def measured(measures: Sequence[Measurement]) -> str:
    """Return measured values as text."""
    return ", ".join(f"{each.name} {each.value}{' ' + each.unit if each.unit else ''}" for each in measures)


def summary(proof: Proof) -> str:
    """Count the verdicts, and show where the time went."""
    longest = sorted(proof.results, key=lambda each: -each.seconds)[:3]
    phases = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in proof.phases)
    slow = ", ".join(f"{each.experiment.id} {each.seconds:.1f} s" for each in longest)
    counts = (
        f"{proof.count(Verdict.PASS)} passed, {proof.count(Verdict.FAIL)} failed, {proof.count(Verdict.SKIP)} skipped."
    )
    return f"{counts} Time: {phases}; the longest experiments: {slow}."
