"""docs/reference/cli.md: what `--help` says, of every command."""

from __future__ import annotations

import click

from scaffold.cli import COMMANDS, cli
from workshop.reference.markdown import block, page, paragraph, table

_WIDTH = 80


def make() -> str:
    """Return the page."""
    top = cli.make_context("scaffold", ["--help"], resilient_parsing=True)
    top.terminal_width = top.max_content_width = _WIDTH
    commands = {name: _command(top, name) for name in COMMANDS}
    rows = [(f"[`{name}`](#scaffold-{name})", each.get_short_help_str(_WIDTH)) for name, each in commands.items()]
    sections = [_section(each, name, top) for name, each in commands.items()]
    return page(
        "Commands",
        "the options in scaffold/cli/",
        paragraph("This page shows the `--help` of every command. [Exit codes](exit-codes.md) explains the codes."),
        table(("command", "does"), rows),
        f"## scaffold\n\n{_block('scaffold --help', cli.get_help(top))}",
        *sections,
    )


def _section(command: click.Command, name: str, top: click.Context) -> str:
    """Return a command's help, and below it that of each command of its own."""
    parts = [f"## scaffold {name}\n\n{_help(command, name, top)}"]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=top)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                parts.append(f"### scaffold {name} {inner}\n\n{_help(found, inner, context, f'{name} {inner}')}")
    return "\n\n".join(parts)


def _command(top: click.Context, name: str) -> click.Command:
    command = cli.get_command(top, name)
    assert command is not None
    return command


def _help(command: click.Command, name: str, top: click.Context, whole: str = "") -> str:
    context = click.Context(command, info_name=name, parent=top)
    return _block(f"scaffold {whole or name} --help", command.get_help(context))


def _block(line: str, text: str) -> str:
    return block("console", f"$ {line}\n" + "\n".join(each.rstrip() for each in text.splitlines()))
