"""Writes what the experiments measured into README.md beside this file: `./dev experiments`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

README = Path(__file__).with_name("README.md")
START, END = "<!-- measured -->\n", "<!-- /measured -->"


def rows(report: Path) -> Iterator[str]:
    """Yield a line of the table for each test that recorded something; the report is pytest's, in JUnit's format."""
    for case in ElementTree.parse(report).iter("testcase"):
        name, _, parameters = case.attrib["name"].partition("[")
        found = [(each.attrib["name"], each.attrib["value"]) for each in case.iter("property")]
        if found:
            words = name.removeprefix("test_").replace("_", " ")
            measured = "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in found)
            yield f"| {words} | {parameters.rstrip(']').replace('-', ', ')} | {measured} |"


def table(report: Path) -> str:
    machine = f"Python {platform.python_version()} on {platform.machine()} with {os.cpu_count()} cores"
    lines = ["| experiment | of | measured |", "|---|---|---|", *rows(report)]
    return f"{START}\nMeasured on {machine}:\n\n" + "\n".join(lines) + f"\n\n{END}"


def main(report: Path) -> None:
    text = README.read_text()
    head, rest = text.split(START)
    README.write_text(head + table(report) + rest.split(END)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
