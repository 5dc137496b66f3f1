"""The template's URL that services remember: flag, environment, settings file, project; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.engine.template import template_root
from scaffold.errors import FileError
from scaffold.releases.home import installed_home, project_url, template_url
from scaffold.settings.user import read_settings
from tests.cli.test_new import scaffold

URL = "https://git.example.org/mirrors/scaffold.git"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SCAFFOLD_TEMPLATE_URL", raising=False)
    file = tmp_path / "config/kube-scaffold/config.toml"
    file.parent.mkdir(parents=True)
    return file


def test_the_project_s_url_is_the_default() -> None:
    assert template_url() == project_url()
    assert project_url().startswith("https://scaffold.example/")


def test_each_place_wins_over_the_next(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text('template = "https://three.example/t.git"\n')
    assert template_url() == "https://three.example/t.git"
    monkeypatch.setenv("SCAFFOLD_TEMPLATE_URL", "https://two.example/t.git")
    assert template_url() == "https://two.example/t.git"
    assert template_url("https://one.example/t.git") == "https://one.example/t.git"


@pytest.mark.parametrize(
    "url", ["git@git.example.org:mirrors/scaffold.git", "gh:example-org/scaffold", "/srv/scaffold"]
)
def test_what_git_and_copier_know_is_a_url(url: str) -> None:
    assert template_url(url) == url


@pytest.mark.parametrize("url", ["", " ", "a b", "--upload-pack=x", "https://a\nb", "https://[x", "\x00"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(FileError, match=r"^--template: .* is not a URL"):
        template_url(url)


def test_a_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_TEMPLATE_URL", "https://me:secret@git.example.org/t.git")
    with pytest.raises(FileError) as error:
        template_url()
    assert str(error.value).startswith("SCAFFOLD_TEMPLATE_URL: the URL contains a password")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("template = ", "no valid TOML: "),
        ("templat = 'x'", "templat is not a setting. Did you mean template?"),
        ("zzz = 'x'", "zzz is not a setting. The settings are template, answers."),
        ("template = 1", "template must be text; for example "),
        ("template = 'a b'", "'a b' is not a URL"),
    ],
)
def test_wrong_settings_are_named_with_their_file(text: str, words: str, settings: Path) -> None:
    settings.write_text(text)
    with pytest.raises(FileError) as error:
        template_url()
    assert str(error.value).startswith(str(settings))
    assert words in str(error.value)


def test_settings_that_can_t_be_read(settings: Path) -> None:
    settings.write_bytes(b"\xff")
    with pytest.raises(FileError, match="no valid TOML"):
        read_settings()
    settings.unlink()
    settings.mkdir()
    with pytest.raises(FileError, match="can't be read: Is a directory"):
        read_settings()


def test_services_of_this_template_are_known_by_their_url(settings: Path) -> None:
    assert installed_home().owns(project_url())
    assert installed_home().owns(project_url().removesuffix(".git") + "/")
    assert installed_home().owns(f"git+{project_url()}")
    assert installed_home().owns(str(template_root()))
    assert not installed_home().owns(URL)
    assert not any(installed_home().owns(source) for source in ("", ".", "/", "\0", "/\0"))
    assert not installed_home().owns(f"{project_url()}x")
    settings.write_text(f'template = "{URL}"\n')
    assert installed_home().owns(URL)
    assert installed_home().owns(project_url())
    assert installed_home("https://other.example/t").owns("https://other.example/t.git")


def test_new_remembers_the_url(tmp_path: Path, settings: Path) -> None:
    done = scaffold("new", "one", "--defaults", "--template", URL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"_src_path: {URL}\n" in (tmp_path / "one/.copier-answers.yml").read_text()
    done = scaffold("new", "two", "--defaults", "--template", "", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (12, "")
    assert not (tmp_path / "two").exists()


def test_new_refuses_an_unknown_version(tmp_path: Path) -> None:
    done = scaffold("new", "one", "--defaults", "--vcs-ref", "99.0", cwd=tmp_path)
    assert done.returncode == 11
    assert "99.0 is " in done.stderr
    assert not (tmp_path / "one").exists()
