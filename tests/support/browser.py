"""What a real browser makes of pages: Chromium without a window, and axe-core, which judges a page as it is drawn.

A page of ours opens each page in a frame of a given width, in light or in dark, and measures it there. So one start of
Chromium is enough for all of them.
"""

from __future__ import annotations

import functools
import html
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import axe

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
NO_BROWSER = None if BROWSER else "no Chromium; workshop/install-system installs it"
NO_JUDGE = NO_BROWSER or axe.missing()
WIDTHS = (400, 1400)
"""CSS pixels: a telephone, and a desk."""

_LOOK = """<!doctype html>
<html lang="en"><head><title>Look</title><meta name="color-scheme" content="light dark"></head><body><pre></pre><script>
const loaded = (element) => new Promise((done, fail) => { element.onload = done; element.onerror = fail; });
async function look({page, width, scheme, judged}) {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 900px; border: 0; color-scheme: ${scheme}`;
  frame.src = page;
  document.body.append(frame);
  await loaded(frame);
  const inside = frame.contentDocument;
  const needed = inside.documentElement.scrollWidth;
  const seen = {page, width, scheme, faults: needed > width ? [`needs ${needed} px`] : []};
  seen.background = frame.contentWindow.getComputedStyle(inside.body).backgroundColor;
  if (judged) {
    const script = inside.createElement("script");
    script.src = "/axe.js";
    inside.head.append(script);
    await loaded(script);
    const {violations} = await frame.contentWindow.axe.run(inside, {resultTypes: ["violations"]});
    for (const {id, nodes} of violations)
      for (const {html, failureSummary} of nodes) seen.faults.push(`${id}: ${html} ${failureSummary}`);
  }
  frame.remove();
  return seen;
}
(async () => {
  const all = [];
  for (const each of LOOKS) all.push(await look(each));
  document.querySelector("pre").textContent = JSON.stringify(all);
})();
</script></body></html>
"""


@dataclass(frozen=True)
class Look:
    """A page in a window of so many CSS pixels, in `light` or in `dark`; axe-core looks at it where it is `judged`."""

    page: str
    width: int
    scheme: str = "light"
    judged: bool = False


@dataclass(frozen=True)
class Seen:
    """What was wrong with a page, and the colour behind its text."""

    look: Look
    faults: tuple[str, ...]
    background: str

    def __str__(self) -> str:
        """Return a line for each fault."""
        place = f"{self.look.page} at {self.look.width} px in {self.look.scheme}"
        return "\n".join(f"{place}: {fault}" for fault in self.faults)


def every(pages: Sequence[str], widths: Sequence[int] = WIDTHS) -> list[Look]:
    """Return each page in each width, in light and in dark, for axe-core to look at."""
    return [Look(page, width, scheme, True) for page in pages for width in widths for scheme in ("light", "dark")]


def look(folder: Path, looks: Sequence[Look], profile: Path) -> list[Seen]:
    """Open pages of a folder in a browser."""
    given = json.dumps([vars(each) for each in looks])
    (folder / "look.htm").write_text(_LOOK.replace("LOOKS", given))
    if any(each.judged for each in looks):
        shutil.copy(axe.script(), folder / "axe.js")
    with served(folder) as address:
        found = re.search(r"<pre>(.*?)</pre>", shown(f"{address}/look.htm", profile), re.DOTALL)
    assert found and found[1], "the script did not end"
    seen: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return [Seen(at, tuple(each["faults"]), each["background"]) for at, each in zip(looks, seen, strict=True)]


def shown(address: str, profile: Path) -> str:
    """Return a page as Chromium has it after its scripts have run."""
    command = [BROWSER or "", *FLAGS, f"--user-data-dir={profile}", "--virtual-time-budget=9000000", "--dump-dom"]
    return subprocess.run([*command, address], capture_output=True, text=True, check=True, timeout=280).stdout


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Give the address under which a folder is served."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""
