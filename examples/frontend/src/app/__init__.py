"""frontend: the code of the service, one concern per module."""

SERVICE = "frontend"
