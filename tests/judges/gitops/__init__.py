"""The own schemas of Argo CD and Flux, as `python -m tests.judges.gitops.update` takes them from their modules."""
