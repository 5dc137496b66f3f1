"""What `prove` prints when the container runtime can't give it an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.errors import BuildError
from scaffold.prove.runtime import Runtime, build, image_id


@pytest.fixture
def refusing(tmp_path: Path) -> Runtime:
    """Return a runtime that has no image, reaches no registry and fails to build."""
    program = tmp_path / "podman"
    program.write_text("#!/bin/sh\necho 'Trying to pull…'\necho 'Error: no route to host' >&2\nexit 125\n")
    program.chmod(0o755)
    return Runtime(str(program), is_podman=True)


def test_an_image_that_is_nowhere_is_named_with_the_reason(refusing: Runtime) -> None:
    with pytest.raises(BuildError) as caught:
        image_id(refusing, "x:1")
    expected = "x:1: there is no such image here, and podman can't pull it: Error: no route to host."
    assert str(caught.value) == expected


def test_a_failed_build_shows_the_end_of_its_output(refusing: Runtime, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        build(refusing, tmp_path, "x:1", [])
    first, *output = str(caught.value).splitlines()
    assert first == f"{tmp_path}: the image did not build:"
    assert "Error: no route to host" in output
