"""The jobs of a newcomer's afternoon take the keys and files of bench/README.md; those here need no tool of a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.afternoon import jobs
from bench.afternoon.table import measured, recorded

QUICK = (jobs.interactive, jobs.database, jobs.secret, jobs.update, jobs.existing)


@pytest.mark.parametrize("job", [each for each in jobs.JOBS if each.run in QUICK], ids=str)
def test_it_takes_the_keys_and_files_of_the_table(job: jobs.Job, tmp_path: Path) -> None:
    counts = {row.name: row.counts for row in recorded()}
    assert measured(job, tmp_path, tools=False).counts == counts[job.name]


def test_the_smallest_service_takes_eight_keys_after_its_name(tmp_path: Path) -> None:
    [smallest] = [each for each in jobs.JOBS if each.run is jobs.smallest]
    row = measured(smallest, tmp_path, tools=False)
    assert row.keys <= 8 and row.files == 0
    assert row.counts in [each.counts for each in recorded() if each.name == smallest.name]


def test_the_table_has_each_job() -> None:
    assert [row.name for row in recorded()] == [job.name for job in jobs.JOBS]
