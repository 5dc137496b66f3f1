"""The command line: it parses and presents. A command is a module of its own, imported when it runs."""

from __future__ import annotations

from importlib import import_module

import click

from scaffold.text.nearest import suggest

EXIT_CODES = """\b
Exit codes:
  0    done
  1    something was found (`check`, `status`, `pin --check`), nothing could be checked, or an experiment failed
  2    wrong usage of the command line
  3    an answer is invalid or unknown, or its file can't be read
  4    the destination can't be written, or the system refuses
  5    git is missing or refused
  6    the template is broken
  7    a container registry did not respond as it should
  8    an update left conflicts to resolve
  9    there is no container runtime or no cluster
  10   the service's own state forbids an update
  11   there is no such version of the template
  12   a file is invalid: your own settings, or one in the service's folder
  13   the image can't be built or found
  70   a bug in scaffold
  130  interrupted by ^C
  143  ended by SIGTERM"""

COMMANDS = ("new", "update", "status", "check", "questions", "pin", "prove", "template", "docs", "completion")
"""The commands, in the order in which people meet them; each is a function in the module of its name."""

_COMMANDS = f"The commands are {', '.join(COMMANDS)}."


class Group(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"scaffold.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse a command that does not exist, with the nearest name."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]}. {suggest(args[0], COMMANDS, _COMMANDS)}")
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context) -> None:
    """Print what really runs: in a checkout, or built from one, with the number of commits after the release."""
    from scaffold.releases.history import installed

    click.echo(f"scaffold, version {installed().here.removeprefix('v')}")
    ctx.exit()


@click.group(
    cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EXIT_CODES
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, asked: _print_version(ctx) if asked else None,
    help="Show the version and exit.",
)
def cli() -> None:
    """Answer a few questions, get a Kubernetes service that is ready for production."""
