"""What the answers of a service with its own code show: our contract does not hold for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scaffold.errors import FileError
from scaffold.prove.subject.subject import JobCommand, Port, Probes, Subject


def with_own_code(subject: Subject, answers: Mapping[str, Any]) -> Subject:
    """Return the subject, of which the answers are known that generated code has, too, with those of own code.

    No configuration of ours is tried on it. It finds its port by a variable only if a limiter moves it in the pod.
    """
    moves = answers.get("limiter") in ("envoy", "nginx")
    ports = tuple(replace(each, variable=each.variable if moves else "") for each in subject.ports)
    number, kind = int(answers["probe_port"]), answers["probe_kind"]
    of_probes = None if kind == "exec" or number in [each.number for each in ports] else Port("probes", number)
    paths = [str(answers[f"{each}_path"]) for each in ("startup", "readiness", "liveness")] if kind == "http" else []
    settings = {each["name"]: str(each["value"]) for each in answers.get("settings") or ()}
    return replace(
        subject,
        ports=ports,
        admin=of_probes,
        probes=Probes(*paths),
        env={**settings, **subject.env},
        jobs=tuple(_as_program(each) for each in subject.jobs),
        drains=bool(answers["drains"]),
        dockerfile=str(answers["dockerfile"]),
        context=str(answers["build_context"]),
    )


def _as_program(job: JobCommand) -> JobCommand:
    return replace(job, program=job.args[0], args=job.args[1:])


def refuse_other_protocols(answers: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
    """Refuse a service whose probes show that it may not speak HTTP, unless a setting names what to request.

    Raises:
        FileError: when nothing shows that it does.
    """
    kind = answers.get("probe_kind", "http")
    if answers.get("code") == "own" and kind in ("tcp", "grpc") and "path" not in chosen:
        raise FileError(
            f"Nothing was measured: probe_kind is {kind}, and the experiments send HTTP requests. If the service "
            'responds to HTTP, too, set a path of it in .scaffold.toml: path = "/" below [prove].'
        )
