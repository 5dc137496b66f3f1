"""Sphinx's configuration. The Markdown is that of the repository; what only a site needs is added while it is read.

https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INDEX = "docs/index"

project = "scaffold"
author = "The authors of scaffold"
version = release = re.findall(r'__version__ = "(.+)"', (ROOT / "scaffold/__init__.py").read_text())[0]
language = "en"
extensions = ["myst_parser"]
root_doc = INDEX
include_patterns = [
    "docs/*.md",
    "docs/**/*.md",
    "*.md",
    "bench/README.md",
    "tests/faults/README.md",
    "tests/real/experiments/README.md",
]
exclude_patterns = ["README.md", "examples", "templates", "scaffold", ".*", "build", "dist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"scaffold {version}"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_additional_pages = {"index": "entrance.html"}
templates_path = ["theme"]
html_static_path = ["static"]
html_js_files = ["access.js"]

_PROJECT = ("SECURITY", "CONTRIBUTING", "CODE_OF_CONDUCT", "CHANGELOG", "bench/README")
_MEASURED = ("tests/faults/README", "tests/real/experiments/README")
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s#]+)(#[^)]*)?\)")


def _with_what_a_site_needs(app: Any, docname: str, source: list[str]) -> None:
    """Add the pages' order where it belongs, and turn links to files that are no pages into text."""
    source[0] = _LINK.sub(lambda link: _link(app, docname, link), source[0])
    if docname == INDEX:
        source[0] += _contents(source[0])
    elif docname == "docs/patterns/README":
        source[0] += _toctree("", sorted(f"/docs/patterns/{each.stem}" for each in ROOT.glob("docs/patterns/P*.md")))


def _link(app: Any, docname: str, link: re.Match[str]) -> str:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(docname), link[2]))
    is_page = target.removesuffix(".md") in app.env.found_docs
    return link[0] if ":" in link[2] or is_page else link[1]


def _contents(index: str) -> str:
    """Return the order of all pages: that of the links below each heading of the index, then the project's own."""
    parts = []
    for section in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        caption = section.partition("\n")[0]
        pages = [f"/docs/{each}" for each in re.findall(r"\]\(([\w/.-]+)\.md\)", section) if not each.startswith("..")]
        parts.append(_toctree(caption, [*pages, *(["/docs/reference/README"] if caption == "Reference" else [])]))
    project = [f"/{each}" for each in (*_PROJECT, *_MEASURED)]
    return "".join([*parts, _toctree("Project", project)])


def _toctree(caption: str, pages: list[str]) -> str:
    lines = ["", "", "```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else []), "", *pages, "```", ""]
    return "\n".join(lines)


def setup(app: Any) -> None:
    """Read the pages by `_with_what_a_site_needs`."""
    app.connect("source-read", _with_what_a_site_needs)
