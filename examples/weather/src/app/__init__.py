"""weather: the code of the service, one concern per module."""

SERVICE = "weather"
