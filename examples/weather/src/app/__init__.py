"""weather: the service's code, one idea a module."""

SERVICE = "weather"
