"""`scaffold docs`: each page has a name and a title, each rule its section, and a wrong name the nearest right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.rules import all_rules
from scaffold.documentation.pages import Page, find, pages, rules
from scaffold.errors import OptionError, TemplateError
from tests.support.commands import scaffold
from workshop.goldens import ROOT


def test_every_file_of_the_documentation_is_a_page_with_a_title() -> None:
    assert {each.path for each in pages()} == {
        path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")
    }
    assert [each.name for each in pages()][:2] == ["index", "tutorial"]
    for each in pages():
        assert each.title and not each.title.startswith("<!--"), each.path


def test_every_rule_has_its_section() -> None:
    assert [each.name for each in rules()] == sorted(
        all_rules(), key=lambda name: (name[:3], list(all_rules()).index(name))
    )
    for section in rules():
        rule = all_rules()[section.name]
        assert rule.title in section.text and rule.advice in section.text
        assert section.text.count("\n## ") == 0


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("faq", "faq.md"),
        ("FAQ.md", "faq.md"),
        ("how-to/add-a-job", "how-to/add-a-job.md"),
        ("add-a-job", "how-to/add-a-job.md"),
        ("p08", "patterns/P08.md"),
        ("patterns/P08.md", "patterns/P08.md"),
        ("reference", "reference/README.md"),
        ("patterns", "patterns/README.md"),
        ("reference/patterns", "reference/patterns.md"),
    ],
)
def test_a_page_is_found_by_what_people_type(word: str, path: str) -> None:
    assert find(word).path == path
    assert find(word).text.startswith("# ")


def test_a_rule_is_found_in_any_case() -> None:
    assert find("p08-PROBE-port").text.startswith("## P08-probe-port\n")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("P08-probe-prt", "Did you mean P08-probe-port?"),
        ("add-a-jb", "Did you mean add-a-job?"),
        ("qqqqqq", "`scaffold docs` lists all pages."),
        ("", "`scaffold docs` lists all pages."),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(OptionError) as refused:
        find(word)
    assert str(refused.value) == f"there is no page {word}. {hint}"


def test_links_name_what_can_be_typed() -> None:
    page = Page("how-to/x", "how-to/x.md", "# X\n")
    assert page.leads_to("add-a-job.md#the-fields") == "how-to/add-a-job"
    assert page.leads_to("../patterns/P08.md") == "P08"
    assert page.leads_to("https://example.org/") == "https://example.org/"
    assert page.leads_to("../../SECURITY.md") == page.leads_to("#here") == page.leads_to("x.md#here") == ""


def test_an_installation_without_pages_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scaffold.documentation.pages.template_root", lambda: tmp_path)
    with pytest.raises(TemplateError, match="the installation is incomplete"):
        pages.__wrapped__()


def test_the_command_lists_pages_and_shows_one(tmp_path: Path) -> None:
    listed = scaffold("docs", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in listed] == [each.name for each in pages()]
    shown = scaffold("docs", "faq", cwd=tmp_path)
    assert shown.stdout == (ROOT / "docs/faq.md").read_text(), "a pipe gets the Markdown"
    refused = scaffold("docs", "fqa", cwd=tmp_path)
    assert (refused.returncode, refused.stderr) == (2, "error: there is no page fqa. Did you mean faq?\n")


def test_a_terminal_gets_a_page_without_the_marks_of_markdown(tmp_path: Path) -> None:
    shown = scaffold("docs", "index", cwd=tmp_path, FORCE_COLOR="1", COLUMNS="300").stdout
    lines = shown.splitlines()
    assert max(map(len, (line.rstrip() for line in lines))) < 300
    assert "Add a job" in shown and "how-to/add-a-job" in shown
    for mark in ("](", "how-to/add-a-job.md", "SECURITY.md", "pictures/", "🌆", "<!--", "\n## "):
        assert mark not in shown, mark
