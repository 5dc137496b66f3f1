"""What every experiment works with, in either stage: the service under proof, the load generator, its clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scaffold.prove.clock import Clock
from scaffold.prove.load import MISSING, Vegeta
from scaffold.prove.model import Experiment, Skip
from scaffold.prove.subject.subject import Subject


class Stage(Protocol):
    """What all experiments of a stage share."""

    subject: Subject
    vegeta: Vegeta | None


@dataclass
class Lab:
    """The lab of one experiment."""

    stage: Stage
    experiment: Experiment
    clock: Clock

    @property
    def subject(self) -> Subject:
        """The service under proof."""
        return self.stage.subject

    @property
    def vegeta(self) -> Vegeta:
        """The load generator.

        Raises:
            Skip: when there is none.
        """
        if not self.stage.vegeta:
            raise Skip(MISSING)
        return self.stage.vegeta
