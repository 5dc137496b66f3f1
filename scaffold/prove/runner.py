"""Runs experiments, each within its time, side by side where they don't disturb each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import AbstractContextManager
from typing import Any, Protocol

from scaffold.errors import ScaffoldError
from scaffold.prove.clock import Clock, OutOfTime, Stopped
from scaffold.prove.model import Experiment, Failed, Record, Result, Skip, Verdict

GRACE = 30.0
"""Seconds that an experiment may take beyond its time to notice that it is over and to clean up."""


class OpenLab(Protocol):
    """Gives an experiment what it works with, and ends all of that afterwards."""

    def __call__(self, experiment: Experiment, clock: Clock, /) -> AbstractContextManager[Any]:
        """Open it."""


def run_one(experiment: Experiment, open_lab: OpenLab, stop: threading.Event, zero: float | None = None) -> Result:
    """Run one experiment and return its result; `zero` is when the first one began (time.monotonic()).

    Raises:
        Stopped: when the run is stopped.
        ScaffoldError: when the place where it runs is broken, which shows nothing about the service.
    """
    record, began = Record(), time.monotonic()
    verdict, reason = Verdict.PASS, ""
    try:
        with open_lab(experiment, Clock(experiment.seconds, stop)) as lab:
            experiment.run(lab, record)
    except Skip as skip:
        verdict, reason = Verdict.SKIP, str(skip)
    except (Failed, OutOfTime) as failed:
        record.failures.append(str(failed))
    if record.failures:
        verdict, reason = Verdict.FAIL, "; ".join(record.failures)
    after = began - (began if zero is None else zero)
    return Result(experiment, verdict, reason, record, time.monotonic() - began, after)


def run_all(
    experiments: Sequence[Experiment],
    open_lab: OpenLab,
    *,
    beside: int = 2,
    on_start: Callable[[Experiment], None] = lambda experiment: None,
    on_end: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run experiments and return their results in the given order: first `beside` at a time, then the lone ones.

    On ^C, and on an error, the clocks of those that run are stopped, and they clean up before this returns.
    """
    stop, zero = threading.Event(), time.monotonic()

    def work(experiment: Experiment) -> Result:
        on_start(experiment)
        result = run_one(experiment, open_lab, stop, zero)
        on_end(result)
        return result

    results: dict[str, Result] = {}
    pool = ThreadPoolExecutor(max_workers=max(1, beside), thread_name_prefix="prove")
    try:
        together = {each.id: pool.submit(work, each) for each in _longest_first(experiments) if not each.alone}
        for name, future in together.items():
            results[name] = _result(future)
        for each in (each for each in experiments if each.alone):
            results[each.id] = _result(pool.submit(work, each), each.seconds + GRACE)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
    return [results[each.id] for each in experiments]


def _longest_first(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Order them so that none that takes long begins last."""
    return sorted(experiments, key=lambda each: -each.seconds)


def _result(future: Future[Result], patience: float = 3600) -> Result:
    """Wait in short steps, since ^C does not end a long wait on every platform."""
    until = time.monotonic() + patience
    while True:
        try:
            return future.result(timeout=0.5)
        except FutureTimeoutError:
            if time.monotonic() > until:
                raise ScaffoldError(
                    "an experiment hangs; run `scaffold prove --sweep` to remove what it started."
                ) from None
        except Stopped:  # only after another one's error
            raise KeyboardInterrupt from None
