"""Registries, one open and one with a login, and a client that asks them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.pin.credentials import DockerConfig
from scaffold.pin.registry import RegistryClient
from tests.support.registry import Registry, running_registry


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("private"), login=True) as registry:
        yield registry


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


@pytest.fixture
def client(config: Path) -> Iterator[RegistryClient]:
    """A client that gives up at once, with a Docker configuration of its own."""
    with RegistryClient(config=DockerConfig(config), attempts=1, timeout=5) as client:
        yield client
