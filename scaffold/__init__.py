"""Answer a few questions, get a Kubernetes service that survives production."""

__version__ = "0.4.0"
