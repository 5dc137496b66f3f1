from __future__ import annotations

import sys
from pathlib import Path

from workshop import command
from workshop.goldens import ROOT
from workshop.times import Took, lines, read

REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_a" name="one" time="1.0"><properties><property name="cpu" value="0.5"/></properties></testcase>
<testcase classname="tests.test_b" name="two" time="9.0"><properties><property name="cpu" value="2.0"/></properties></testcase>
<testcase classname="tests.test_a" name="three" time="0.5"><properties><property name="cpu" value="0.25"/></properties></testcase>
<testcase classname="tests.test_c" name="of a run before" time="4.0"/>
</testsuite></testsuites>"""


def test_a_report_is_summed_up_by_file_and_what_computes_most_is_first(tmp_path: Path) -> None:
    (tmp_path / "aside.xml").write_text(REPORT)
    assert read(tmp_path / "aside.xml") == [
        Took("tests.test_b", 1, 9.0, 2.0),
        Took("tests.test_a", 2, 1.5, 0.75),
        Took("tests.test_c", 1, 4.0, 0.0),
    ]
    assert next(lines([], tmp_path)) == "\naside: 3 s of CPU in 3 files"
    assert list(lines(["services"], tmp_path)) == []


def test_a_run_records_the_cpu_seconds_of_each_test(tmp_path: Path) -> None:
    options = ("-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}", f"--junit-xml={tmp_path / 'report.xml'}")
    command.succeed([sys.executable, "-m", "pytest", *options, "tests/test_house.py"], cwd=ROOT, seconds=600)
    assert sum(each.cpu for each in read(tmp_path / "report.xml")) > 0
