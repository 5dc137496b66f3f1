"""The metrics for Prometheus on the admin port. Without raw paths in labels, series stay few."""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# This removes a second series for each one with its start time, which is not needed.
disable_created_metrics()  # type: ignore[no-untyped-call]

REQUESTS = Counter("http_requests_total", "Requests served", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds", "Time to serve a request", ["method", "route"]
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being served")

# outcome: ok, error or timeout
DEPENDENCY_REQUESTS = Counter(
    "dependency_requests_total", "Calls to a dependency", ["dependency", "outcome"]
)
DEPENDENCY_SECONDS = Histogram(
    "dependency_request_duration_seconds", "Time of a call to a dependency", ["dependency"]
)
DEPENDENCY_FALLBACKS = Counter(
    "dependency_fallbacks_total", "Calls whose result a fallback replaced", ["dependency"]
)
