"""The site: it is built without a warning, loads nothing from elsewhere, and its links and its search lead somewhere.

A browser looks at it, in light and in dark, on a telephone and at a desk.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scaffold.check.rules import all_rules
from scaffold.documentation import address
from scaffold.documentation.pages import pages
from tests.support.browser import NO_BROWSER, NO_JUDGE, WIDTHS, Look, every, look, served, shown
from workshop.site.build import build

pytestmark = [pytest.mark.xdist_group("site"), pytest.mark.timeout(900)]  # it is built once
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "embed": "src"}
STYLES = re.compile(r"url\(\s*[\"']?([^)\"']+)|@import\s+[\"']([^\"']+)")
SEARCH = "baseline"


class Html(HTMLParser):
    """What a page loads, where its links lead, and which places in it can be linked to."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.kinds: set[tuple[str, str]] = set()
        self.elements = 0
        self.feed(file.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements += 1
        self.kinds.add((tag, given.get("class", "")))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link":
            self.loads.append(given["href"])
        elif LOADS.get(tag) in given:
            self.loads.append(given[LOADS[tag]])
        self.loads += [each.strip().split()[0] for each in given.get("srcset", "").split(",") if each.strip()]
        self.loads += ["".join(each) for each in STYLES.findall(given.get("style", ""))]
        self.ids |= {given[key] for key in ("id", "name") if key in given}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def parsed(site: Path) -> dict[Path, Html]:
    return {file: Html(file) for file in site.rglob("*.html")}


def test_every_page_of_the_documentation_is_there(site: Path) -> None:
    assert pages()
    for page in pages():
        assert (site / "docs" / page.path).with_suffix(".html").is_file(), page.path


def test_nothing_is_loaded_from_elsewhere(site: Path, parsed: dict[Path, Html]) -> None:
    loads = {(file.relative_to(site), each) for file, html in parsed.items() for each in html.loads}
    for file in site.rglob("*.css"):
        loads |= {(file.relative_to(site), "".join(each)) for each in STYLES.findall(file.read_text())}
    assert any(each.endswith("furo.css") or "furo.css?" in each for _, each in loads)
    assert [each for each in loads if urlsplit(each[1]).scheme not in ("", "data") or each[1].startswith("//")] == []


def test_every_link_within_the_site_leads_to_a_place(site: Path, parsed: dict[Path, Html]) -> None:
    followed, broken = 0, []
    for file, html in parsed.items():
        for link in (*html.links, *html.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            followed += 1
            there = target.is_file() and (
                not parts.fragment or target.suffix != ".html" or parts.fragment in parsed[target].ids
            )
            if not there:
                broken.append(f"{file.relative_to(site)}: {link}")
    assert followed > 1000 and broken == []


def test_links_of_findings_lead_to_the_section_of_their_rule(
    parsed: dict[Path, Html], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "public_address", lambda: "https://example.org/docs")
    for rule in all_rules().values():
        parts = urlsplit(rule.url or "")
        assert parts.fragment in parsed[site / parts.path.lstrip("/")].ids, rule.url


@pytest.mark.skipif(bool(NO_BROWSER), reason=f"site: {NO_BROWSER}")
def test_the_search_finds_a_page(site: Path, tmp_path: Path) -> None:
    with served(site) as address:
        found = shown(f"{address}/search.html?q={SEARCH}", tmp_path)
    assert 'href="docs/how-to/suppress-findings.html"' in found.split('id="search-results"')[1]


@pytest.mark.skipif(bool(NO_BROWSER), reason=f"site: {NO_BROWSER}")
def test_no_page_is_wider_than_its_window(site: Path, parsed: dict[Path, Html], tmp_path: Path) -> None:
    names = names_of(site, parsed)
    seen = look(site, [*(Look(name, width) for name in names for width in WIDTHS), Look(names[0], 40)], tmp_path)
    assert seen.pop().faults, "a window of 40 px is too narrow for any page"
    assert [str(each) for each in seen if each.faults] == []


@pytest.mark.skipif(bool(NO_JUDGE), reason=f"site: {NO_JUDGE}")
def test_pages_are_for_everybody_in_light_and_in_dark(site: Path, parsed: dict[Path, Html], tmp_path: Path) -> None:
    few = with_every_kind_of_element({name: parsed[site / name] for name in names_of(site, parsed)})
    seen = look(site, every(few), tmp_path)
    assert "\n".join(str(each) for each in seen if each.faults) == ""
    assert {(each.look.scheme, each.background) for each in seen} == {
        ("light", "rgb(255, 255, 255)"), ("dark", "rgb(19, 20, 22)")
    }  # fmt: skip


def names_of(site: Path, parsed: dict[Path, Html]) -> list[str]:
    return sorted(str(file.relative_to(site)) for file in parsed if file != site / "index.html")


def with_every_kind_of_element(pages: dict[str, Html]) -> list[str]:
    """Return pages that together have every element with every class that any page has; short pages first."""
    wanted, chosen = set().union(*(page.kinds for page in pages.values())), list[str]()
    while wanted:
        chosen.append(max(pages, key=lambda name: len(pages[name].kinds & wanted) / pages[name].elements))
        wanted -= pages[chosen[-1]].kinds
    return chosen
