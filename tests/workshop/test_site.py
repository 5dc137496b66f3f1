"""The site: it is built without a warning, loads nothing from elsewhere, and its links and its search lead somewhere."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scaffold.check.rules import all_rules
from scaffold.documentation import address
from scaffold.documentation.pages import pages
from workshop.site.build import build

pytestmark = [pytest.mark.xdist_group("site"), pytest.mark.timeout(900)]  # it is built once
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
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
        self.feed(file.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
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


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""


def shown(address: str, profile: Path) -> str:
    """Return a page as Chromium has it after its scripts have run."""
    command = [BROWSER or "", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    command += ["--virtual-time-budget=120000", "--dump-dom", address]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium to search in")
def test_the_search_finds_a_page(served: str, tmp_path: Path) -> None:
    found = shown(f"{served}/search.html?q={SEARCH}", tmp_path)
    assert 'href="docs/how-to/suppress-findings.html"' in found.split('id="search-results"')[1]


MEASURE = """<!doctype html><pre></pre><script>
const wide = [];
async function measure(width, page) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  const loaded = new Promise((done) => { frame.onload = done; });
  frame.src = page;
  document.body.append(frame);
  await loaded;
  const needed = frame.contentDocument.documentElement.scrollWidth;
  if (needed > width) wide.push(`${page} needs ${needed} of ${width}`);
  frame.remove();
}
(async () => {
  for (const page of PAGES) for (const width of WIDTHS) await measure(width, page);
  document.querySelector("pre").textContent = JSON.stringify({wide});
})();
</script>
"""


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium to measure in")
@pytest.mark.parametrize(
    ("widths", "fits"), [([400, 1400], True), ([40], False)], ids=["telephone and desk", "too narrow"]
)
def test_no_page_is_wider_than_its_window(
    widths: list[int], fits: bool, served: str, site: Path, parsed: dict[Path, Html], tmp_path: Path
) -> None:
    names = sorted(str(file.relative_to(site)) for file in parsed if file != site / "index.html")
    script = MEASURE.replace("PAGES", json.dumps(names if fits else names[:1])).replace("WIDTHS", json.dumps(widths))
    (site / "measure.htm").write_text(script)
    told = re.search(r"<pre>(.*)</pre>", shown(f"{served}/measure.htm", tmp_path))
    assert told, "the script did not end"
    wide = json.loads(told[1].replace("&gt;", ">"))["wide"]
    assert (wide == []) == fits, wide
