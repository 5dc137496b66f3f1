"""Bring a service that exists already under the template.

`reading` finds what a repository shows of it, and `proposal` names that. `plan` gives the files from it, and `run`
writes them. `effects` shows what changes: in the cluster (`difference`, with what `live` knows of it) and in the
findings. `kept` keeps what runs with more than the template derives. This stands above the other wings: it reads a
repository as `check` does, and writes it as `update` does.
"""
