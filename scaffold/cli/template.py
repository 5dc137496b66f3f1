"""`scaffold template`: a platform team's own template on top of this project's."""

from __future__ import annotations

from pathlib import Path

import click

from scaffold.cli import options, overlay
from scaffold.cli.backstage import backstage
from scaffold.cli.help import examples


@click.group(
    short_help="Make and keep a platform team's own template.",
    epilog=examples(
        "scaffold template new acme --url https://git.example.org/platform/template.git",
        "scaffold template override Makefile.jinja",
        "scaffold template build",
        "scaffold template pull --dry-run",
    ),
)
def template() -> None:
    """Make a template of your own on top of the one that scaffold carries, and keep it current.

    Your changes are in platform/. `build` makes a plain Copier template of them and of a release of the base.
    """


@template.command(
    short_help="Create a platform's template.",
    epilog=examples("scaffold template new acme --url https://git.example.org/platform/template.git"),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the platform  [default: the folder's name].")
@click.option("--url", required=True, help="Address at which the template will be published.")
@click.option("--base", "on", metavar="URL|PATH[@VERSION]", help="Another platform's template to build on.")
@options.version(help="Release of the base  [default: the newest].")
@click.option("--git/--no-git", "with_git", default=True, help="Create a git repository with one commit (the default).")
@overlay.quiet
def new(
    folder: Path, *, name: str | None, url: str, on: str | None, vcs_ref: str | None, with_git: bool, quiet: bool
) -> None:
    """Create a platform's template in FOLDER, with an example of each kind of change.

    Its base is the template that scaffold carries, or with --base the template of another platform.
    """
    from scaffold.files.folder import check_destination
    from scaffold.new import create
    from scaffold.new.defaults import name_from
    from scaffold.releases.home import Homes
    from scaffold.show import template as show
    from scaffold.template.base import base_at
    from scaffold.template.work import start
    from scaffold.update.versions import newest

    check_destination(folder)
    homes = Homes(on, on_news=options.news(quiet=quiet))
    home = homes.for_new() if on else homes.own
    wanted = vcs_ref or home.version
    base = base_at(home, home.history.resolve(wanted) if wanted else newest(home.history), homes)
    name = name or name_from(folder)
    files = start(name, url, base)
    made = create(folder, name, list(files.values()), with_git=with_git)
    show.created(folder, len(files), base, repository=made, quiet=quiet)


@template.command(short_help="Build the Copier template from platform/.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the built template is not current.")
@overlay.folder()
@overlay.quiet
def build(*, check: bool, folder: Path, quiet: bool) -> None:
    """Build copier.yml and templates/ from the base and platform/."""
    from scaffold.show import template as show

    found = overlay.opened(folder).build(check=check)
    show.built(found, check=check, quiet=quiet)
    if check and found:
        raise click.exceptions.Exit(1)


@template.command(short_help="Take files of the base into platform/files, to change them there.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@overlay.folder()
@overlay.quiet
def override(paths: tuple[str, ...], *, folder: Path, quiet: bool) -> None:
    """Take each PATH of the base's skeleton into platform/files. Later releases of the base are merged into it."""
    from scaffold.show import template as show
    from scaffold.template.edit import override as taken

    platform = overlay.opened(folder)
    platform.write(taken(platform.overlay, platform.base, paths))
    show.taken(paths, quiet=quiet)


@template.command(short_help="Leave files of the base out of every service.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@overlay.folder()
@overlay.quiet
def remove(paths: tuple[str, ...], *, folder: Path, quiet: bool) -> None:
    """Leave each PATH of the base's skeleton out of every service, and build the template."""
    from scaffold.show import template as show
    from scaffold.template.edit import remove as left_out

    platform = overlay.opened(folder)
    platform.write(left_out(platform.overlay, platform.base, paths))
    show.built(overlay.opened(folder).build(), check=False, quiet=quiet)


@template.command(short_help="Use the base's files again.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@overlay.folder()
@overlay.quiet
def restore(paths: tuple[str, ...], *, folder: Path, quiet: bool) -> None:
    """Use the base's file again for each PATH that is overridden or removed, and build the template."""
    from scaffold.show import template as show
    from scaffold.template.edit import restore as given_back

    platform = overlay.opened(folder)
    platform.write(*given_back(platform.overlay, paths))
    show.built(overlay.opened(folder).build(), check=False, quiet=quiet)


@template.command(short_help="List the files of the skeleton, and where each comes from.")
@overlay.folder()
@overlay.json
def files(*, folder: Path, json_: bool) -> None:
    """List every file of the skeleton: the base's, overridden, removed, or the platform's own."""
    from scaffold.show.say import say, say_json

    found = list(overlay.opened(folder).paths())
    if json_:
        say_json([{"path": path, "from": source} for source, path in found])
    else:
        for source, path in found:
            say(f"{source:<8}  {path}")


@template.command(short_help="Show what overrides change of the base.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@overlay.folder()
def diff(paths: tuple[str, ...], *, folder: Path) -> None:
    """Show the lines in which overrides differ from the base's files: all of them, or those of each PATH."""
    from scaffold.show.say import say

    for line in overlay.opened(folder).diff(paths):
        say(line)


@template.command(short_help="Show whether the base has newer releases, and whether the build is current.")
@overlay.folder()
@overlay.json
@overlay.quiet
def status(*, folder: Path, json_: bool, quiet: bool) -> None:
    """Show the base's version, the releases that are newer, and what is to be done. Exit 1 when something is."""
    from scaffold.show import template as show
    from scaffold.show.say import say_json

    found = overlay.opened(folder).status()
    if json_:
        say_json(show.as_record(found))
    elif not quiet:
        show.status(found)
    if not found.is_current:
        raise click.exceptions.Exit(1)


@template.command(short_help="Move to another release of the base.")
@click.option("--to", "wanted", metavar="VERSION", help="Release of the base  [default: the newest].")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option(
    "--conflict",
    type=click.Choice(["stop", "inline"]),
    default="stop",
    show_default=True,
    help="When both changed the same lines: write nothing, or add markers to the overrides.",
)
@click.option("--abort", is_flag=True, help="Take the last pull back, unless its files were changed since.")
@overlay.folder()
@overlay.json
@overlay.quiet
def pull(
    *, wanted: str | None, dry_run: bool, conflict: str, abort: bool, folder: Path, json_: bool, quiet: bool
) -> None:
    """Move the overlay to another release of the base, merge the overrides, and build: all of it, or nothing."""
    from scaffold.errors import CONFLICTS
    from scaffold.show import template as show
    from scaffold.show.say import say_json
    from scaffold.template.work import take_back
    from scaffold.update.versions import target

    if abort:
        show.taken_back(take_back(folder.absolute()), quiet=quiet)
        return
    platform = overlay.opened(folder)
    new = target(platform.base.revision, wanted, platform.base.history)
    found = platform.pull(platform.base.at(new), dry_run=dry_run, inline=conflict == "inline")
    if json_:
        say_json(show.pull_record(found, dry_run=dry_run))
    else:
        show.pulled(found, dry_run=dry_run, quiet=quiet)
    if found.conflicts:
        raise click.exceptions.Exit(CONFLICTS)


@template.command(
    short_help="Test the template by its goldens, and by what any service must be.",
    epilog=examples("scaffold template test", "scaffold template test --accept"),
)
@click.option("--accept", is_flag=True, help="Write the goldens again; review them with git diff.")
@click.option("--golden", "-k", "names", multiple=True, metavar="NAME", help="Only this golden; several times.")
@click.option("--copier/--no-copier", default=True, help="Compare each golden with plain Copier, too (the default).")
@overlay.folder()
@overlay.json
@overlay.quiet
def test(*, accept: bool, names: tuple[str, ...], copier: bool, folder: Path, json_: bool, quiet: bool) -> None:
    """Render each golden in platform/goldens, compare it with what is kept, and test each service.

    Its files must be free of unrendered Jinja and valid, `scaffold check` clean, and each choice must render. A service
    of the last release that is updated must be the same as a new one. Plain Copier, if it is installed beside scaffold,
    must give the same service. Exit 1 when something is wrong.
    """
    from scaffold.cli.judges import checked, tried, updater
    from scaffold.show import template as show
    from scaffold.show.say import say_json
    from scaffold.template.goldens import LAW, goldens_of
    from scaffold.template.laws import Judges
    from scaffold.template.laws import test as run

    platform = overlay.opened(folder)
    judges = Judges(checked, tried, updater(platform.root, platform.overlay.url, names), copier)
    goldens = goldens_of(platform.root, names)
    found = run(platform, goldens, judges)
    if accept:
        platform.accept(found.rendered)
    troubles = [each for each in found.troubles if not (accept and each.law == LAW)]
    accepted = len(found.troubles) - len(troubles)
    if json_:
        say_json(show.test_record(found, troubles, accepted))
    else:
        show.tested(found, troubles, accepted, quiet=quiet)
    if troubles:
        raise click.exceptions.Exit(1)


@template.command(short_help="Release the template: changelog, commit and tag.")
@click.argument("version")
@click.option("--dry-run", is_flag=True, help="Show the section of the changelog; write nothing.")
@overlay.folder()
@overlay.quiet
def release(version: str, *, dry_run: bool, folder: Path, quiet: bool) -> None:
    """Give the changes in platform/changes.yml the VERSION, write CHANGELOG.md, build, commit and tag.

    You push the commit and the tag yourself.
    """
    from datetime import UTC, datetime

    from scaffold.show import template as show

    day = datetime.now(UTC).date()
    found = overlay.opened(folder).release(version, day, dry_run=dry_run)
    show.released(found, day, dry_run=dry_run, quiet=quiet)


template.add_command(backstage)
