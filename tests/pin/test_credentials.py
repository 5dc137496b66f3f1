"""Docker's own configuration, and its credential helpers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.errors import RegistryError
from scaffold.pin.credentials import DockerConfig
from tests.pin.asking import basic, make_helper


def test_configuration_is_found_as_docker_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": basic("jo", "word")}}})
    for folder, name, value in ((tmp_path / "a", "DOCKER_CONFIG", "a"), (tmp_path / ".docker", "HOME", ".")):
        monkeypatch.delenv("DOCKER_CONFIG", raising=False)
        monkeypatch.setenv(name, str(tmp_path / value))
        folder.mkdir()
        (folder / "config.json").write_text(content)
        found = DockerConfig().credentials("docker.io")
        assert found
        assert (found.user, found.password) == ("jo", "word")
        assert "word" not in repr(found)
        assert DockerConfig().credentials("ghcr.io") is None


def test_helper_that_knows_nothing_leaves_the_file(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, monkeypatch, "echo credentials not found in native keychain; exit 1")
    config.write_text(
        json.dumps({"credsStore": "tests", "auths": {"a.example": {"auth": basic("jo", "word")}, "b.example": {}}})
    )
    found = DockerConfig(config).credentials("a.example")
    assert found
    assert found.user == "jo"
    assert DockerConfig(config).credentials("b.example") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "can't be read"),
        ('{"credsStore": "none-such"}', "docker-credential-none-such, which .* did not run"),
        ('{"credsStore": "../../bin/sh"}', "is not the name of a program"),
        ('{"credsStore": "tests"}', "docker-credential-tests failed for a.example: locked"),
        ('{"auths": {"a.example": {"auth": "*"}}}', "is not base64; run `docker login` again"),
    ],
)
def test_configuration_that_is_broken(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, said: str
) -> None:
    make_helper(tmp_path, monkeypatch, "echo locked >&2; exit 1")
    config.write_text(content)
    with pytest.raises(RegistryError, match=said):
        DockerConfig(config).credentials("a.example")
