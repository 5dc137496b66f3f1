"""Many cases, by several processes at once."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from tests.faults.trial import COMMANDS, Bench, Verdict
from tests.faults.worlds import worlds


@dataclass(frozen=True)
class Series:
    """The cases of some commands and kinds, tried by so many processes, until `minutes` are over.

    `call` is the number of the only call to disturb; None is each.
    """

    commands: Sequence[str]
    kinds: Sequence[str]
    call: int | None
    processes: int
    minutes: float

    def tried(self) -> Iterator[Verdict]:
        """Yield what became of each case, as they end."""
        context = multiprocessing.get_context("spawn")
        with (
            context.Manager() as manager,
            tempfile.TemporaryDirectory(prefix="faults-") as top,
            ProcessPoolExecutor(self.processes, mp_context=context) as pool,
        ):
            results = manager.Queue()
            until = time.time() + self.minutes * 60
            folder = Path(top).resolve()
            work = [
                pool.submit(self._share, folder / str(share), share, until, results) for share in range(self.processes)
            ]
            while not (ended := all(each.done() for each in work)) or not results.empty():
                try:
                    yield results.get(timeout=None if ended else 1)
                except Empty:
                    continue
            for each in work:
                each.result()

    def _share(self, folder: Path, share: int, until: float, results: Any) -> None:
        """Try this process's share of the cases, in an order that leaves a fair sample when the time is over."""
        with worlds(folder) as made:
            bench = Bench(made, folder)
            pairs = [(COMMANDS[command], kind) for command in self.commands for kind in self.kinds]
            cases = [case for command, kind in pairs for case in bench.cases(command, kind)]
            cases = [case for case in cases if self.call in (None, case.call.number)]
            random.Random(1).shuffle(cases)
            for case in cases[share :: self.processes]:
                if time.time() > until:
                    return
                results.put(bench.try_(case))
