"""Files of a repository that nobody vouches for: each is read in bounded time and memory, or refused in one sentence."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from scaffold.errors import FileError
from scaffold.pin.plan import find_images
from tests.pin.files import references
from tests.support.files import write_tree

BOMB = "\n".join(
    ["b0: &b0 x", *(f"b{level}: &b{level} {{k: *b{level - 1}, l: *b{level - 1}}}" for level in range(1, 44))]
)
WIDE = "\n".join(
    ["a0: &a0 [x]", *(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 500)}]" for level in range(1, 8))]
)
NAMES = ("compose.yaml", ".gitlab-ci.yml", ".github/workflows/ci.yml", "deploy/pod.yaml", "kustomization.yaml")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [BOMB, WIDE, "a: &a [*a]", "a: &a {<<: *a, image: *a}", "image: &a {image: *a}"])
def test_aliases_take_no_memory(tmp_path: Path, name: str, text: str) -> None:
    write_tree(tmp_path, {name: f"{text}\nx: {{image: ''}}\n", "Dockerfile": "FROM a:1\n", ".copier-answers.yml": text})
    begun = time.process_time()
    with pytest.raises(FileError, match=r"is (too large: its aliases stand for|endless: an anchor holds)"):
        references(tmp_path)
    assert time.process_time() - begun < 5


def test_an_image_behind_aliases_is_found_once(tmp_path: Path) -> None:
    text = "x: &x {image: 'a:1'}\nservices:\n  a: *x\n  b: {<<: *x}\n  c: {<<: [{image: 'b:1'}], build: .}\n"
    write_tree(tmp_path, {"compose.yaml": text})
    assert references(tmp_path) == ["a:1"]


def test_many_small_documents(tmp_path: Path) -> None:
    text = "".join(f"---\nspec: {{containers: [{{image: 'a:{each}'}}]}}\n" for each in range(2_000))
    write_tree(tmp_path, {"pods.yaml": text})
    begun = time.process_time()
    found = find_images(tmp_path)
    assert [use.line for use in found[:3]] == [2, 4, 6]
    assert len(found) == 2_000
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("text", ["[" * 20_000, "{a: " * 20_000, "? " * 20_000], ids=["list", "map", "keys"])
def test_deep_files_are_refused(tmp_path: Path, text: str) -> None:
    write_tree(tmp_path, {"pod.yaml": f"image: {text}"})
    with pytest.raises(FileError, match=r"pod.yaml\S* (is nested more than|is not YAML)"):
        find_images(tmp_path)


DOCKERFILES = {
    "mounts": "RUN " + "--mount=a," * 60_000,
    "fields": "RUN --mount=" + "a," * 300_000,
    "continued": "FROM " + "\\\n" * 300_000,
    "flags": "FROM" + " --a=b" * 100_000,
    "copied": "COPY" + " --a=b" * 100_000 + " x",
    "continued flags": "COPY " + "--a\\\n " * 100_000 + "x",
    "one flag": "COPY --" + "a" * 600_000,
    "blanks": "ARG" + " " * 600_000 + "x",
    "name": "ARG " + "A" * 600_000,
    "as": "FROM a" + " " * 600_000 + "AS",
    "here": "RUN " + "<<a " * 100_000 + "\n" + "a\n" * 100_000,
    "no end": "RUN " + "<<a " * 150_000,
    "quotes": "FROM " + "\"'" * 300_000,
}


@pytest.mark.parametrize("text", DOCKERFILES.values(), ids=DOCKERFILES)
def test_dockerfiles_are_read_in_linear_time(tmp_path: Path, text: str) -> None:
    write_tree(tmp_path, {"Dockerfile": text + "\nFROM last:1\n"})
    begun = time.process_time()
    try:
        assert references(tmp_path)[-1:] in (["last:1"], ["a"], [])
    except FileError as error:
        assert "is not an image reference" in str(error)
    assert time.process_time() - begun < 5  # what is quadratic takes minutes


@pytest.mark.parametrize("tabs", ["", "-"])
def test_a_here_document_without_end_hides_no_image(tmp_path: Path, tabs: str) -> None:
    write_tree(tmp_path, {"Dockerfile": f"FROM a:1\nRUN <<{tabs}EOF cat\nFROM b:1\n"})
    assert references(tmp_path) == ["a:1", "b:1"]
    write_tree(tmp_path, {"Dockerfile": f"FROM a:1\nRUN <<{tabs}EOF cat\nFROM b:1\nEOF\nFROM c:1\n"})
    assert references(tmp_path) == ["a:1", "c:1"]


@pytest.mark.parametrize("name", ["Dockerfile", *NAMES])
def test_pipes_are_refused(tmp_path: Path, name: str) -> None:
    write_tree(tmp_path, {name: ""})
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(FileError, match="can't be read: it is not a regular file"):
        find_images(tmp_path)


@pytest.mark.parametrize("name", ["Dockerfile", *NAMES])
def test_endless_files_are_refused(tmp_path: Path, name: str) -> None:
    write_tree(tmp_path, {name: ""})
    os.truncate(tmp_path / name, 20 * 2**30)
    with pytest.raises(FileError, match="can't be read: it is larger than 8 MiB"):
        find_images(tmp_path)


def test_links_are_passed_by_and_answers_behind_one_refused(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {"outside/Dockerfile": "FROM secret:1\n", "outside/answers": "name: a\n", "in/Dockerfile": "FROM a:1\n"},
    )
    inside = tmp_path / "in"
    (inside / "sub").symlink_to("../outside")
    (inside / "other.Dockerfile").symlink_to("../outside/Dockerfile")
    (inside / "zero.yaml").symlink_to("/dev/zero")
    assert references(inside) == ["a:1"]
    (inside / ".copier-answers.yml").symlink_to("../outside/answers")
    with pytest.raises(FileError, match="it leads out of"):
        find_images(inside)


def test_folders_may_be_deep(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    write_tree(tmp_path, {"Dockerfile": "FROM a:1\n"})
    try:
        assert references(tmp_path) == ["a:1"]
    finally:  # pytest's own clean-up calls itself once for each level, and fails
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


@pytest.mark.optional  # CI runs as root
@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_can_t_be_read_is_told(tmp_path: Path) -> None:
    write_tree(tmp_path, {"sub/Dockerfile": "FROM a:1\n"})
    (tmp_path / "sub").chmod(0)
    try:
        with pytest.raises(FileError, match="sub can't be read: Permission denied"):
            find_images(tmp_path)
    finally:
        (tmp_path / "sub").chmod(0o755)
