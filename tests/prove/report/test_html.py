"""The HTML report, as a browser shows it in light and in dark."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from scaffold.prove.load import LoadReport, Shot
from scaffold.prove.model import Chart, Experiment, Mark, Measurement, Proof, Record, Result, Series, Stage, Verdict
from scaffold.prove.report.chart import HEIGHT, WIDTH, draw, steps
from scaffold.prove.report.html import as_html
from tests.support.browser import BROWSER, FLAGS, NO_BROWSER, NO_JUDGE, every, look


def proof(*, lost: int = 3) -> Proof:
    """Return a run with a chart of each kind, a failure with hostile last words, and a skip."""
    shots = [Shot(number / 50, 0.004 + number % 7 / 1000, 200, "") for number in range(150)]
    shots += [Shot(2.2 + number / 50, 0.001, 0, "refused") for number in range(lost)]
    drain, startup, memory = Record(), Record(), Record()
    drain.charts.append(
        Chart(
            "Latency around SIGTERM", "ms", LoadReport(shots, 50, 0).series(), kind="dots", marks=[Mark(2, "SIGTERM")]
        )
    )
    drain.measures.append(Measurement("failed", lost))
    startup.charts.append(
        Chart("Start to ready", "s", [Series("start", [(1, 0.4), (2, 0.5), (3, 0.45)])], kind="bars", limit=2)
    )
    startup.advice.append("startup_seconds 10 is far more")
    memory.charts.append(Chart("Memory", "MiB", [Series("used", [(0, 20), (1, 40), (2, 38)])], limit=64))
    found = [
        ("P08-drain", Verdict.FAIL, "<script>alert(1)</script> & 3 requests were lost", drain),
        ("P08-startup", Verdict.PASS, "", startup),
        ("P13-load", Verdict.PASS, "", memory),
        ("P13-full", Verdict.SKIP, "the image has no shell", Record()),
    ]
    results = [
        Result(Experiment(name, Stage.CONTAINER, "?", "!", print), verdict, reason, record, 2.5, 2.0 * number)
        for number, (name, verdict, reason, record) in enumerate(found)
    ]
    return Proof("frontend", "frontend:1", "podman", datetime(2026, 1, 2, tzinfo=UTC), [("experiments", 9.0)], results)


class Page(HTMLParser):
    """Counts elements and keeps every address that the page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]


def test_the_page_is_whole_and_comes_from_nowhere_else() -> None:
    text = as_html(proof())
    page = Page(text)
    assert page.addresses == []
    assert "script" not in page.counts
    assert "link" not in page.counts
    assert not re.search(r"@import|url\(", text)
    assert page.counts["svg"] == 3 + 1
    assert page.counts["rect"] == 3 + 4
    assert page.counts["circle"] == 150 + 1
    assert text.count('class="cross"') == 3 + 1
    assert "SIGTERM</text>" in text
    assert "limit 64 MiB" in text


def test_everything_lies_inside_its_drawing() -> None:
    for result in proof().results:
        for chart in result.record.charts:
            drawn = draw(chart)
            points = [point for curve in drawn.curves for point in curve.points]
            assert points
            assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
            assert [tick.at for tick in drawn.y] == sorted((tick.at for tick in drawn.y), reverse=True)
            assert drawn.limit is None or 0 <= drawn.limit.at <= HEIGHT


@pytest.mark.parametrize(
    ("most", "last"), [(0, 1), (0.004, 0.004), (7, 8), (10, 10), (96, 100), (257, 300), (1e6, 1e6)]
)
def test_ticks_are_round_and_reach_the_top(most: float, last: float) -> None:
    found = steps(most)
    assert found[-1] == pytest.approx(last)
    assert 2 <= len(found) <= 7


def test_an_empty_chart_is_drawn_all_the_same() -> None:
    assert draw(Chart("Nothing", "s", [Series("none", [])])).curves == []


@pytest.mark.skipif(bool(NO_BROWSER), reason=f"report: {NO_BROWSER}")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_draws_it(dark: bool, tmp_path: Path) -> None:
    """The screenshot has the page's and the curves' colours: the style applied, the charts drawn."""
    page, shot = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(as_html(proof()))
    scheme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    assert BROWSER
    done = subprocess.run(
        [BROWSER, *FLAGS, *scheme, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1100,1500", f"--screenshot={shot}", page.as_uri()],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert shot.is_file(), done.stderr
    image = Image.open(shot).convert("RGB")
    assert image.size == (1100, 1500)
    colours = {colour for _, colour in image.getcolors(2**24) or []}
    page_colour, ink, line, cross = (
        ("#14161a", "#e8eaee", "#6ea8ff", "#ff7b72") if dark else ("#f6f6f4", "#16181d", "#2a6fd0", "#c9302f")
    )
    assert image.getpixel((2, 2)) == rgb(page_colour)
    assert {rgb(ink), rgb(line), rgb(cross)} <= colours


@pytest.mark.skipif(bool(NO_JUDGE), reason=f"report: {NO_JUDGE}")
def test_it_is_for_everybody_on_a_telephone_and_at_a_desk(tmp_path: Path) -> None:
    pages = {"failed.html": proof(), "empty.html": replace(proof(), results=[]), "grey.html": proof()}
    for name, each in pages.items():
        (tmp_path / name).write_text(as_html(each))
    grey = tmp_path / "grey.html"
    grey.write_text(grey.read_text().replace("--soft: #5b616e", "--soft: #b5b8be"))
    seen = look(tmp_path, every(list(pages)), tmp_path / "profile")
    assert {(each.look.scheme, each.background) for each in seen} == {
        ("light", "rgb(246, 246, 244)"), ("dark", "rgb(20, 22, 26)")
    }  # fmt: skip
    wrong = [each for each in seen if each.faults]
    assert {(each.look.page, each.look.scheme) for each in wrong} == {("grey.html", "light")}, "\n".join(
        map(str, wrong)
    )
    assert all("color-contrast" in fault for each in wrong for fault in each.faults)


def rgb(text: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(text[1:]))  # type: ignore[return-value]
