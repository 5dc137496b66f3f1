"""Istio's own schemas of the kinds that the output uses, as `python -m tests.judges.istio.update` takes them from its API."""
