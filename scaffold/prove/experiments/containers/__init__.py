"""The experiments on a container of the service."""
