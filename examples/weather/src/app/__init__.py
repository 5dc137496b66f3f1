"""weather: the code of the service, one concern per module."""

import importlib
import os

SERVICE = "weather"

# FastAPI imports this module of OpenTelemetry. It ends the program at a propagator that it does not know.
try:
    importlib.import_module("opentelemetry.propagate")
except Exception:
    os.environ.pop("OTEL_PROPAGATORS", None)
