"""The pages of docs/ by the names that people type: `faq`, `how-to/add-a-job`, `P08`, `P08-probe-port`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from scaffold.engine.template import template_root
from scaffold.errors import OptionError, TemplateError
from scaffold.text.nearest import suggest

FOLDER = "docs"
"""Where the pages are: below the root of a checkout, and below `_template` of the package."""

_FIRST = ("index", "tutorial")
_FOLDERS = ("", "how-to", "explanation", "reference", "patterns")
_RULE = re.compile(r"^(?=## P\d\d-)", re.MULTILINE)
_MARK = re.compile(r"^<!--.*-->\n+", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page, or the section of one rule: what people call it, its path below docs/, and its Markdown.

    The comments by which `./dev docs` makes parts of a page are left out.
    """

    name: str
    path: str
    text: str

    @property
    def title(self) -> str:
        """Return its first heading."""
        return self.text.partition("\n")[0].lstrip("# ")

    def sections(self) -> Iterator[Page]:
        """Yield the section of each rule on the page of a pattern."""
        for text in _RULE.split(self.text)[1:]:
            yield Page(text.partition("\n")[0].removeprefix("## "), self.path, text)

    def leads_to(self, link: str) -> str:
        """Return what a link of the page means in a terminal: an address, the name of a page, or nothing."""
        if re.match(r"https?:", link):
            return link
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), link.partition("#")[0]))
        return next((each.name for each in pages() if each.path == path and path != self.path), "")


@cache
def pages() -> tuple[Page, ...]:
    """Return every page: the first steps, then folder by folder.

    Raises:
        TemplateError: when the installation has none.
    """
    root = template_root() / FOLDER
    paths = [each.relative_to(root).as_posix() for each in root.rglob("*.md")]
    found = [Page(_name(path), path, _MARK.sub("", (root / path).read_text(encoding="utf-8"))) for path in paths]
    if not found:
        raise TemplateError(f"no pages in {root}: the installation is incomplete. Install kube-scaffold again.")
    return tuple(sorted(found, key=_order))


@cache
def rules() -> tuple[Page, ...]:
    """Return the section of every rule of `scaffold check`."""
    return tuple(section for page in pages() for section in page.sections())


def find(word: str) -> Page:
    """Return the page or section of a name, in any case of letters; its path or its last part will do, too.

    Raises:
        OptionError: when there is none, with the nearest name.
        TemplateError: as `pages` does.
    """
    every = [*pages(), *rules()]
    wanted = word.casefold().removesuffix(".md").strip("/")
    for key in (_by_name, _by_path, _by_last_part):
        fitting = [each for each in every if key(each) == wanted]
        if len(fitting) == 1:
            return fitting[0]
    known = [alias for each in every for alias in (posixpath.basename(each.name), each.name)]
    raise OptionError(f"there is no page {word}. {suggest(word, known, '`scaffold docs` lists all pages.')}")


def _by_name(page: Page) -> str:
    return page.name.casefold()


def _by_path(page: Page) -> str:
    return page.path.removesuffix(".md").casefold() if page.text.startswith("# ") else ""


def _by_last_part(page: Page) -> str:
    return posixpath.basename(page.name).casefold()


def _name(path: str) -> str:
    name = path.removesuffix(".md").removesuffix("/README")
    return posixpath.basename(name) if name.startswith("patterns/") else name


def _order(page: Page) -> tuple[bool, int, str]:
    folder = posixpath.dirname(page.path)
    return page.name not in _FIRST, _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS), page.path
