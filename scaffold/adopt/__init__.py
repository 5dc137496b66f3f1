"""Bring a service that exists already under the template.

`proposal` names what a repository shows of it. `difference` compares what runs with what comes, and `live` knows what a
cluster never changes. It stands above the other wings: it reads a repository as `check` does, and writes it as `update`
does.
"""
