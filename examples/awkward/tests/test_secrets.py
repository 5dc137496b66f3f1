"""The secret settings: required, never shown, and read again when their file changes."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import ConfigurationError, load
from app.secret_file import SecretFile

CANARY = "S3cr3t-c4nary"
FILES = [
    "TRUE_FILE",
]


def refused(name: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load()
    [error] = caught.value.errors
    assert error.startswith(f"{name} must be ")
    return error


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [None, b"", b"\n", CANARY.encode() + b"\xff"])
def test_a_file_without_a_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: bytes | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(name, str(file))
    assert refused(name) == f"{name} must be the path of a UTF-8 file that is not empty"
    monkeypatch.delenv(name)
    refused(name)


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(f"{CANARY}\n")
    monkeypatch.setenv(name, str(tmp_path / "secret"))
    settings = load()
    assert getattr(settings, name.lower()).get_secret_value() == CANARY
    assert CANARY not in f"{settings} {settings!r} {settings.model_dump()}"


def test_a_rotated_file_is_read_again(tmp_path: Path) -> None:
    """Kubernetes replaces the link ..data in one step."""
    for version, text in (("..1", "old\n"), ("..2", "new\n")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "key").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "key").symlink_to("..data/key")
    secret = SecretFile(str(tmp_path / "key"))
    assert secret.get_secret_value() == "old"
    (tmp_path / "..next").symlink_to("..2")
    (tmp_path / "..next").rename(tmp_path / "..data")
    assert secret.get_secret_value() == "new"


@pytest.mark.parametrize("fault", [b"", b"\n", b"\xff" + CANARY.encode(), None])
def test_an_unreadable_file_keeps_the_last_text(
    tmp_path: Path, lines: Callable[[], list[dict[str, object]]], fault: bytes | None
) -> None:
    file = tmp_path / "key"
    file.write_text(CANARY)
    secret = SecretFile(str(file))
    file.unlink()
    if fault is not None:
        file.write_bytes(fault)
    assert [secret.get_secret_value(), secret.get_secret_value()] == [CANARY, CANARY]
    logging.getLogger("app").error("broken", extra={"secret": secret})
    assert [line["message"] for line in lines()] == ["secret unreadable", "broken"]
    assert lines()[0]["path"] == str(file)
    assert CANARY not in str(lines())
    file.write_text("next")
    assert secret.get_secret_value() == "next"
