"""Each experiment fails on the image that breaks its pattern, and on that alone: a proof that can't fail proves nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scaffold.prove.select import experiments
from tests.real.prove.conftest import Attempts, Run, Twins, inputs_of_proof, prove, several
from tests.support.keeping import is_kept
from workshop.machine import turn

pytestmark = pytest.mark.kept(inputs=lambda _: inputs_of_proof())
BESIDE = 3  # runs at once: they mostly wait


@dataclass(frozen=True)
class Twin:
    """An anti-pattern: what its image has beyond the good one, and the one experiment that must fail."""

    lines: str
    fails: str


def broken(antipattern: str, fails: str) -> Twin:
    return Twin(f"ENV ANTIPATTERN={antipattern}", fails)


TWINS = {
    "compiler": Twin("COPY gcc /usr/local/bin/gcc", "P01-contents"),
    "no-init": Twin('ENTRYPOINT ["python", "/srv/service.py"]\nCMD ["serve"]', "P02-zombies"),
    "deaf": broken("deaf", "P02-stop"),
    "plain-text": broken("plain-text", "P05-lines"),
    "log-file": broken("log-file", "P05-files"),
    "writes-anywhere": broken("writes-anywhere", "P06-read-only"),
    "volume": Twin("VOLUME /data", "P06-read-only"),
    "early": broken("early", "P08-ready"),
    "slow": broken("slow", "P08-startup"),
    "hasty": broken("hasty", "P08-drain"),
    "endless-job": broken("endless-job", "P09-jobs"),
    "baked": broken("baked", "P12-configurations"),
    "trusting": broken("trusting", "P12-wrong"),
    "root": Twin("USER 0:0", "P13-restricted"),
    "leaking": broken("leaking", "P13-load"),
    "lock-file": broken("lock-file", "P13-memory"),
    "needs-room": broken("needs-room", "P13-full"),
}
# The three that take longest are tried on every twin only when KUBE_SCAFFOLD_TWINS=all; else on the twin they are for.
SLOW = {"P02-zombies", "P08-drain", "P13-load"}
LOADED = SLOW & {each.id for each in experiments() if each.alone}
"""Their load fails where another suite takes the CPU."""
QUICK = {twin.fails for twin in TWINS.values()} - SLOW
EVERYTHING = os.environ.get("KUBE_SCAFFOLD_TWINS") == "all"


def tried(name: str) -> set[str]:
    return {*QUICK, TWINS[name].fails, *(SLOW if EVERYTHING else ())}


@pytest.fixture(scope="module")
def attempts(request: pytest.FixtureRequest, twins: Twins) -> Iterator[Attempts]:
    """Try the twins that are asked for side by side, but for those whose experiment loads or counts."""
    running = [item.name for item in request.session.items if not is_kept(item)]
    asked = [name for name in TWINS if any(each.endswith(f"[{name}]") for each in running)]
    with turn(alone=False):
        images = {name: twins.image(name, TWINS[name].lines) for name in asked}

    def attempt(name: str) -> Run:
        words = [f"--only={each}" for each in sorted(tried(name))]
        return prove(twins.folder, "--image", images[name], "--json", *words)

    beside = [name for name in asked if not EVERYTHING and TWINS[name].fails not in SLOW]
    with several(attempt, beside, BESIDE) as made:
        yield made


@pytest.mark.alone  # its load fails where another suite takes the CPU
def test_the_service_of_the_twins_keeps_every_pattern(twins: Twins) -> None:
    run = prove(twins.folder, "--image", twins.reference, "--json")
    assert run.ids("fail") == set(), run.told()
    assert run.code == 0, run.err
    assert {twin.fails for twin in TWINS.values()} == run.ids("pass"), run.told()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.alone if twin.fails in LOADED else ()) for name, twin in TWINS.items()],
)
def test_a_twin_fails_its_experiment_and_no_other(
    attempts: Attempts, name: str, request: pytest.FixtureRequest
) -> None:
    run = attempts.of(name, request.node)
    assert run.code == 1, run.err
    assert set(run.results) == tried(name)
    assert run.ids("fail") == {TWINS[name].fails}, run.told()
    assert run.ids("skip") == set(), run.told()
