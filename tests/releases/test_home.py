"""Which template is used: by flag, environment, settings file or the service itself; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.engine.template import template_root
from scaffold.errors import FileError, OptionError, ServiceError
from scaffold.releases import installed
from scaffold.releases.home import Homes, project_url
from scaffold.settings.user import read_settings
from tests.support.commands import scaffold

URL = "https://git.example.org/mirrors/scaffold.git"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SCAFFOLD_TEMPLATE_URL", raising=False)
    file = tmp_path / "config/kube-scaffold/config.toml"
    file.parent.mkdir(parents=True)
    return file


def test_the_project_s_own_template_is_the_default() -> None:
    assert Homes().for_new() is not Homes().own
    assert (Homes().for_new().url, Homes().for_new().history) == (project_url(), installed())
    assert project_url().startswith("https://scaffold.example/")


def test_each_place_wins_over_the_next(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text('template = "https://three.example/t.git"\n')
    assert Homes().for_new().url == "https://three.example/t.git"
    monkeypatch.setenv("SCAFFOLD_TEMPLATE_URL", "https://two.example/t.git")
    assert Homes().for_new().url == "https://two.example/t.git"
    assert Homes("https://one.example/t.git@1.0").for_new().url == "https://one.example/t.git"
    assert Homes("https://one.example/t.git@1.0").for_new().version == "1.0"


def test_a_wrong_address_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match=r"^the template: 'a b' is not an address"):
        Homes("a b").for_new()
    monkeypatch.setenv("SCAFFOLD_TEMPLATE_URL", "https://me:secret@git.example.org/t.git")
    with pytest.raises(FileError, match=r"^SCAFFOLD_TEMPLATE_URL: the URL contains a password"):
        Homes().for_new()


def test_a_service_has_the_template_that_it_remembers() -> None:
    homes = Homes()
    for source in (
        project_url(),
        project_url().removesuffix(".git") + "/",
        f"git+{project_url()}",
        str(template_root()),
    ):
        assert homes.of(source) is homes.own
    assert homes.of(URL).url == URL
    assert homes.of(URL) is homes.of(URL)
    assert homes.of(f"{project_url()}x") is not homes.own
    chosen = Homes(str(template_root().parent))
    assert chosen.of(project_url()).url == str(template_root().parent)


@pytest.mark.parametrize("source", ["", "a b", "--upload-pack=x", "ext::sh", "\0", "/\0"])
def test_a_service_that_remembers_no_address(source: str) -> None:
    with pytest.raises(ServiceError, match="names no template that scaffold can read: _src_path: "):
        Homes().of(source)


def test_one_home_is_for_services_of_its_template_only() -> None:
    assert Homes().own.of(project_url()).url == project_url()
    with pytest.raises(ServiceError, match="it was made from another template"):
        Homes().own.of(URL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("template = ", "is not valid TOML: "),
        ("templat = 'x'", "templat is not a setting. Did you mean template?"),
        ("zzz = 'x'", "zzz is not a setting. The settings are template, answers."),
        ("template = 1", "template must be text; for example "),
        ("template = 'a b'", "'a b' is not an address of a template"),
    ],
)
def test_wrong_settings_are_named_with_their_file(text: str, words: str, settings: Path) -> None:
    settings.write_text(text)
    with pytest.raises(FileError) as error:
        Homes().for_new()
    assert str(error.value).startswith(str(settings))
    assert words in str(error.value)


def test_settings_that_can_t_be_read(settings: Path) -> None:
    settings.write_bytes(b"\xff")
    with pytest.raises(FileError, match="is not valid TOML"):
        read_settings()
    settings.unlink()
    settings.mkdir()
    with pytest.raises(FileError, match="can't be read: Is a directory"):
        read_settings()


def test_new_refuses_an_unknown_version(tmp_path: Path) -> None:
    done = scaffold("new", "one", "--defaults", "--vcs-ref", "99.0", cwd=tmp_path)
    assert done.returncode == 11
    assert "99.0 is " in done.stderr
    assert not (tmp_path / "one").exists()
