"""The schemas of skaffold.yaml and devcontainer.json, as `python -m tests.judges.inner_loop.update` takes them from their makers."""
