"""What a template may be called: URLs, paths and bundles, with a version or without; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.errors import FileError
from scaffold.releases.address import read_address


@pytest.mark.parametrize(
    ("text", "source", "location", "version"),
    [
        ("https://git.example.org/t.git", "https://git.example.org/t.git", "https://git.example.org/t.git", None),
        ("https://git.example.org/t.git@1.2.0", "https://git.example.org/t.git", "https://git.example.org/t.git", "1.2.0"),
        ("https://me@git.example.org/t.git", "https://me@git.example.org/t.git", "https://me@git.example.org/t.git", None),
        ("git@git.example.org:team/t.git", "git@git.example.org:team/t.git", "git@git.example.org:team/t.git", None),
        ("git@git.example.org:t@v2", "git@git.example.org:t", "git@git.example.org:t", "v2"),
        ("git@git.example.org:t", "git@git.example.org:t", "git@git.example.org:t", None),
        ("ssh://git@git.example.org/t", "ssh://git@git.example.org/t", "ssh://git@git.example.org/t", None),
        ("git+https://git.example.org/t", "git+https://git.example.org/t", "https://git.example.org/t", None),
        ("gh:acme/t@HEAD", "gh:acme/t", "https://github.com/acme/t.git", "HEAD"),
        ("gl:acme/t.git", "gl:acme/t.git", "https://gitlab.com/acme/t.git", None),
        ("/srv/t@1.0", "/srv/t", "/srv/t", "1.0"),
        ("/srv/t.bundle", "/srv/t.bundle", "/srv/t.bundle", None),
    ],
)  # fmt: skip
def test_addresses(text: str, source: str, location: str, version: str | None) -> None:
    found = read_address(text, "--template")
    assert (found.source, found.location, found.version) == (source, location, version)


def test_a_path_means_the_same_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t@home").mkdir()
    assert read_address("t", "--template").source == str(tmp_path / "t")
    assert read_address("./t@1.0", "--template").version == "1.0"
    assert read_address("t.bundle@1.0", "--template").source == str(tmp_path / "t.bundle")
    (tmp_path / "u").mkdir()
    assert read_address("u@1.0", "--template").version == "1.0"
    assert read_address("t@home", "--template").source == str(tmp_path / "t@home")
    assert read_address("~/t", "--template").source == str(Path.home() / "t")
    assert read_address("t", "--template").path == tmp_path / "t"
    assert read_address("https://git.example.org/t", "--template").path is None


def test_what_a_service_remembers_has_no_version() -> None:
    assert read_address("/srv/t@1.0", "_src_path", remembered=True).source == "/srv/t@1.0"
    with pytest.raises(FileError, match=r"^_src_path: '\.\./t' is a relative path\. Name the template with --template"):
        read_address("../t", "_src_path", remembered=True)


@pytest.mark.parametrize("text", ["", " ", "a b", "--upload-pack=x", "https://a\nb", "\x00"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(FileError, match=r"^--template: .* is not an address of a template; for example https://"):
        read_address(text, "--template")


@pytest.mark.parametrize(
    "text", ["ext::sh -c x", "ext::sh", "fd::17/x", "ftp://a/b", "codecommit::eu://r", "rsync://a"]
)
def test_a_protocol_that_could_run_something_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        read_address(text, "--template")


def test_a_secret_is_refused_and_not_shown() -> None:
    with pytest.raises(FileError) as error:
        read_address("https://me:secret@git.example.org/t.git", "SCAFFOLD_TEMPLATE_URL")
    assert str(error.value).startswith("SCAFFOLD_TEMPLATE_URL: the URL contains a password")
    assert "secret" not in str(error.value)
    with pytest.raises(FileError, match="is not a URL"):
        read_address("https://[x", "--template")
