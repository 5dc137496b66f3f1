"""`scaffold update` and `scaffold status`."""
