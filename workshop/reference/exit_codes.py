"""docs/reference/exit-codes.md: what each exit code means, with an example and what to do."""

from __future__ import annotations

import re

from scaffold.cli import EXIT_CODES
from workshop import stage
from workshop.reference.markdown import block, page, paragraph, sentence, table

EXAMPLES = {
    0: ("The command did what you asked. `check` found nothing that `--fail-on` counts.", "Nothing."),
    1: ("`check` found an error.", "Read what the command printed, and fix or suppress it."),
    2: ("`scaffold check --nwe-only`", "Correct the command line. `scaffold COMMAND --help` lists the options."),
    3: ("`scaffold new --data replicas=1`", "Change the answer. [Questions](questions.md) has the rules."),
    4: ("`scaffold new .` in a folder that holds files; a full disk.", "Choose another folder, or make room."),
    5: ("`scaffold update` without git on the PATH.", "Install git, or do what git's own message says."),
    6: ("Files of the installed template are missing or broken.", "Install scaffold again, and report the message."),
    7: ("`scaffold pin` got no response from a registry.", "Log in with `docker login`, or try again later."),
    8: (
        "`scaffold update`, where you changed the same line.",
        "Resolve them, or run `scaffold update --abort`.",
    ),
    9: ("`scaffold prove` without Docker or Podman.", "Start the runtime or the cluster. Name it if there are two."),
    10: ("`scaffold update` with uncommitted changes.", "Commit or stash the changes, or repair the answers file."),
    11: ("`scaffold new --vcs-ref 9.9.9`", "Choose a version that exists, or upgrade scaffold."),
    12: (
        "An unknown key in `.scaffold.toml`.",
        "Correct the file in the message; see [settings](settings.md).",
    ),
    13: ("`scaffold prove`, and the Dockerfile does not build.", "Read the last lines of the build in the message."),
    70: ("An exception that scaffold does not expect.", "Report it with the log file that the message names."),
    130: ("Ctrl-C.", "Run the command again. `scaffold new --resume` continues with your answers."),
    143: ("The CI system ended the job.", "The same as for 130."),
}
"""Each code: an example of what causes it, and what to do then."""

_SHOWN = ("scaffold new payments --defaults --data replica=3", "scaffold status")


def meanings() -> dict[int, str]:
    """Return every code with its meaning, as `scaffold --help` has them."""
    return {int(code): text for code, text in re.findall(r"^  (\d+)\s+(.+)$", EXIT_CODES, re.MULTILINE)}


def make() -> str:
    """Return the page.

    Raises:
        ValueError: when a code has no example here, or an example no code.
    """
    told = meanings()
    if told.keys() != EXAMPLES.keys():
        raise ValueError(f"workshop/reference/exit_codes.py has other codes than {sorted(told)}")
    rows = [(str(code), sentence(meaning), *EXAMPLES[code]) for code, meaning in told.items()]
    return page(
        "Exit codes",
        "scaffold/cli/__init__.py and workshop/reference/exit_codes.py",
        paragraph("An error is one message on standard error, which names the cause. The code is the kind of error."),
        *(_shown(line) for line in _SHOWN),
        table(("code", "meaning", "for example", "what to do"), rows),
        "## In scripts and pipelines",
        paragraph(
            "`check`, `status` and `pin --check` use 1 for a result, and higher codes for errors. So a pipeline can "
            "distinguish a finding from a broken run. `scaffold check --fail-on never` never exits with 1."
        ),
        paragraph(
            "A command that works on several folders exits with the highest code of them. With `--json`, an error is "
            "also written to standard output, as an object with the keys `error` and `exit_code`."
        ),
    )


def _shown(line: str) -> str:
    with stage.empty(only_git=True) as place:
        ran = place.run(line)
    return block("console", f"$ {line}\n{ran.output}{ran.errors.rstrip()}\n$ echo $?\n{ran.code}")
