"""Manifests: the Jobs and CronJobs of the service's image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.images import repository_of
from scaffold.adopt.proposal import Proposed
from scaffold.check.model.workloads import Job
from scaffold.syntax.yaml_nodes import Value

STRENGTH = strength.RUNS

_UTC = ("UTC", "Etc/UTC")
_DEADLINE, _RETRIES = 600, 6  # the template's, and Kubernetes' own


def facts(found: Found) -> Iterator[Fact]:
    """Yield the jobs of production."""
    live = found.production
    if live is None:
        return
    value, places, sure = [], [], True
    for job in live.jobs:
        at = found.at(job.at)
        words = _words(found, live, job)
        wrong = _wrong(live, job, words)
        if wrong:
            yield f"{at}: {job.kind} {job.name} {wrong}; write it by hand as a job of the template."
            continue
        record, known = _record(live, job, words)
        sure = sure and known
        value.append(record)
        places.append(at)
        if job.name != f"{live.server.name}-{record['name']}":
            yield (
                f"{at}: {job.kind} {job.name} gets the name {live.server.name}-{record['name']}; delete "
                "the old object after the first deployment, so that only one of them runs."
            )
    if value:
        why = "they run the image of the service" + ("" if sure else "; the time limit is a guess")
        yield Proposed("jobs", value, why, tuple(places), sure=sure)


def _container(live: Environment, job: Job) -> Value | None:
    own = repository_of(live.container)
    return next((each.value for each in job.containers if each.image and repository_of(each) == own), None)


def _words(found: Found, live: Environment, job: Job) -> list[str]:
    """Return the program and its arguments; those of the image count where the job names only arguments."""
    container = _container(live, job)
    if container is None:
        return []
    command, arguments = container.item_texts("command"), container.item_texts("args")
    entry = found.dockerfile.effective("ENTRYPOINT")
    return [*(command or (entry.words if entry and entry.words else [])), *arguments]


def _name(live: Environment, job: Job) -> str:
    return job.name.removeprefix(f"{live.server.name}-")


def _schedule(job: Job) -> str:
    return (job.value.text("spec", "schedule") or "") if job.kind == "CronJob" else ""


def _wrong(live: Environment, job: Job, words: Sequence[str]) -> str:
    """Return what of a job has no answer, to complete a sentence; nothing where all has one."""
    name, schedule = _name(live, job), _schedule(job)
    if not fits.is_short_name(name) or len(f"{live.server.name}-{name}") > 52:
        return "has a name that a job of the template can't have"
    if not words or any(" " in word for word in words) or not fits.is_command(" ".join(words)):
        return "runs a script or a program that no answer can name"
    if schedule and not fits.is_schedule(schedule):
        return f"has the schedule {schedule}, which is not five numeric fields"
    zone = job.value.text("spec", "timeZone")
    return "has a time zone" if zone and zone not in _UTC else ""


def _record(live: Environment, job: Job, words: Sequence[str]) -> tuple[dict[str, Any], bool]:
    """Return the record of a job, and whether its time limit is sure."""
    spec = job.job
    deadline = spec.number("activeDeadlineSeconds") if spec else None
    retries = spec.number("backoffLimit") if spec else None
    known = deadline is not None and 1 <= deadline <= 604800
    record: dict[str, Any] = {
        "name": _name(live, job),
        "command": " ".join(words),
        "deadline": deadline if known else _DEADLINE,
        "retries": min(_RETRIES if retries is None else retries, 20),
    }
    if schedule := _schedule(job):
        record["schedule"] = schedule
    return record, known
