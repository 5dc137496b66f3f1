"""everything-python: the service's code, one idea a module."""

SERVICE = "everything-python"
