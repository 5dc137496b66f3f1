"""Where a dependency's host is found: in the cluster, by a pod's own DNS search path, or outside of it."""

from __future__ import annotations

import pytest

from workshop import goldens


@pytest.mark.parametrize(
    ("url", "place", "service", "namespace"),
    [
        ("http://ledger", "cluster", "ledger", ""),
        ("http://ledger.accounts.svc", "cluster", "ledger", "accounts"),
        ("http://Ledger.Accounts.svc.cluster.local:80/v1", "cluster", "ledger", "accounts"),
        ("kafka-0.kafka.data.svc:9092", "cluster", "kafka", "data"),  # a pod of a headless Service
        ("https://example.com/api", "internet", None, None),
        ("http://example.org", "internet", None, None),
        ("https://example.io", "internet", None, None),
        ("https://rates.example.com", "internet", None, None),
        ("https://accounts.shop./v1", "internet", None, None),
        ("https://192.0.2.7:8443", "ip", None, None),
        ("http://localhost:9000", "loopback", None, None),
    ],
)
def test_the_policy_leads_there(url: str, place: str, service: str | None, namespace: str | None) -> None:
    dependency = {"name": "a", "url": url, "kind": "critical", "timeout": 1}
    (found,) = goldens.engine()[1].resolve({"dependencies": [dependency]}).context["upstreams"]
    assert found["place"] == place
    if place == "cluster":
        assert (found["service"], found["namespace"]) == (service, namespace)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://accounts.shop./v1./", "https://accounts.shop/v1./"),
        ("https://accounts.shop.:8443", "https://accounts.shop:8443"),
        ("accounts.shop.:6379", "accounts.shop:6379"),
    ],
)
@pytest.mark.parametrize("breaker", ["none", "istio"])
def test_the_dot_that_ends_a_whole_name_is_for_the_question_alone(given: str, url: str, breaker: str) -> None:
    """A certificate has no dot there, nor has a Host header."""
    answers = {
        "dependencies": [
            {"name": "a", "url": given, "kind": "critical", "timeout": 1},
            {"name": "b", "url": "http://b", "kind": "critical", "timeout": 1},
        ],
        "breaker": breaker,
    }
    found = goldens.engine()[1].resolve(answers).context["upstreams"][0]
    assert found["url"] == url
    assert not {part for part in ("host", "authority") if found[part].partition(":")[0].endswith(".")}
    assert "shop." not in found["deployed_url"]
