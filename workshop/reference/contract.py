"""docs/reference/contract.md: an introduction to the contract, which each service has as CONTRACT.md."""

from __future__ import annotations

from scaffold.engine.contract import FILE, read_contract
from workshop.goldens import ROOT
from workshop.reference.markdown import page, paragraph, table

_EXAMPLE = "examples/defaults/CONTRACT.md"
_SECTIONS = {
    "Commands": ("commands", "the sub-commands of the service's program"),
    "Environment": ("environment", "the environment variables, their types and defaults"),
    "Probes": ("probes", "the paths of the probes, and their status codes over the life of a process"),
    "Routes": (
        "routes",
        "the routes of the business port, what they answer to each method, and the fields of the response",
    ),
    "Errors": ("problems", "the status codes of errors, and the fields of their body"),
    "Slow clients": ("slow_clients", "how long a client may take to send a request and to read the response"),
    "Request ids": ("request_id", "the header that carries a request's id"),
    "Logs": ("logs", "the fields of a log line, and the fixed messages"),
    "Traces": ("traces", "the spans, the fields of log lines, and the variables of OpenTelemetry"),
    "Metrics": ("metrics", "the names, types and labels of the metrics"),
    "Stop": ("stop", "what happens after SIGTERM, and the exit codes"),
    "Differences": ("differences", "what the framework of a language does in another way"),
}


def make() -> str:
    """Return the page.

    Raises:
        ValueError: when a section of the contract is not named here, or the rendered contract has another heading.
    """
    told = read_contract(ROOT).told
    headings = [line[3:] for line in (ROOT / _EXAMPLE).read_text().splitlines() if line.startswith("## ")]
    if headings != list(_SECTIONS) or any(key not in told for key, _ in _SECTIONS.values()):
        raise ValueError(f"{_EXAMPLE} has other sections than workshop/reference/contract.py")
    rows = [
        (f"[{title}](../../{_EXAMPLE}#{title.lower().replace(' ', '-')})", what)
        for title, (_, what) in _SECTIONS.items()
    ]
    return page(
        "The contract of a service",
        f"{FILE} and {_EXAMPLE}",
        paragraph(
            "Every generated service behaves the same towards its callers, its platform and its monitoring. The "
            "few differences between languages are listed. This contract is a file of the service: `CONTRACT.md`."
        ),
        paragraph(f"Read it [as it is generated](../../{_EXAMPLE}). It has these sections:"),
        table(("section", "what it defines"), rows),
        paragraph(
            f"`CONTRACT.md` is rendered from [{FILE.rpartition('/')[2]}](../../{FILE}). The tests of the template read "
            "the same file, and hold the services of all languages to it. `scaffold prove` reads it, too."
        ),
        paragraph(
            "Your service may do more than its contract says. When you change what the contract says, change "
            "`CONTRACT.md` with it: the alerts, the probes and the experiments rely on it."
        ),
    )
