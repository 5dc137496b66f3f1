"""my-service: the service's code, one idea a module."""

SERVICE = "my-service"
