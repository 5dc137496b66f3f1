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
    source = kind(cli, {}, "scaffold", "_SCAFFOLD_COMPLETE").source()
    for before, after in _CHANGES[shell]:
        assert before in source, "click's script has changed"
        source = source.replace(before, after)
    click.echo(source)
    if shell == "bash":
        click.echo("# KEY=VALUE is one word\nCOMP_WORDBREAKS=${COMP_WORDBREAKS//=}")


_ZSH = "        _describe -V unsorted completions_with_descriptions -U"
_ZSH_WITHOUT_BLANK = f"""\
        local -a suffix
        [[ ${{completions_with_descriptions[1]%%:*}} == *[=.] ]] && suffix=(-S '')
{_ZSH} "${{suffix[@]}}\""""
_CHANGES = {
    "bash": [("    return 0\n", "    [[ ${COMPREPLY[0]} == *[=.] ]] && compopt -o nospace\n\n    return 0\n")],
    "zsh": [(_ZSH, _ZSH_WITHOUT_BLANK)],
    "fish": [('string split ","', 'string split --max 1 ","')],
}
"""What click's scripts lack: no blank after `KEY=` and `LIST.`, as more follows; in fish a comma ends no help text."""
