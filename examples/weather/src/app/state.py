"""The state of the process, which the probes read (P08)."""


class State:
    """starting → ok → draining, and never back. A stop can come at any time."""

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
