"""A service that lost its answers file: the version that made it is found, and what it was answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.adopt.lost_answers import Lost, Search
from scaffold.adopt.reading import propose
from workshop.history import VERSIONS, Lineage, answers_of

NAME = "weather"


@pytest.fixture
def found(lineage: Lineage, tmp_path: Path) -> Callable[[dict[str, bytes]], Lost | None]:
    """Search the version of some files, by what is read of them."""

    def search(files: dict[str, bytes]) -> Lost | None:
        for path, content in files.items():
            (tmp_path / NAME / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / NAME / path).write_bytes(content)
        read = {each.name: each.value for each in propose(tmp_path / NAME, "").answers}
        revisions = [lineage.revision(version) for version in VERSIONS]
        return Search(lineage.home.editions, files, lineage.home.url).nearest(revisions, read)

    return search


def made(lineage: Lineage, version: str) -> dict[str, bytes]:
    """Return the files that a version gives for an example, without their answers."""
    editions, revision = lineage.home.editions, lineage.revision(version)
    rendered = editions.rendered(revision, answers_of(editions, revision, NAME), lineage.home.url, "sha1")
    return {path: content for path, content in rendered.contents.items() if path != rendered.answers_file}


@pytest.mark.parametrize("version", ["0.1.0", "0.3.0"])
def test_the_version_and_the_answers_are_found(lineage: Lineage, found, version: str) -> None:
    files = made(lineage, version)
    files["README.md"] = files["README.md"].replace(b"make test", b"make check") + b"\nOur own chapter.\n"
    lost = found(files)
    assert lost and lost.revision.name == f"v{version}" and 0.9 < lost.alike < 1
    was = answers_of(lineage.home.editions, lost.revision, NAME).asked
    given = ("name", "description", "language", "ports", "admin_port", "writable_paths", "limiter", "ci", "replicas")
    assert {name: lost.answers.asked[name] for name in given} == {name: was[name] for name in given}


def test_another_service_was_not_made_by_the_template(found) -> None:
    assert found({"Dockerfile": b"FROM a:1\nUSER 1000\n", "README.md": b"# a\n\nIts own.\n"}) is None
