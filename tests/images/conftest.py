"""The images are those whose containers tests/real/containers watches: both suites build them from the same cache."""

from tests.real.containers.conftest import example, pytest_generate_tests

__all__ = ["example", "pytest_generate_tests"]
