"""`scaffold docs`."""

from __future__ import annotations

import click

from scaffold.cli import complete
from scaffold.cli.help import examples


@click.command(
    short_help="Show a page of the documentation.",
    epilog=examples(
        "scaffold docs                    list all pages",
        "scaffold docs tutorial           show a page",
        "scaffold docs how-to/add-a-job   a page in a folder; add-a-job finds it, too",
        "scaffold docs P08                a pattern, with all its rules",
        "scaffold docs P08-probe-port     a rule of `scaffold check`: broken and right examples",
        "scaffold docs faq | less         the Markdown of a page",
    ),
)
@click.argument("page", required=False, shell_complete=complete.page)
def docs(page: str | None) -> None:
    """Show PAGE of the documentation that belongs to this version; without PAGE, list all pages.

    PAGE is a name of that list, or a rule of `scaffold check`.
    """
    from scaffold.documentation import pages
    from scaffold.show import docs as show

    if page is None:
        show.list_pages(pages.pages())
    else:
        show.page(pages.find(page))
