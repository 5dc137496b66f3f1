"""The service that the experiments are made on: its answers, its manifests and its settings."""
