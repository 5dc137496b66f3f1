"""P05: logs to stdout."""

from __future__ import annotations

import json
import re
import tarfile
from io import BytesIO

from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Record, Stage

REQUESTS = 10
UNKNOWN = "/no/such/route"
LOG_FILE = re.compile(r"/var/log/.*|.*\.(log|log\.\d+|out|err)")


def lines(lab: ContainerLab, record: Record) -> None:
    """Serve a few requests, right and wrong ones, stop, and parse every line that was written."""
    with lab.serve() as container:
        _ask(lab, container)
        container.signal(lab.stage.stop_signal)
        container.wait((lab.subject.shutdown_seconds or 10) + 5)
        out, err = (text.splitlines() for text in container.logs())
    record.measure("lines on stdout", len(out))
    record.measure("lines on stderr", len(err))
    for name, written in (("stdout", out), ("stderr", err)):
        wrong = [line for line in written if not _is_event(line)]
        record.expect(
            not wrong,
            f"{len(wrong)} lines on {name} are not JSON objects, the first: {wrong[0][:120]!r}" if wrong else "",
        )
    record.expect(bool(out), "nothing was written to stdout")


def _is_event(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def log_files(lab: ContainerLab, record: Record) -> None:
    """Serve from a root that can be written to; see which files were written, and which grow with the requests.

    A file is a log when it is called so, or when it grows while requests come. Other files are for P06.
    """
    with lab.serve(writable=False) as container:
        _ask(lab, container)
        before = _written(container)
        _ask(lab, container)
        lab.clock.sleep(0.5)
        after = _written(container)
    logs = [path for path, count in after.items() if LOG_FILE.fullmatch(path) or count > before.get(path, count)]
    record.measure("files written", len(after))
    record.measure("log files", len(logs))
    record.expect(not logs, f"it logs to files, which nobody collects and which fill the disk: {', '.join(logs[:3])}")


def _ask(lab: ContainerLab, container: RunningContainer) -> None:
    port = lab.subject.ports[0].name
    for number in range(REQUESTS):
        container.ask(port, UNKNOWN if number % 3 == 2 else lab.subject.path)


def _written(container: RunningContainer) -> dict[str, int]:
    """Return each regular file that was written since the start, with its size."""
    found = {}
    for path in container.changes():
        archive = container.copy(path)
        if archive:
            with tarfile.open(fileobj=BytesIO(archive)) as members:
                first = members.next()
                if first and first.isfile():
                    found[path] = first.size
    return found


EXPERIMENTS = (
    Experiment(
        "P05-lines", Stage.CONTAINER, "Is every line of its logs JSON?", "every line is a JSON object", lines, 120
    ),
    Experiment("P05-files", Stage.CONTAINER, "Does it write log files?", "no log file is written", log_files),
)
