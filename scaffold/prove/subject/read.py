"""Gathers a subject from what is known of it: manifests, answers, the settings of its folder, the command line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from scaffold.engine.answers_file import NAME as ANSWERS_FILE
from scaffold.engine.answers_file import read_all
from scaffold.engine.contract import Contract, read_contract
from scaffold.errors import FileError, ScaffoldError
from scaffold.files.place import require_folder
from scaffold.kubernetes.quantities import amount
from scaffold.prove.subject import manifests
from scaffold.prove.subject.built import is_chart, rendered
from scaffold.prove.subject.own_code import refuse_other_protocols, with_own_code
from scaffold.prove.subject.settings import Values, read_settings
from scaffold.prove.subject.subject import MADE_UP, Dependency, JobCommand, Port, Probes, Subject
from scaffold.releases.home import Homes
from scaffold.text.brief import brief, one_line

_WRONG = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of values that are not as they should be."""


def load_subject(folder: Path, given: Mapping[str, Any] | None = None) -> Subject:
    """Return the subject in `folder`; `given` are settings (KEYS) of the command line, which win.

    Raises:
        OptionError: when it is not a folder.
        FileError: when a setting is unknown or wrong, or nothing shows what to prove.
    """
    require_folder(folder)
    own = read_settings(folder)
    chosen = {**own, **{key: value for key, value in (given or {}).items() if value not in (None, (), {})}}
    chosen["env"] = {**own.get("env", {}), **chosen.get("env", {})}
    file = folder / ANSWERS_FILE
    answers = read_all(file, below=folder) if os.path.lexists(file) else {}
    if not (answers or chosen.get("image") or (folder / "Dockerfile").is_file()):
        raise FileError(
            f"{folder.absolute()} has no {ANSWERS_FILE} and no Dockerfile; give a service's folder, or --image IMAGE."
        )
    subject = Subject(name=str(answers.get("name") or chosen.get("name") or folder.absolute().name), folder=folder)
    subject = _with_manifests(subject, chosen, ours=bool(answers))
    if answers:
        subject = _with_answers(subject, answers, _contract(answers))
        refuse_other_protocols(answers, chosen)
    return _with_paths(_with_settings(subject, chosen))


def _contract(answers: Mapping[str, Any]) -> Contract:
    """Return the contract of the version that made a service; where that is not known here, the newest one."""
    homes = Homes(offline=True)
    with suppress(ScaffoldError):
        home = homes.of(str(answers.get("_src_path", "")))
        return read_contract(home.history.template_at(str(answers.get("_commit", ""))).root)
    return read_contract(homes.own.history.root)


# --- the three sources ------------------------------------------------------------------------------------------------


def _with_manifests(subject: Subject, chosen: Values, *, ours: bool) -> Subject:
    place = Path(chosen["manifests"]) if "manifests" in chosen else _usual(subject.folder, ours)
    place = place if place.is_absolute() or place.exists() else subject.folder / place
    if not place.exists():
        if "manifests" in chosen:
            raise FileError(f"{place}: no such file or folder of manifests.")
        return subject
    subject = replace(subject, manifests=place)
    if is_chart(place) and "manifests" not in chosen and not shutil.which("helm"):
        return subject  # the answers have most of it
    try:
        objects = rendered(place, name=subject.name) if is_chart(place) else manifests.read(place)
        told = manifests.facts(objects, subject.name)
    except _WRONG as error:
        raise FileError(f"{place}: the manifests are not as Kubernetes has them ({one_line(str(error))}).") from error
    ports = [Port(name, number) for name, number in told.pop("ports", [])]
    probe_port, paths = told.pop("probe_port", None), told.pop("paths", {})
    admin = next((each for each in ports if probe_port in (each.name, each.number)), None)
    if isinstance(probe_port, int) and not admin:
        admin = Port("probes", probe_port)
    traffic = tuple(each for each in ports if each != admin) or tuple(ports) or subject.ports
    known = {field.name for field in fields(Subject)}
    return replace(
        subject,
        ports=traffic,
        admin=admin if admin not in traffic else None,
        probes=Probes(**paths),
        **{key: value for key, value in told.items() if key in known},
    )


def _usual(folder: Path, ours: bool) -> Path:
    """Return where manifests are: a service of our template without overlays has a chart, which helm renders."""
    base, chart = folder / "deploy/base", folder / "deploy/chart"
    return chart if ours and not base.exists() and is_chart(chart) else base


def _with_answers(subject: Subject, answers: Values, contract: Contract) -> Subject:
    """Take the answers of a service of our template; its contract gives the rest."""
    try:
        ports = [
            Port(each["name"], int(each["number"]), contract.port_variable(each["name"])) for each in answers["ports"]
        ]
        dependencies = [_dependency(each, contract) for each in answers.get("dependencies") or ()]
        jobs = [
            JobCommand(each["name"], tuple(shlex.split(each["command"])), float(each["deadline"]))
            for each in answers.get("jobs") or ()
        ]
        values = _secrets(answers)
        made = replace(
            subject,
            ports=tuple(ports),
            dependencies=tuple(dependencies),
            jobs=tuple(jobs),
            # The manifests win: a team may have changed them since.
            writable=subject.writable
            or {each["path"]: int(amount(each["size"])) for each in answers.get("writable_paths") or ()},
            memory_limit=subject.memory_limit or int(amount(answers["memory_limit"])),
            memory_request=subject.memory_request or int(amount(answers["memory_request"])),
            cpu_limit=subject.cpu_limit or amount(answers["cpu_limit"]),
            cpu_request=subject.cpu_request or amount(answers["cpu_request"]),
            startup_seconds=float(answers["startup_seconds"]),
            shutdown_seconds=float(answers["shutdown_seconds"]),
            breaker=str(answers.get("breaker", "")),
            env={**subject.env, **values["env"]},
            secrets=values["secrets"],
            **_limits(answers),
        )
        if answers.get("code") == "own":
            return with_own_code(made, answers)
        return replace(
            made,
            admin=Port("admin", int(answers["admin_port"]), contract.admin_variable),
            probes=Probes(
                contract.probe(starting=503, draining=200),
                contract.probe(starting=503, draining=503),
                contract.probe(starting=200, draining=200),
            ),
            args=(contract.command,),
            startup_delay_variable=contract.delay_variable,
            configurations=contract.configurations,
            wrong=contract.wrong,
            code_when_wrong=contract.code_when_wrong,
            language=str(answers.get("language", "")),
        )
    except _WRONG as error:
        raise FileError(
            f"{subject.folder / ANSWERS_FILE}: not the answers of a service of this template ({one_line(str(error))})."
        ) from error


def _dependency(answer: Values, contract: Contract) -> Dependency:
    scheme = re.match(r"(https?)://", answer["url"])
    return Dependency(
        answer["name"],
        contract.url_variable(answer["name"]),
        scheme=scheme[1] if scheme else "tcp",
        critical=answer.get("kind") == "critical",
        url=re.sub(r"^((?:https?://)?[^/:]+)\.(?=[:/]|$)", r"\1", answer["url"]),  # DNS's dot at its end
        timeout=float(answer["timeout"]),
    )


ANY_FILE = "/etc/hostname"
"""A file that every container has: the value of a secret that is in a file."""


def _secrets(answers: Values) -> Values:
    """Return the variables of secret values, and the keys of their Secrets, as `questions/given.jinja` does."""
    variables, keys = {}, dict[str, tuple[str, ...]]()
    for each in answers.get("secrets") or ():
        variable, is_file = each["name"].upper().replace("-", "_"), each.get("form") == "file"
        variables[f"{variable}_FILE" if is_file else variable] = ANY_FILE if is_file else MADE_UP
        secret = str(each.get("secret") or answers["name"])
        keys[secret] = (*keys.get(secret, ()), str(each.get("key") or each["name"]))
    return {"env": variables, "secrets": keys}


def _limits(answers: Values) -> Values:
    if answers.get("limiter", "none") == "none":
        return {}
    return {"limiter": str(answers["limiter"]), **{field: float(answers[key]) for field, key in LIMITS.items()}}


LIMITS = {"limit_rate": "limit_requests_per_second", "limit_burst": "limit_burst"}
"""Fields of the subject, and the names that questions and settings have for them."""

PLAIN: dict[str, Callable[[Any], Any]] = {
    "image": str,
    "path": str,
    "rate": int,
    "breaker": str,
    "args": tuple,
    "configurations": tuple,
    "startup_seconds": float,
    "shutdown_seconds": float,
    "wrong": lambda told: {key: str(value) for key, value in told.items()},
    "jobs": lambda told: tuple(_job(name, each) for name, each in told.items()),
    "dependencies": lambda told: tuple(_declared(name, each) for name, each in told.items()),
    "writable": lambda told: {path: int(amount(size)) for path, size in told.items()},
    "memory_limit": lambda told: int(amount(told)),
    "cpu_limit": amount,
}
"""The settings that are a field of the subject, and how each is read."""


def _with_settings(subject: Subject, chosen: Values) -> Subject:
    """Take what the settings file and the command line say."""
    changes: Values = {"env": {**subject.env, **{key: str(value) for key, value in chosen["env"].items()}}}
    for key, read in PLAIN.items():
        if key in chosen:
            try:
                changes[key] = read(chosen[key])
            except _WRONG as error:
                raise FileError(f"{subject.folder}: the setting {key} is wrong: {one_line(str(error))}.") from error
    for field, key in LIMITS.items():
        if key in chosen:
            changes[field] = float(chosen[key])
    changes["ports"] = (_port(subject.ports[0], chosen, "port"), *subject.ports[1:])
    if subject.admin or "admin_port" in chosen:
        changes["admin"] = _port(subject.admin or Port("admin", 0), chosen, "admin_port")
    kinds = ("startup", "readiness", "liveness")
    paths = {kind: chosen[f"{kind}_path"] for kind in kinds if f"{kind}_path" in chosen}
    return replace(subject, probes=replace(subject.probes, **paths), **changes)


def _with_paths(subject: Subject) -> Subject:
    """Make every path one of the service: it begins with `/`, and nothing in it leads to another host or line."""
    probes = {kind: _path(subject, getattr(subject.probes, kind)) for kind in ("startup", "readiness", "liveness")}
    return replace(subject, path=_path(subject, subject.path), probes=Probes(**probes))


def _path(subject: Subject, path: Any) -> str:
    text = str(path)
    if not text.isprintable() or any(letter.isspace() for letter in text):
        raise FileError(
            f"{subject.folder}: the path {text!r} contains blanks or control characters; write it as a URL."
        )
    return text if text.startswith("/") or not text else f"/{text}"


def _port(port: Port, chosen: Values, key: str) -> Port:
    return replace(
        port,
        number=chosen.get(key, port.number),
        variable=chosen.get(f"{key}_variable", port.variable),
    )


def _job(name: str, told: Any) -> JobCommand:
    command, deadline = (told["command"], told.get("deadline", 60)) if isinstance(told, dict) else (told, 60)
    return JobCommand(name, tuple(shlex.split(command)), float(deadline))


def _declared(name: str, told: Any) -> Dependency:
    if isinstance(told, str):
        return Dependency(name, told)
    try:
        return Dependency(name, **told)
    except TypeError as error:
        raise FileError(
            f"dependency {name} = {brief(told)}: give the variable of its address, or a table with "
            "variable, scheme, critical, url, timeout."
        ) from error
