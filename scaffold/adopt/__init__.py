"""Bring a service that exists already under the template.

`reading` finds what the repository has, and which answers follow from it: `sources` has a module for each source of
facts. `plan` shows what adopting gives, and `run` writes it. It stands above the other wings: it reads a repository
as `check` does, and writes it as `update` does.
"""
