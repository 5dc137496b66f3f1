"""`./dev record` names the commit that main got."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from releasing.record import record
from scaffold.errors import VersionError
from scaffold.releases.known import read_releases
from workshop.history import git


def test_a_release_that_was_rebased_is_recorded_again(copy: Path) -> None:
    lost = git(copy, "rev-parse", "v1.1.0")
    git(copy, "reset", "--quiet", "--hard", "v1.1.0")
    git(copy, "commit", "--quiet", "--amend", "--message", "Release 1.1.0, squashed")
    record_1_1 = f"- version: 1.1.0\n  commit: {lost}\n  date: 2026-01-02\n"
    with (copy / "releases.yml").open("a") as file:
        file.write(record_1_1)
    record(copy, "1.1.0", "HEAD", date(2026, 1, 3))
    assert read_releases((copy / "releases.yml").read_text())[-1].commit == git(copy, "rev-parse", "HEAD")
    with pytest.raises(VersionError, match="recorded already"):
        record(copy, "1.1.0", "HEAD", date(2026, 1, 3))
    with pytest.raises(VersionError, match=r"says that it is version 1\.1\.0, not 1\.2\.0"):
        record(copy, "1.2.0", "HEAD", date(2026, 1, 3))
    with pytest.raises(VersionError, match="no commit of this branch's history"):
        record(copy, "1.1.0", lost, date(2026, 1, 3))
