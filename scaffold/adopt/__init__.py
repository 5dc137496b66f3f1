"""Bring a service that exists already under the template.

`reading` says what the repository has, `proposed` which answers follow from it and why. `plan` shows what adopting gives,
and `run` writes it. It stands above the other wings: it reads a repository as `check` does, and writes it as `update`
does.
"""
