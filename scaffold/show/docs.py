"""What the user of `scaffold docs` sees: in a terminal a page with its headings, tables and colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.markdown import Markdown

from scaffold.documentation.pages import Page
from scaffold.show.console import console, line
from scaffold.show.say import say_report

if TYPE_CHECKING:
    from markdown_it.token import Token

_WIDEST = 100
"""Columns of a page; longer lines are hard to read."""


def list_pages(pages: Sequence[Page]) -> None:
    """Print a line for each page."""
    out = console(result=True)
    width = max(len(each.name) for each in pages) + 2
    for each in pages:
        out.print(line((f"{each.name:<{width}}", "bold"), each.title), soft_wrap=True)


def page(page: Page) -> None:
    """Print a page: its Markdown, where another program reads it."""
    out = console(result=True)
    if out.is_terminal:
        out.print(_for_terminal(page), width=min(out.width, _WIDEST))
    else:
        say_report(page.text)


def _for_terminal(page: Page) -> Markdown:
    """Return a page whose links name what can be typed, and whose pictures are left out."""
    shown = Markdown(page.text, code_theme="ansi_dark", hyperlinks=False)
    for each in shown.parsed:
        if each.children:
            each.children = list(_linked(each.children, page))
    return shown


def _linked(tokens: Sequence[Token], page: Page) -> Iterator[Token]:
    kept = True
    for number, token in enumerate(tokens):
        if token.type == "link_open":
            leads = page.leads_to(str(token.attrs["href"]))
            kept = bool(leads) and leads != tokens[number + 1].content
            token.attrs["href"] = leads
        if token.type != "image" and (kept or token.type not in ("link_open", "link_close")):
            yield token
