"""The one thing that the probes ask: where in its life the process is (P08)."""


class State:
    """starting → ok → draining; a stop can come at any time, and nothing leads back."""

    def __init__(self) -> None:
        self.started = False
        self.draining = False

    @property
    def ready(self) -> bool:
        return self.started and not self.draining

    @property
    def status(self) -> str:
        if self.draining:
            return "draining"
        return "ok" if self.started else "starting"
