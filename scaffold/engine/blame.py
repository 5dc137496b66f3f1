"""Which line of a template an error comes from, and what it was, in one line."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from jinja2 import Template, TemplateSyntaxError

from scaffold.engine import bounds

_LONGEST = 300


def where(error: BaseException, shown: str, root: Path) -> str:
    """Return the place of an error as `file, line 3`; `shown` is what was rendered, which may have included the file.

    `root` is the template's folder, below which its files are named.
    """
    file, line = _innermost(error)
    name = _name(file, root)
    if name is None or name == shown:
        return f"{shown}, line {line}" if line else shown
    return f"{shown}: {name}, line {line}"


def _innermost(error: BaseException) -> tuple[str | None, int | None]:
    if isinstance(error, TemplateSyntaxError):
        return error.filename, error.lineno
    found: tuple[str | None, int | None] = (None, None)
    step = error.__traceback__
    while step is not None:
        found = _in_template(step) or found
        step = step.tb_next
    return found


def _in_template(step: TracebackType) -> tuple[str | None, int | None] | None:
    """Return file and line of a step that runs a template: as Jinja has rewritten it, or in the code that it made."""
    names = step.tb_frame.f_globals
    if "__jinja_exception__" in names:
        return step.tb_frame.f_code.co_filename, _line(step)
    template = names.get("__jinja_template__")
    if isinstance(template, Template):
        return template.filename, template.get_corresponding_lineno(_line(step))
    return None


def _line(step: TracebackType) -> int:
    """Return the line of a step. Python adds instructions that have none: then that of the one before."""
    code = step.tb_frame.f_code
    before = [line for start, _, line in code.co_lines() if line is not None and start <= step.tb_lasti]
    return step.tb_lineno or (before or [code.co_firstlineno])[-1]


def _name(file: str | None, root: Path) -> str | None:
    """Return the name of a file of the template; None for a string, which is not a file."""
    if not file or file.startswith("<"):
        return None
    try:
        return Path(file).relative_to(root).as_posix()
    except ValueError:
        return None


def what(error: BaseException) -> str:
    """Return what was wrong, in one line and without a full stop at its end."""
    if isinstance(error, MemoryError | bounds.TimeIsUp):
        return f"it {bounds.reason(error)}"
    if isinstance(error, RecursionError):
        return "it calls itself without end"
    text = " ".join(str(error).split()) or type(error).__name__
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])
    return shown.rstrip(".")
