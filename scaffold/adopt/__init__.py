"""Bring a service that exists already under the template.

It stands above the other wings: it reads a repository as `check` does, and writes it as `update` does.
"""
