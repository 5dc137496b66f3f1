"""The entry point: turns errors into one line and an exit code, so that a user never sees a traceback."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from scaffold.errors import INTERNAL, INTERRUPTED, ScaffoldError


def main() -> NoReturn:
    """Run the command line and exit."""
    code = run(sys.argv[1:])
    _tell_of_the_cache(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said and done: a late ^C has nothing to interrupt
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line; return its exit code. What it imports is imported here, where ^C is no traceback either."""
    try:
        import click

        from scaffold.cli import cli
    except KeyboardInterrupt:
        return _interrupted()
    try:
        code = cli.main(arguments, prog_name="scaffold", standalone_mode=False)
    except click.ClickException as error:
        if "--json" in arguments:
            _tell_in_json(error.format_message(), error.exit_code)
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        first = error.__cause__ or error  # click makes an Abort of ^C, and of an EOFError
        if isinstance(first, EOFError):  # no prompt's: theirs are interruptions already
            return _bug(arguments)
        return _interrupted(str(first) if isinstance(first, KeyboardInterrupt) else "")
    except ScaffoldError as error:
        return _fail(str(error), error.exit_code, arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader is gone: leave the rest unsaid
        return 0
    except Exception:
        return _bug(arguments)
    return code if isinstance(code, int) else 0  # click returns the code of an Exit


def _tell_of_the_cache(arguments: list[str]) -> None:
    """Say why the cache was not used, where somebody can mend that; a command that had no need of it says nothing."""
    cache = sys.modules.get("scaffold.cache")
    if cache is None or not {"-q", "--quiet"}.isdisjoint(arguments):
        return
    with suppress(OSError):  # nobody reads it
        for note in cache.notes():
            sys.stderr.write(f"note: {note}\n")


def _interrupted(left: str = "") -> int:
    """Say what is left: nothing, unless who was interrupted says something else."""
    sys.stderr.write(f"\nInterrupted: {left or 'nothing was written.'}\n")
    return INTERRUPTED


def _bug(arguments: list[str]) -> int:
    return _fail(f"a bug in scaffold; please report it with {_save_traceback()}.", INTERNAL, arguments)


def _fail(message: str, code: int, arguments: list[str]) -> int:
    if "--json" in arguments:
        _tell_in_json(message, code)
    import click

    click.echo(click.style("error: ", fg="red") + message if _coloured() else f"error: {message}", err=True)
    return code


def _tell_in_json(message: str, code: int) -> None:
    from scaffold.present import as_json

    as_json({"error": message, "exit_code": code})


def _coloured() -> bool:
    return "NO_COLOR" not in os.environ and sys.stderr.isatty()


def _save_traceback() -> str:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="scaffold-", suffix=".log", delete=False) as log:
        traceback.print_exc(file=log)
    return log.name


if __name__ == "__main__":
    main()
