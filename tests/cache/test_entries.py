"""An entry of the cache is whole and made for just this, or it is compiled anew."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.engine import bytecode
from tests.support.caches import EXPECTED, entries, rendered


def damaged(data: bytes) -> Iterator[bytes]:
    """Yield an entry cut at its ends, at the borders of its parts and between, and with one wrong bit at many places."""
    start = len(bytecode._MAGIC) + bytecode._DIGEST_SIZE
    for length in {0, 1, start - 33, start - 32, start - 1, start, start + 1, len(data) // 2, len(data) - 1}:
        yield data[:length]
    for at in range(0, len(data), max(1, len(data) // 24)):
        yield data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
    yield data + b"\0"
    yield b""


def test_a_damaged_entry_never_reaches_python(home: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(template) == EXPECTED
    whole = {entry: entry.read_bytes() for entry in entries(home)}
    seen: list[bytes] = []
    loads = marshal.loads
    monkeypatch.setattr(marshal, "loads", lambda data: seen.append(data) or loads(data))  # type: ignore[func-returns-value]
    assert rendered(template) == EXPECTED
    assert len(seen) == len(whole) == len(EXPECTED)
    for bads in zip(*(damaged(data) for data in whole.values()), strict=False):
        for entry, bad in zip(whole, bads, strict=True):
            entry.write_bytes(bad)
        seen.clear()
        assert rendered(template) == EXPECTED
        assert seen == []
        assert {path: path.read_bytes() for path in entries(home)} == whole


def test_an_entry_of_something_else_never_reaches_python(
    home: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rendered(template) == EXPECTED
    own = entries(home)
    assert rendered(template, trim_blocks=True) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(bytecode, "__version__", "0.0.1")
        assert rendered(template) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99")
        assert rendered(template) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(bytecode, "_compilers", lambda: "another Jinja")
        assert rendered(template) == EXPECTED
    everyone = entries(home)
    assert len(everyone) == 5 * len(EXPECTED)
    contents = [path.read_bytes() for path in everyone]
    for shift in range(1, len(everyone)):
        for index, path in enumerate(everyone):
            path.write_bytes(contents[index - shift])
        with monkeypatch.context() as patch:
            patch.setattr(marshal, "loads", lambda data: pytest.fail("it was loaded"))
            assert rendered(template) == EXPECTED
        assert [path.read_bytes() for path in own] == [contents[everyone.index(path)] for path in own]


def test_a_file_that_changed_is_compiled_anew(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    (template / "a.jinja").write_text("other {{ name }}\n")
    assert rendered(template)[-1] == "other x\n"
    assert len(entries(home)) == len(EXPECTED)


def test_folders_and_fifos_for_entries_stop_nothing(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    for index, entry in enumerate(entries(home)):
        entry.unlink()
        entry.mkdir() if index % 2 else os.mkfifo(entry)
    assert rendered(template) == EXPECTED


def test_what_a_killed_run_left_is_removed_in_time(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    old, new = (entries(home)[0].with_name(f".making-{name}") for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert rendered(template, trim_blocks=True) == EXPECTED
    assert (old.exists(), new.exists()) == (False, True)
