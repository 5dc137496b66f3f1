"""P12: configuration outside the image."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Record, Skip, Stage

PATIENCE = 20.0


def configurations(lab: ContainerLab, record: Record) -> None:
    """Serve from the same image with two configurations: both must work, and something must differ."""
    if len(lab.subject.configurations) < 2:
        raise Skip("set `configurations` to two tables of variables for this experiment")
    seen = []
    for given in lab.subject.configurations[:2]:
        seen.append(_behaviour(lab, given))
        record.measure(
            ", ".join(f"{name}={value}" for name, value in given.items()), f"{len(seen[-1])} kinds of output"
        )
    record.expect(seen[0] != seen[1], "both configurations have the same effect: the service ignores its environment")


def _behaviour(lab: ContainerLab, given: Mapping[str, str]) -> set[str]:
    """Return what can be seen of it: the response, and the kinds of lines that it logs, without times and ids."""
    with lab.serve(env=given) as container:
        response = container.ask(lab.subject.ports[0].name, lab.subject.path)
        lab.clock.sleep(0.3)
        lines = container.logs()[0].splitlines()
    return {response.text if response else "", *map(_kind, lines)}


def _kind(line: str) -> str:
    try:
        event = json.loads(line)
    except ValueError:
        return line
    return f"{event.get('level')} {event.get('message', event.get('msg'))}" if isinstance(event, dict) else line


def wrong(lab: ContainerLab, record: Record) -> None:
    """Start it with a configuration that is wrong: it must end, and name the variables."""
    given, expected = lab.subject.wrong, lab.subject.code_when_wrong
    if not given:
        raise Skip("set `wrong` to a table of variables for this experiment")
    with lab.start(env=given) as container:
        ended = container.wait(PATIENCE)
        said = "".join(container.logs())
    record.measure("exit code", ended.code if ended else "runs on")
    if not record.expect(ended is not None, f"it runs with {', '.join(f'{k}={v}' for k, v in given.items())}"):
        return
    assert ended
    if expected is None:
        record.expect(ended.code != 0, "it ends with 0 in spite of a wrong configuration")
    else:
        record.expect(ended.code == expected, f"exit code {ended.code}; its contract says {expected}")
    unnamed = [name for name in given if name not in said]
    record.expect(not unnamed, f"its message does not name {', '.join(unnamed)}")


EXPERIMENTS = (
    Experiment(
        "P12-configurations",
        Stage.CONTAINER,
        "Does one image run with two configurations?",
        "both serve, and they differ",
        configurations,
        seconds=150,
    ),
    Experiment(
        "P12-wrong", Stage.CONTAINER, "Is a wrong configuration refused?", "it ends and names the variables", wrong
    ),
)
