"""Make a new service: the steps of `scaffold new` behind its questions."""

from scaffold.new.write import create

__all__ = ["create"]
