"""my-service: the code of the service, one concern per module."""

SERVICE = "my-service"
