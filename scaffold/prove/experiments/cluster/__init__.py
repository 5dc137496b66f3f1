"""The experiments in a cluster."""
