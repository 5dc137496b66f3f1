"""The Gateway API's own schema of HTTPRoute, as `python -m tests.judges.gateway.update` takes it from its module."""
