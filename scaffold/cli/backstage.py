"""`scaffold template backstage`: a platform team's template in the catalog of Backstage."""

from __future__ import annotations

import re
from pathlib import Path

import click

from scaffold.cli import overlay
from scaffold.cli.help import examples

_ENTITY = r"([a-zA-Z]+:)?([A-Za-z0-9][\w.-]{0,62}/)?[A-Za-z0-9][\w.-]{0,62}"
_ACTION = r"[a-z][\w-]*(:[\w-]+)+"


@click.command(
    short_help="Write template.yaml for Backstage's scaffolder.",
    epilog=examples(
        "scaffold template backstage --owner group:default/platform",
        "scaffold template backstage --publish gitlab --action acme:scaffold",
        "scaffold template backstage --check",
    ),
)
@click.option("--owner", metavar="ENTITY", help="Owner of the template in the catalog  [at first: group:default/NAME].")
@click.option(
    "--publish",
    "host",
    type=click.Choice(["github", "gitlab", "gitea"]),
    help="Git host on which services are published  [at first: github].",
)
@click.option(
    "--action",
    metavar="ID",
    help="Action of your Backstage that makes the service  [at first: fetch:copier].",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when template.yaml is not current.")
@overlay.folder()
@overlay.quiet
def backstage(
    *, owner: str | None, host: str | None, action: str | None, check: bool, folder: Path, quiet: bool
) -> None:
    """Write template.yaml, by which Backstage asks the template's questions and makes its services.

    The action gets the template's address as `url` and the answers as `values`. It runs `copier copy --defaults` or
    `scaffold new --defaults` with them. An option that you leave out stays as it is in template.yaml.
    """
    from scaffold.show import template as show
    from scaffold.template.backstage import ACTION, catalog_text, chosen, written

    _refuse_other(owner or "x", _ENTITY, "--owner", "an entity", "group:default/platform")
    _refuse_other(action or ACTION, _ACTION, "--action", "the id of an action", ACTION)
    platform = overlay.opened(folder)
    given = {"owner": owner, "host": host, "action": action}
    options = chosen(written(platform.root), platform.overlay) | {key: each for key, each in given.items() if each}
    text = catalog_text(platform.overlay, platform.asked(), **options)
    is_other = platform.backstage(text, check=check)
    show.catalogued(is_other, check=check, quiet=quiet)
    if check and is_other:
        raise click.exceptions.Exit(1)


def _refuse_other(text: str, form: str, option: str, what: str, example: str) -> None:
    from scaffold.errors import OptionError
    from scaffold.text.shown import shown

    if not re.fullmatch(form, text):
        raise OptionError(f"{option} must be {what}, not {shown(text)}. Example: {example}.")
