"""What only Envoy does as a breaker, and the numbers without which it never trips (P10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Caller
from tests.real.experiments.breaker import TIMEOUT, guarding, tripped, tripped_of

CARELESS = {
    # a percentage of one host is less than one host: nothing is ever ejected
    "ejection": ("max_ejection_percent: 100", "max_ejection_percent: 50"),
    # with every host ejected Envoy panics, and sends traffic to all of them
    "panic": ("healthy_panic_threshold: {value: 0}", "healthy_panic_threshold: {value: 50}"),
    # timeouts are counted apart, and each connection that opens sets their count back to zero
    "split": ("consecutive_5xx: 3", "split_external_local_origin_errors: true\n        consecutive_local_origin_failure: 3\n        consecutive_5xx: 3"),
    # only hosts that differ from others are outliers
    "success rate": ("consecutive_5xx: 3", "consecutive_5xx: 3\n        enforcing_consecutive_5xx: 0"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", CARELESS)
def test_with_one_careless_number_it_never_trips(upstream: Stub, tmp_path: Path, mistake: str) -> None:
    """Envoy's own defaults, and the option that its documentation names for this purpose."""
    with guarding("envoy", upstream, tmp_path, change=lambda text: text.replace(*CARELESS[mistake])) as made:
        upstream.behave("slow")
        calls = tripped_of(made.port, 5)
        assert [each.status for each in calls] == [504] * 5
        assert all(each.seconds > TIMEOUT / 2 for each in calls)


def test_envoy_tells_when_it_trips(upstream: Stub, tmp_path: Path) -> None:
    with guarding("envoy", upstream, tmp_path) as made:
        upstream.behave("refused")
        tripped(Caller(made.port))
        made.end()
        (trip,) = (each for each in made.logged() if "action" in each)
        assert (trip["action"], trip["cluster_name"], trip["type"]) == ("EJECT", "weather", "CONSECUTIVE_5XX")
        assert all({"timestamp", "level", "message"} <= set(each) for each in made.own_log())
