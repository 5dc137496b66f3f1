"""The entry point: turns errors into one line and an exit code, so that a user never sees a traceback."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from scaffold.errors import INTERNAL, INTERRUPTED, DestinationError, ScaffoldError

_REFUSED = DestinationError.exit_code
"""What the exit code is where the machine refuses: no room, no memory, no working folder."""

_NO_MEMORY = b"error: there is not enough memory for this. Check fewer files at once, or give scaffold more memory.\n"
_NO_MEMORY_IN_JSON = b'{"error": "there is not enough memory for this", "exit_code": %d}\n' % _REFUSED

_WINDOWS = (
    "scaffold runs on Linux, macOS and WSL 2, not on Windows itself. "
    "Open a WSL terminal (`wsl --install` sets it up), and install scaffold there."
)


class Terminated(KeyboardInterrupt):
    """Raised in the middle of the work by SIGTERM or SIGHUP, as ^C raises its parent: all that cleans up does so."""

    exit_code = 128


def main() -> NoReturn:
    """Run the command line and exit."""
    _take_signals()
    try:
        _open_streams()
        code = run(sys.argv[1:])
        code = _flushed(code, sys.argv[1:])
        _report_the_cache(sys.argv[1:])
    except KeyboardInterrupt as error:  # between two commands of ours
        code = _interrupted(error)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: a late ^C has nothing to interrupt
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line; return its exit code. Imports are inside, where ^C gives no traceback either."""
    if os.name == "nt":
        return _fail(_WINDOWS, _REFUSED, arguments)
    try:
        os.getcwd()  # noqa: PTH109 -- nothing else is imported yet
        from scaffold.cli import cli

        code = cli.main(arguments, prog_name="scaffold", standalone_mode=False)
    except KeyboardInterrupt as error:
        return _interrupted(error)
    except SystemExit as error:  # of a shell's completion; otherwise click found that the reader is gone
        return error.code if isinstance(error.code, int) and "_SCAFFOLD_COMPLETE" in os.environ else 0
    except MemoryError as error:
        error.__traceback__ = error.__context__ = None  # what its frames hold is free now
        return _out_of_memory(arguments)
    except Exception as error:
        return _reported(error, arguments)
    return code if isinstance(code, int) else 0  # click returns the code of an Exit


def _take_signals() -> None:
    """Let ^C, SIGTERM and SIGHUP end the work once: what cleans up after the first is not interrupted by the next."""
    numbers = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]

    def end(number: int, _: object) -> None:
        for each in numbers:  # programs that clean up for us get no ^C either; they do not ignore the others
            signal.signal(each, signal.SIG_IGN if each == signal.SIGINT else lambda *_: None)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        error = Terminated()
        error.exit_code = 128 + number
        raise error

    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, end)


def _open_streams() -> None:
    """Make sure of three streams that take any text: one that is closed would be the next file that is opened."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # the lowest number that is free; a result that can't be written is reported
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _report_the_cache(arguments: list[str]) -> None:
    """Print why the cache was not used, where somebody can fix that; a command without need of it prints nothing."""
    cache = sys.modules.get("scaffold.files.cache")
    if cache is None or not {"-q", "--quiet"}.isdisjoint(arguments):
        return
    for note in cache.notes():
        _complain(f"note: {note}")


def _flushed(code: int, arguments: list[str]) -> int:
    """Write what is left of the output; return the exit code."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return _reported(error, arguments)
    return code


def _reported(error: Exception, arguments: list[str]) -> int:
    """Print an error in one sentence; return its exit code."""
    import click

    if isinstance(
        error, click.exceptions.Abort
    ):  # of ^C, or of an EOFError: those of prompts are interruptions already
        first = error.__cause__ or error
        return _bug(arguments) if isinstance(first, EOFError) else _interrupted(first)
    if isinstance(error, click.ClickException):
        return _wrong_usage(error, arguments)
    if isinstance(error, ScaffoldError):
        return _fail(str(error), error.exit_code, arguments, lines=error.lines)
    if isinstance(error, OSError):
        return _system_refused(error, arguments)
    if isinstance(error, RecursionError):
        return _fail("something is nested too deeply for scaffold; name fewer files.", _REFUSED, arguments)
    return _bug(arguments)


def _bug(arguments: list[str]) -> int:
    return _fail(f"a bug in scaffold; please report it with {_save_traceback()}.", INTERNAL, arguments)


def _system_refused(error: OSError, arguments: list[str]) -> int:
    """Print what the system refused; the reader of our output may go away at any time."""
    try:
        sys.stdout.flush()
    except OSError as again:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # drop the rest
        if isinstance(again, BrokenPipeError):
            return 0
        return _fail(f"the output can't be written: {again.strerror}.", _REFUSED, [])
    if isinstance(error, BrokenPipeError):
        return 0
    return _fail(_why(error), _REFUSED, arguments)


def _why(error: OSError) -> str:
    if not error.filename:
        what = error.strerror or str(error)
        if isinstance(error, FileNotFoundError) and "temporary" in what:
            return "there is no folder for temporary files; create one, and set TMPDIR to it."
        if isinstance(error, FileNotFoundError):
            return "the working folder does not exist any more; change to another one."
        return f"the output, or a file, can't be read or written: {what}."
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    return f"{name}: {error.strerror}."


def _wrong_usage(error: object, arguments: list[str]) -> int:
    """Print what is wrong with the command line, and where its help is."""
    import click

    from scaffold.text.printable import sentence

    assert isinstance(error, click.ClickException)
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click before 8.2 prints the help itself
        _complain(error.format_message())
        return error.exit_code
    message = sentence(error.format_message())
    if "--json" in arguments:
        _print_json(message, error.exit_code)
    context = getattr(error, "ctx", None)
    if context is not None:
        names = context.help_option_names
        hint = f"Try '{context.command_path} {names[-1]}' for help.\n\n" if names else ""
        _complain(f"{context.get_usage()}\n{hint}Error: {message}")
    else:
        _complain(f"Error: {message}")
    return error.exit_code


def _interrupted(error: BaseException) -> int:
    """Print what is left: nothing, unless the interrupted code has its own message."""
    left = str(error) if isinstance(error, KeyboardInterrupt) else ""
    _complain(f"\nInterrupted: {left or 'nothing was written.'}")
    return error.exit_code if isinstance(error, Terminated) else INTERRUPTED


def _out_of_memory(arguments: list[str]) -> int:
    """Print that memory is out, without needing any."""
    if "--json" in arguments:
        os.write(1, _NO_MEMORY_IN_JSON)
    os.write(2, _NO_MEMORY)
    return _REFUSED


def _fail(message: str, code: int, arguments: list[str], *, lines: bool = False) -> int:
    from scaffold.text.printable import sentence

    shown = sentence(message, lines=lines)
    if "--json" in arguments:
        _print_json(message, code)
    _complain(f"\x1b[31merror: \x1b[0m{shown}" if _coloured() else f"error: {shown}")
    return code


def _complain(text: str) -> None:
    """Write to standard error, where it can be written."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nobody can read it; the exit code stays


def _print_json(message: str, code: int) -> None:
    from scaffold.show.say import say_json

    try:
        say_json({"error": message, "exit_code": code})
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _coloured() -> bool:
    return "NO_COLOR" not in os.environ and sys.stderr.isatty()


def _save_traceback() -> str:
    """Write the traceback, which shows no values, where only the user can read it; return what to report."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="scaffold-", suffix=".log", delete=False) as log:
            traceback.print_exc(file=log)
    except OSError:
        _complain(traceback.format_exc())
        return "the traceback above"
    return log.name


if __name__ == "__main__":
    main()
