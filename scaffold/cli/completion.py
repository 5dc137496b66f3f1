"""`scaffold completion`."""

from __future__ import annotations

import click

from scaffold.cli.help import examples


@click.command(
    epilog=examples(
        'eval "$(scaffold completion bash)"', "scaffold completion fish > ~/.config/fish/completions/scaffold.fish"
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class

    from scaffold.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None, "click knows the three shells"
    click.echo(kind(cli, {}, "scaffold", "_SCAFFOLD_COMPLETE").source())
    if shell == "bash":
        click.echo("# KEY=VALUE is one word\nCOMP_WORDBREAKS=${COMP_WORDBREAKS//=}")
