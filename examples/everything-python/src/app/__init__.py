"""everything-python: the code of the service, one concern per module."""

SERVICE = "everything-python"
