"""The experiments: a module for each pattern and stage. CONTRIBUTING.md: how to add one."""
