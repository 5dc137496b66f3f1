"""Files of others that should never have been written: a sentence with the file's name, and never a wait or a traceback."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.check.baseline import read_baseline
from scaffold.check.settings import CheckSettings
from scaffold.engine.answers_file import parse_answers, read_answers
from scaffold.errors import AnswerError, FileError, ScaffoldError, ServiceError
from scaffold.files.foreign import read_foreign
from scaffold.prove.subject import manifests
from scaffold.prove.subject.read import load_subject
from scaffold.releases.home import Homes
from scaffold.settings.user import read_settings
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents
from scaffold.text.brief import brief
from scaffold.update.status import status
from tests.support.bombs import bomb


def chain(length: int) -> str:
    return "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, length))


YAML = {
    "a bomb": (bomb(), "aliases stand for more"),
    "a bomb of text": ("a: &a " + "x" * 500_000 + "\nb: [" + "*a, " * 100 + "]\n", "aliases stand for more"),
    "a bomb of merge keys": (
        "m0: &m0 {k: v}\n" + "".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: v}}\n" for n in range(1, 40)),
        "aliases stand for more",
    ),
    "an endless list": ("a: &a [*a]\n", "holds its own alias"),
    "an endless mapping": ("&a a: &b {c: *b}\n", "holds its own alias"),
    "a chain of aliases": (chain(1000), "nested more than 200 deep"),
    "brackets": ("a: " + "[" * 100_000, "nested more than 200 deep"),
    "braces": ("a: " + "{a: " * 50_000, "nested more than 200 deep"),
    "dashes": ("a:\n" + "- " * 100_000 + "x\n", "nested more than 200 deep"),
    "directives": ("".join(f"%TAG !e{n}! tag:x,2000:\n" for n in range(20_000)) + "---\na: b\n", "%TAG"),
}
VALUES = {
    "a set": ("a: !!set {b, c}\n", "tag:yaml.org,2002:set"),
    "bytes": ("a: !!binary aGVsbG8=\n", "tag:yaml.org,2002:binary"),
    "an object": ("a: !!python/object/apply:os.system [id]\n", "python"),
    "no number": ("a: !!int b\n", "invalid literal"),
    "no boolean": ("a: !!bool b\n", "'b'"),
    "no time": ("a: !!timestamp b\n", "is not valid YAML"),
    "no day": ("a: 2024-99-99\n", "month must be in 1..12"),
    "a long number": ("a: " + "9" * 5000 + "\n", "more than 100 digits"),
    "a long number of base 60": ("a: 1" + ":1" * 50_000 + "\n", "more than 100 digits"),
    "a long number of base 16": ("a: 0x" + "f" * 50_000 + "\n", "more than 100 digits"),
    "keys that collide": ("".join(f"{(2**61 - 1) * n}: a\n" for n in range(1, 2000)), "keys that are not text"),
    "a key that is a list": ("? [a]\n: b\n", "unhashable"),
    "a tab": ("a:\n\tb: c\n", "cannot start any token"),
    "NUL": ("a: \0\n", "control characters are not allowed"),
    "several documents": ("a: b\n---\n" * 40_000, "expected a single document"),
    "a long tag": ("a: !!" + "x" * 100_000 + " b\n", "is not valid YAML"),
    "a long alias": ("a: *" + "x" * 100_000 + "\n", "undefined alias"),
}


@pytest.mark.parametrize("name", YAML | VALUES)
def test_answers(name: str) -> None:
    text, words = (YAML | VALUES)[name]
    with pytest.raises(AnswerError, match=r"answers\.yml") as caught:
        parse_answers(text.encode(), "answers.yml")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", YAML)
def test_documents_of_check(name: str) -> None:
    text, words = YAML[name]
    found, note = documents(Source("x.yaml", b"good: yes\n---\n" + text.encode()))
    assert note and words in note.message
    assert len(found) <= 1


@pytest.mark.parametrize("name", YAML | VALUES)
def test_manifests_of_prove(name: str, tmp_path: Path) -> None:
    text, _ = (YAML | VALUES)[name]
    (tmp_path / "x.yaml").write_text(f"kind: A\n{text}" if "%TAG" not in text else text)
    try:
        manifests.read(tmp_path)
    except FileError as error:
        assert "x.yaml" in str(error) and len(str(error)) < 400
    else:
        assert name == "several documents"


def test_what_is_shared_within_the_bounds_is_taken() -> None:
    given = parse_answers(b"a: &a {b: [1, 2.5, 2024-01-02, yes, ~]}\nc: [*a, *a]\nd: {<<: *a, e: f}\n", "answers.yml")
    assert given["c"] == [given["a"]] * 2
    assert given["d"] == {**given["a"], "e": "f"}


@pytest.mark.parametrize("value", ["*a39", "[*a3]", "!!set {a}", "'" + "x" * 10_000 + "'"])
def test_status_shows_no_bomb(value: str, tmp_path: Path) -> None:
    text = bomb(4) if value == "[*a3]" else bomb() if value.startswith("*") else ""
    (tmp_path / ".copier-answers.yml").write_text(f"{text}_src_path: {value}\n_commit: v0.1.0\n")
    with pytest.raises(ServiceError) as caught:
        status(tmp_path, Homes())
    assert len(str(caught.value)) < 600


def test_brief_shows_anything() -> None:
    endless: list[object] = []
    endless += [endless] * 1000
    for value in (endless, {"a": endless}, "x\ny\x1b[0m" * 1000, 16**50_000, b"\xff" * 1000, [[[[[1]]]]]):
        shown = brief(value)
        assert len(shown) <= 200 and shown.isprintable()
    assert (brief([1]), brief("a"), brief(None)) == ("[1]", "'a'", "None")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def outside(path: Path) -> None:
    other = path.parent.parent / f"other-{path.name}"
    other.write_text("kind: Deployment\nname: secret\n")
    path.symlink_to(other)


PLANTS: dict[str, Callable[[Path], None]] = {"a pipe": fifo, "a device": device, "a link out of the folder": outside}
READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "status": (".copier-answers.yml", lambda folder: status(folder, Homes())),
    "prove, its answers": (".copier-answers.yml", lambda folder: load_subject(folder, {"image": "a:1"})),
    "prove, its settings": (".scaffold.toml", lambda folder: load_subject(folder, {"image": "a:1"})),
    "prove, its manifests": ("x.yaml", lambda folder: manifests.read(folder)),
    "check, its settings": (".scaffold.toml", lambda folder: CheckSettings(folder, {}, {})),
    "check, its project": ("pyproject.toml", lambda folder: CheckSettings(folder, {}, {})),
}


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("reader", READERS)
def test_only_regular_files_of_the_repository_are_read(reader: str, plant: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    name, read = READERS[reader]
    PLANTS[plant](folder / name)
    with pytest.raises(ScaffoldError, match=name.replace(".", r"\.")) as caught:
        read(folder)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("baseline", ["/dev/zero", "pipe", "link", "../outside.json"])
def test_a_baseline_that_a_repository_names(baseline: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("/dev/zero")
    (tmp_path / "outside.json").write_text('{"version": 1, "findings": []}')
    (folder / ".scaffold.toml").write_text(f'[check]\nbaseline = "{baseline}"\n')
    settings = CheckSettings(folder, {}, {})
    file = settings.path("baseline")
    assert file
    with pytest.raises(FileError, match="can't be read"):
        read_baseline(file, settings.reader("baseline"))


def test_a_pipe_that_the_user_names_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("name: web\n",))
    writer.start()
    assert read_answers(tmp_path / "pipe") == {"name": "web"}
    writer.join()
    with pytest.raises(AnswerError, match="larger than 1 MiB"):
        read_answers(Path("/dev/zero"))


TOML = {
    "deep": "a = " + "[" * 100_000,
    "a name of many parts": "a" + ".a" * 200_000 + " = 1\n",
    "a name of many quoted parts": '"a"' + '."a"' * 100_000 + " = 1\n",
    "a long number": "a = " + "9" * 10_000,
    "large": "#" * 1_100_000,
    "no UTF-8": "a = 'caf\udce9'",
    "no TOML": "a = \x00",
}


SETTINGS_OF: dict[str, tuple[str, Callable[[Path], object]]] = {
    "check": (".scaffold.toml", lambda folder: CheckSettings(folder, {}, {})),
    "check, a project": ("pyproject.toml", lambda folder: CheckSettings(folder, {}, {})),
    "prove": (".scaffold.toml", lambda folder: load_subject(folder, {"image": "a:1"})),
    "the user": ("config.toml", lambda folder: read_settings(folder / "config.toml")),
}


@pytest.mark.parametrize("name", TOML)
@pytest.mark.parametrize("reader", SETTINGS_OF)
def test_settings(name: str, reader: str, tmp_path: Path) -> None:
    file, read = SETTINGS_OF[reader]
    (tmp_path / ".git").mkdir()
    (tmp_path / file).write_bytes(TOML[name].encode("utf-8", "surrogateescape"))
    with pytest.raises(FileError, match=file.replace(".", r"\.")) as caught:
        read(tmp_path)
    assert len(str(caught.value)) < 600 and "\n" not in str(caught.value)


def test_a_setting_of_thousands_of_digits(tmp_path: Path) -> None:
    (tmp_path / ".scaffold.toml").write_text(f"[check]\nselect = 0x{'f' * 50_000}\n")
    with pytest.raises(FileError, match="must be a list of words"):
        CheckSettings(tmp_path, {}, {})


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"findings": ' + "9" * 10_000 + "}", "[NaN]", '{"findings": [NaN]}', '{"findings": 1}', "\udcff"],
)
def test_a_baseline(text: str, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileError, match=r"old\.json is not a baseline"):
        read_baseline(tmp_path / "old.json")


def test_a_baseline_within_the_bounds(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps({"version": 1, "findings": [{"fingerprint": "a"}] * 2}))
    assert read_baseline(tmp_path / "old.json") == {"a": 2}


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_foreign(tmp_path / "pipe")
