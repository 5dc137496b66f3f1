"""What is looked up, planned and written: all of it or nothing."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import DestinationError, RegistryError
from scaffold.files.rewrite import rewrite
from scaffold.kubernetes.references import Reference, parse_reference, with_digest
from scaffold.pin.credentials import DockerConfig
from scaffold.pin.plan import PinnedFile, plan, resolve
from scaffold.pin.registry import RegistryClient
from tests.pin.files import NEW, OLD, planned, references, written
from tests.support.files import write_tree
from tests.support.registry import Response, digest_of, serving


def test_everything_but_the_digests_stays(tmp_path: Path) -> None:
    dockerfile = b"\xef\xbb\xbfARG A_IMAGE='a:1'\r\nFROM ${A_IMAGE} AS b  \r\n# caf\xe9 a:1 \t\r\nFROM b\rFROM"
    compose = "services:\r\n  ü: { image: \"nginx:1.29\" }   # ☃ nginx:1.29\r\n  b: {image: 'a:1'}"
    write_tree(
        tmp_path, {"Dockerfile": dockerfile, "compose.yaml": compose, ".gitlab-ci.yml": f"image: a:1@{OLD}\n\n\n"}
    )
    rewrite(planned(tmp_path))
    assert (tmp_path / "Dockerfile").read_bytes() == dockerfile.replace(b"'a:1", f"'a:1@{NEW}".encode())
    expected = compose.replace('nginx:1.29"', f'nginx:1.29@{NEW}"').replace("a:1", f"a:1@{NEW}")
    assert (tmp_path / "compose.yaml").read_bytes() == expected.encode()
    assert (tmp_path / ".gitlab-ci.yml").read_text() == f"image: a:1@{NEW}\n\n\n"
    assert planned(tmp_path) == []


def test_plan_says_what_is_unpinned_and_what_is_stale(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Dockerfile": f"FROM a:1\nFROM a:1@{OLD}\nFROM a:1@{NEW}\nFROM a@{OLD}\nFROM c\n"})
    (change,) = planned(tmp_path)
    assert [(edit.use.line, edit.use.image.digest, edit.reference) for edit in change.edits] == [
        (1, None, f"a:1@{NEW}"),
        (2, OLD, f"a:1@{NEW}"),
        (5, None, f"c:latest@{NEW}"),
    ]
    assert change.file == tmp_path / "Dockerfile"
    assert (tmp_path / "Dockerfile").read_bytes() == change.before


@given(st.lists(st.tuples(written, st.sampled_from(["", " # ü", "\r", "  "])), min_size=1, max_size=5))
def test_any_compose_file_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, images: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("compose")
    lines = [f"  s{number}: {{image: '{image}'}}{end}\n" for number, (image, end) in enumerate(images)]
    write_tree(folder, {"compose.yaml": "services:\n" + "".join(lines)})
    assert references(folder) == [image for image, _ in images]
    rewrite(planned(folder))
    expected = [with_digest(image, NEW) if parse_reference(image).tag else image for image, _ in images]
    assert references(folder) == expected
    text = (folder / "compose.yaml").read_bytes().decode()
    for image, (plain, _) in zip(expected, images, strict=True):
        text = text.replace(f"'{image}'", f"'{plain}'", 1)
    assert text == "services:\n" + "".join(lines)


def test_mode_stays_and_nothing_is_left_beside(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    (tmp_path / "Dockerfile").chmod(0o640)
    rewrite(planned(tmp_path))
    assert stat.S_IMODE((tmp_path / "Dockerfile").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Dockerfile", "Dockerfile", "sub"]


def test_file_that_changed_since_the_plan_stops_all(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    changes = planned(tmp_path)
    write_tree(tmp_path, {"sub/Dockerfile": "FROM b:2\n"})
    with pytest.raises(DestinationError, match=r"sub/Dockerfile changed meanwhile; run again\. Nothing was changed"):
        rewrite(changes)
    assert references(tmp_path) == ["a:1", "b:2"]
    assert len(list(tmp_path.iterdir())) == 2


def test_rename_that_fails_takes_the_others_back(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Dockerfile": "FROM a:1\n", "sub/Dockerfile": "FROM b:1\n"})
    changes = planned(tmp_path)

    def then_a_folder_is_in_the_way() -> Iterator[PinnedFile]:
        yield from changes
        changes[-1].file.unlink()
        changes[-1].file.mkdir()

    with pytest.raises(DestinationError, match=r"sub/Dockerfile: Is a directory\. Nothing was changed"):
        rewrite(then_a_folder_is_in_the_way())
    assert (tmp_path / "Dockerfile").read_text() == "FROM a:1\n"
    assert not list(tmp_path.rglob(".*"))


def test_image_without_a_digest_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match=r"Dockerfile:1 now names a:1: the file has changed; run again"):
        plan(write_tree(tmp_path, {"Dockerfile": "FROM a:1\n"}), {})


# Resolve


@dataclass
class Slow:
    """A client whose look-ups wait until `together` of them run at once; `asked` is what it was asked."""

    together: int
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.together, timeout=10)

    def digest(self, image: Reference) -> str:
        self.asked.append(str(image))
        self.barrier.wait()
        return digest_of(str(image).encode())


def test_look_ups_run_in_parallel_once_for_each_image() -> None:
    images = [parse_reference(f"a:{number}") for number in (3, 1, 2, 1)]
    client, told = Slow(together=3), list[tuple[int, int]]()
    answers = resolve(images, client, lambda done, total, _: told.append((done, total)), parallel=3)
    assert list(answers) == images[:3]
    assert all(answers[image] == digest_of(str(image).encode()) for image in images)
    assert len(client.asked) == 3
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert resolve([], client) == {}


def test_every_failure_is_told_and_no_digest_given(tmp_path: Path) -> None:
    manifest = b'{"schemaVersion": 2}'

    with (
        serving(lambda request: Response(body=manifest) if request.path.endswith("/1") else Response(404)) as server,
        RegistryClient(config=DockerConfig(tmp_path / "none"), attempts=1) as client,
        pytest.raises(RegistryError) as error,
    ):
        resolve([Reference(server.host, "a", tag) for tag in ("1", "2", "3")], client)
    assert str(error.value).count("has no such image") == 2
    assert error.value.exit_code == 7


def test_bug_in_a_client_is_not_swallowed() -> None:
    class Broken:
        def digest(self, image: Reference) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resolve([parse_reference("a:1")], Broken())
