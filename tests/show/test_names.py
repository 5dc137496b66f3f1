"""Names that nobody should give: each file is judged or named, each report parses, and nothing unprintable is printed."""

from __future__ import annotations

import io
import json
import os
import re
import string
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scaffold.check.findings import Finding
from scaffold.check.formats import render
from scaffold.check.report import CheckReport, Suppressed
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.cli.prove import write_report
from scaffold.files.folder import RenderedFile
from scaffold.git import walk
from scaffold.programs import Done
from scaffold.prove.model import Experiment, Measurement, Proof, Record, Result, Stage, Verdict
from scaffold.prove.report.data import as_data
from scaffold.prove.report.html import as_html
from scaffold.prove.report.junit import as_junit
from scaffold.show import check as text
from scaffold.show import new, prove, update
from scaffold.show.console import Screen, console, line
from scaffold.show.pin import pins
from scaffold.syntax.source import Note, Place
from scaffold.text.printable import printable, sentence, to_json

RULES = list(all_rules().values())
POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: nginx}]}\n"
SARIF = json.loads((Path(__file__).parents[1] / "check" / "schemas" / "sarif-2.1.0.json").read_text())

KNOWN = [
    b"a\nb", b"a\rb", b"a\tb", b"'", b'"', b",", b"`", b"\x1b]0;owned\x07", b"\x1b[2J", b"\x9b31m", b"\xc2\x9b31m", b"\x07", b"\x7f",
    "\u202etxt".encode(), "\u2066a\u2069".encode(), "a\u200bb".encode(), "\u200e\u200f".encode(), b"caf\xe9", b"\xff\xfe", b"x" * 240,
    b"--post-renderer=x", b"-", b" ", b" a ", b"%0A::add-mask::x", b"::add-mask::x", b"::error file=x::y", b"##[add-mask]x",
    b"##vso[task.complete]x", b"[bold red]x", b":smile:", b"]]>", b"<!--", b"&amp;", b"a:b", b"a?b#c", b"\\", b"${HOME}", b"{{ x }}",
    "\u2028".encode(), "\ufffe".encode(), "\U000e0041".encode(), b"\xed\xa0\x80", b"[x](nope)",
]  # fmt: skip
NAMES = st.sampled_from(KNOWN) | st.binary(min_size=1, max_size=60).map(
    lambda name: name.replace(b"/", b"").replace(b"\0", b"").lstrip(b".") or b"x"
)
WORDS = NAMES.map(os.fsdecode) | st.text(max_size=20) | st.sampled_from(["\ud800", "\ud83d\ude00", "\0"])


def is_printable(told: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in told) and not re.search(r"##[\w-]*\[", told)


@given(WORDS)
@example("::add-mask::x")
@example("  ::x\n::y")
def test_printable_text(word: str) -> None:
    for told in (printable(word), sentence(word), line(word).plain):
        assert is_printable(told) and "\n" not in told and not told.lstrip().startswith("::")
        told.encode()
    several = printable(word, lines=True)
    assert several.count("\n") == word.count("\n")
    assert not any(each.lstrip().startswith("::") for each in several.split("\n"))
    assert json.loads(to_json({word: [word]}))
    assert is_printable(to_json({word: word}))


@pytest.mark.parametrize("word", ["a é 日本 😀", "a: b::c", "# x", "-", "{n}", r"C:\x"])
def test_usual_text_stays(word: str) -> None:
    assert printable(word) == sentence(word) == word
    assert json.loads(to_json(word)) == word


def test_escapes_tell_names_apart() -> None:
    names = ["a\nb", "a\x1bb", "a\u202eb", os.fsdecode(b"a\xffb"), os.fsdecode(b"a\xfeb"), "a\U000e0041b", "a\ud800b"]
    shown = [printable(each) for each in names]
    assert shown[:4] == [r"a\nb", r"a\x1bb", r"a\u202eb", r"a\xffb"]
    assert len(set(shown)) == len(shown)


def reported(path: str, word: str) -> CheckReport:
    """Return a report whose every text is one of somebody else's."""
    place = Place(path, 2, 1, 2, 3, f"Pod/{word}", f"data.{word}")
    finding = Finding(RULES[0], place, f"{word} is wrong", (place,), (word, path))
    notes = [Note(path, f"can't be built: {word}", 3), Note(path, word)]
    return CheckReport([finding, finding], notes, [Suppressed(finding, "comment", word)], RULES[:2], 1, {})


def parsed_workflow_command(command: str) -> tuple[str, dict[str, str], str]:
    """Parse a line as GitHub's runner does (src/Runner.Common/ActionCommand.cs)."""
    found = re.fullmatch(r"::([a-z]+) ([^\n]*?)::([^\n]*)", command)
    assert found, command
    properties = {}
    for each in found[2].split(","):
        key, _, value = each.partition("=")
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(code, char)
        properties[key] = value
    return found[1], properties, found[3]


def told_as_text(report: CheckReport) -> str:
    out = Screen()
    out.file = io.StringIO()
    text.findings(out, report)
    return out.file.getvalue()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, min_size=1, max_size=3).map(b"/".join), WORDS)
def test_every_report_parses(name: bytes, word: str) -> None:
    path = os.fsdecode(name)
    report = reported(path, word)
    told = {each: render(each, report) for each in ("json", "sarif", "github", "junit")}
    told["text"] = told_as_text(report)
    for each in told.values():
        assert is_printable(each)
        each.encode()
    assert told["text"].count("\n") == told_as_text(reported("a", "b")).count("\n")
    assert not any(each.startswith("::") for each in told["text"].splitlines())

    data = json.loads(told["json"])
    assert (len(data["findings"]), len(data["notes"]), data["totals"]["findings"]) == (2, 2, 2)
    (run,) = json.loads(told["sarif"])["runs"]
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert set(uri) <= {*string.ascii_letters, *string.digits, *"-._~/%"}
        assert unquote_to_bytes(uri) == name
        assert not re.search(r"(?<!\\)\[[^][]*\]\(", result["message"]["text"])
    commands = [parsed_workflow_command(each) for each in told["github"].splitlines()]
    assert [each[0] for each in commands] == [RULES[0].severity] * 2 + ["notice"] * 2
    assert {printable(each[1]["file"]) for each in commands} == {printable(path)}
    suite = ET.fromstring(told["junit"])[0]
    assert len(suite) == int(suite.attrib["tests"])


@pytest.mark.parametrize("name", KNOWN)
def test_sarif_of_any_name_is_valid(name: bytes) -> None:
    told = json.loads(render("sarif", reported(os.fsdecode(name), os.fsdecode(name))))
    jsonschema.Draft202012Validator(SARIF).validate(told)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(NAMES, unique=True, min_size=5, max_size=30))
@example(KNOWN)
def test_every_file_is_judged_or_named(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, names: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    monkeypatch.chdir(folder)
    made = set()
    for name in names:
        Path(os.fsdecode(b"in " + name)).mkdir()
        for path, content in (
            (b"in " + name + b"/pod.yaml", POD),
            (name + b".yaml", POD),
            (name + b".Dockerfile", b"FROM a\n"),
            (b"in " + name + b"/Dockerfile." + name, b"FROM a\n"),
        ):
            Path(os.fsdecode(path)).write_bytes(content)
            made.add(os.fsdecode(path))
    report = check([Path()], RULES)
    seen = {each.place.path for each in report.findings} | {each.path for each in report.notes}
    assert {each for each in made if not each.startswith(".")} <= seen
    for each in ("json", "sarif", "github", "junit"):
        assert is_printable(render(each, report))
    told = told_as_text(report)
    assert is_printable(told)
    assert not any(each.lstrip().startswith("::") for each in told.splitlines())


@settings(max_examples=40)
@given(WORDS)
def test_objects_of_any_name(word: str) -> None:
    pod = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": word},
            "spec": {"containers": [{"name": word, "image": word}]},
        }
    )
    report = check([], RULES, stdin=pod.encode())
    assert report.findings or report.notes
    for each in ("json", "sarif", "github", "junit"):
        render(each, report).encode()
    assert is_printable(told_as_text(report))


def test_folders_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "closed\n").mkdir(parents=True)
    (tmp_path / "a" / "node_modules").mkdir()
    (tmp_path / "pod.yaml").write_bytes(POD)
    scan = os.scandir

    def refuse(folder: str) -> object:
        if os.fspath(folder).endswith(("closed\n", "node_modules")):
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.chdir(tmp_path)
    notes = check([Path()], RULES).notes
    assert [(each.path, each.message) for each in notes] == [
        ("a/closed\n", "can't be read: Permission denied; not checked")
    ]


def test_folders_that_git_cannot_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = b"warning: could not open directory 'a/it's\nb/': Permission denied\nwarning: could not open directory 'c/': x\n"
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(walk, "try_git", lambda *_, **__: Done(0, b"pod.yaml\0", said))
    monkeypatch.chdir(tmp_path)
    told: list[tuple[str, str]] = []
    assert walk.files_below([Path()], unread=lambda *each: told.append(each)) == ["pod.yaml"]
    assert told == [("a/it's\nb", "Permission denied"), ("c", "x")]


def shown(show: Callable[[Screen], None]) -> str:
    out = Screen()
    out.file = io.StringIO()
    show(out)
    return out.file.getvalue()


@settings(max_examples=60)
@given(WORDS)
def test_every_screen(word: str) -> None:
    from scaffold.update.changes import LineCount

    lines = [LineCount(path=word, was=word, added=1, deleted=None)]
    screens = [
        shown(lambda out: new.tree(out, word, [RenderedFile(f"{word}/{word}", b"", False)])),
        shown(lambda out: pins(out, [{"path": word, "line": 1, "after": word}], 1)),
        shown(lambda out: update._diffstat(out, lines)),
        shown(lambda out: out.print(word)),
        shown(lambda out: out.print(f"[bold]{word}")),
    ]
    assert all(map(is_printable, screens))
    assert screens[1].count("\n") == screens[2].count("\n") == 2
    assert screens[4].startswith("[bold]")


def test_the_console_is_a_screen() -> None:
    assert isinstance(console(), Screen)


@pytest.mark.parametrize("name", KNOWN)
def test_what_prove_reports(name: bytes, tmp_path: Path) -> None:
    word = os.fsdecode(name) + "\ud800"
    record = Record(measures=[Measurement(word, word, word)], advice=[word])
    result = Result(Experiment("P08-drain", Stage.CONTAINER, "?", "!", print), Verdict.FAIL, word, record, 1.0, 1.0)
    proof = Proof(word, word, word, datetime(2026, 1, 2, tzinfo=UTC), [("experiments", 1.0)], [result])
    for file, report in (("a.xml", as_junit(proof)), ("a.html", as_html(proof))):
        write_report(tmp_path / file, report)
        (tmp_path / file).read_text(encoding="utf-8")
    suite = ET.fromstring((tmp_path / "a.xml").read_bytes())
    assert suite.attrib["name"] == printable(f"scaffold prove {word}", lines=True, tabs=True)
    assert json.loads(to_json(as_data(proof)))["service"]
    assert is_printable(shown(lambda out: out.print(line(prove.measured(record.measures)))))
