"""The one way out to other programs: it cleans what they see of us, and bounds what they may take.

No other package starts a program. What a repository names (a folder, a chart, an object) goes through `operand`, so
that no name reaches a program as an option. `environments` shows which module starts what, and what that sees.
"""

from scaffold.programs.bounded import run_bounded
from scaffold.programs.environments import bare_environment, users_environment
from scaffold.programs.outcome import (
    MIB,
    NOTHING,
    PIPE,
    Bounds,
    Done,
    MissingError,
    Process,
    ProgramError,
    operand,
)
from scaffold.programs.start import run, start

__all__ = [
    "MIB",
    "NOTHING",
    "PIPE",
    "Bounds",
    "Done",
    "MissingError",
    "Process",
    "ProgramError",
    "bare_environment",
    "operand",
    "run",
    "run_bounded",
    "start",
    "users_environment",
]
