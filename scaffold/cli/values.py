"""Refuses wrong values of options before any work, where click has no type for them: callbacks of click.option."""

from __future__ import annotations

import click


def image(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return an image reference as it was written.

    Raises:
        click.BadParameter: when it is not an image reference.
    """
    from scaffold.kubernetes.references import InvalidReferenceError, parse_reference

    if value is not None:
        try:
            parse_reference(value)
        except InvalidReferenceError as error:
            raise click.BadParameter(str(error), param=param) from error
    return value


def branch(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return the name of a branch.

    Raises:
        click.BadParameter: when git does not accept that name.
    """
    from scaffold.git.names import is_branch_name

    if value is not None and not is_branch_name(value):
        message = f"{value!r} is not a name that git accepts for a branch; for example template-update."
        raise click.BadParameter(message, param=param)
    return value


def registries(_: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the registries that were given, each a host or host:port.

    Raises:
        click.BadParameter: when one is neither.
    """
    from scaffold.kubernetes.references import is_host

    for value in values:
        if not is_host(value):
            message = f"{value!r} is not a registry; write HOST or HOST:PORT, for example localhost:5000."
            raise click.BadParameter(message, param=param)
    return values


def build_arguments(_: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return build arguments as Docker takes them: NAME=VALUE, or NAME for the variable of that name.

    Raises:
        click.BadParameter: when one has no name.
    """
    for value in values:
        if not value.partition("=")[0].strip():
            message = f"{value!r} has no name; write NAME=VALUE, for example VERSION=1.2.3."
            raise click.BadParameter(message, param=param)
    return values
