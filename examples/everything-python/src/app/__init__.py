"""everything-python: the code of the service, one concern per module."""

import importlib
import logging
import os

SERVICE = "everything-python"

# FastAPI imports OpenTelemetry before the service has its log, and its lines on stderr would not be JSON.
logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
# FastAPI imports this module of it, which ends the program at a propagator that it does not know.
try:
    importlib.import_module("opentelemetry.propagate")
except Exception:
    os.environ.pop("OTEL_PROPAGATORS", None)
