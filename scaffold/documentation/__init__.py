"""The documentation that the package carries: its pages by name, and its public address."""
