"""The program: `python -m app serve`, or a job by its name."""

import asyncio
import logging
import os
import sys

import uvloop

from app import logs, tracing
from app.config import ConfigurationError, load
from app.job import run_job
from app.jobs import JOBS
from app.serve import serve

log = logging.getLogger(__name__)

USAGE = 2
CONFIGURATION = 78  # EX_CONFIG of sysexits.h


def main(arguments: list[str]) -> int:
    logs.configure(version=os.environ.get("SERVICE_VERSION", "0.0.0"))
    command, *rest = arguments or ["serve"]
    known = ["serve", *JOBS]
    if command == "help":
        log.info("commands", extra={"known": known})
        return 0
    if command not in known:
        log.error("unknown sub-command", extra={"command": command, "known": known})
        return USAGE
    try:
        settings = load()
    except ConfigurationError as error:
        log.error("configuration refused", extra={"errors": error.errors})
        return CONFIGURATION
    logs.configure(settings.log_level, settings.service_version)
    tracing.start(settings.service_version)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if command == "serve":
            return runner.run(serve(settings))
        return runner.run(run_job(command, JOBS[command], rest, settings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
