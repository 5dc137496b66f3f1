"""`scaffold pin`."""

from __future__ import annotations

from pathlib import Path

import click

from scaffold.cli import values
from scaffold.cli.help import examples


@click.command(
    short_help="Add digests to image tags.",
    epilog=examples(
        "scaffold pin                          write the digests into the files of this folder",
        "scaffold pin payments --dry-run       show what would be written",
        "scaffold pin --check                  exit 1 when a digest is missing or stale",
    ),
)
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the changes; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when an image has no digest, or an old one.")
@click.option(
    "--plain-http",
    callback=values.registries,
    multiple=True,
    metavar="HOST[:PORT]",
    help="Use this registry without TLS. May be given again.",
)
@click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def pin(folder: Path, *, dry_run: bool, check: bool, plain_http: tuple[str, ...], json_: bool, quiet: bool) -> None:
    """Add the digests that registries give to all image tags below FOLDER."""
    from scaffold.files.leftovers import sweep_folders
    from scaffold.files.rewrite import rewrite
    from scaffold.pin.plan import find_images, plan, resolve, wanted
    from scaffold.pin.registry import RegistryClient
    from scaffold.show.console import console
    from scaffold.show.pin import pins
    from scaffold.show.progress import progress
    from scaffold.show.say import say_json

    out = console(quiet=quiet or json_)
    with RegistryClient(plain_http=plain_http) as client, progress(out, "Looking up digests") as on_step:
        uses = find_images(folder)
        found = resolve(wanted(uses), client, lambda done, total, _: on_step(done, total))
    changes = plan(folder, found)
    if not (dry_run or check):
        sweep_folders(folder / Path(use.path).parent for use in uses)
        rewrite(changes)
    edits = [
        {"path": edit.use.path, "line": edit.use.line, "before": edit.use.reference, "after": edit.reference}
        for change in changes
        for edit in change.edits
    ]
    if json_:
        say_json({"images": {str(image): digest for image, digest in found.items()}, "changes": edits})
    else:
        pins(console(quiet=quiet, result=dry_run or check), edits, len(found))
    if check and edits:
        raise click.exceptions.Exit(1)
