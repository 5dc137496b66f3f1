"""Where the answers of `scaffold new` come from, and which version of the template it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.releases import installed
from tests.cli.test_new import git, scaffold

USERS = '[answers]\nowner = "user/team"\nimage_registry = "registry.user.example"\nreplicas = 5\nbreaker = "envoy"\n'


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, dict[str, str]]:
    """Return a repository, the user's settings and the variables with which they are found."""
    work, settings = tmp_path / "work", tmp_path / "config/kube-scaffold/config.toml"
    work.mkdir()
    git(work, "init", "--quiet")
    settings.parent.mkdir(parents=True)
    return work, settings, {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def made(work: Path, env: dict[str, str], *options: str) -> dict[str, object]:
    done = scaffold("new", "services/orders", "--defaults", "--json", "--dry-run", *options, cwd=work, **env)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["answers"])


def test_command_line_repository_user_and_template_in_this_order(places: tuple[Path, Path, dict[str, str]]) -> None:
    work, settings, env = places
    assert made(work, env)["owner"] == "example-org/platform"
    settings.write_text(USERS)
    answers = made(work, env)
    assert (answers["owner"], answers["replicas"]) == ("user/team", 5)
    assert answers["max_replicas"] == 5, "a default follows what it is made of"
    assert answers["breaker"] == "none", "without a dependency it does not matter"
    assert made(work, env, "--data", "dependencies=[{name: mail}]", "--vcs-ref", "HEAD")["breaker"] == "envoy"
    (work / ".scaffold.toml").write_text('[answers]\nowner = "repository/team"\n')
    answers = made(work, env)
    assert (answers["owner"], answers["replicas"]) == ("repository/team", 5)
    assert made(work, env, "--data", "owner=line/team")["owner"] == "line/team"


def test_a_repository_s_pyproject_may_have_them(places: tuple[Path, Path, dict[str, str]]) -> None:
    work, _, env = places
    (work / "pyproject.toml").write_text('[tool.scaffold.answers]\nowner = "repository/team"\n')
    assert made(work, env)["owner"] == "repository/team"


def test_a_folder_outside_of_any_repository_has_none(tmp_path: Path) -> None:
    (tmp_path / ".scaffold.toml").write_text('[answers]\nowner = "somebody/else"\n')
    done = scaffold("new", "orders", "--defaults", "--json", "--dry-run", cwd=tmp_path)
    assert json.loads(done.stdout)["answers"]["owner"] == "example-org/platform"


def test_it_says_which_file_they_come_from(places: tuple[Path, Path, dict[str, str]]) -> None:
    work, settings, env = places
    settings.write_text(USERS)
    done = scaffold("new", "orders", "--defaults", cwd=work, **env)
    assert f"From {settings}: [answers]: owner, image_registry, replicas." in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[answers]\nowne = "x"\n', "[answers]: owne is not a question of this template. Did you mean owner?"),
        ("[answers]\nreplicas = 1\n", "a whole number of pods from 2 to 500"),
        (
            '[answers]\nlanguage = "perl"\n',
            "[answers]: language must be one of python, go, java, rust, typescript, not perl.",
        ),
        ("answers = 1\n", "answers must be a table"),
        ("[answer]\n", "Did you mean answers?"),
    ],
)
def test_wrong_ones_are_refused_with_their_place(
    content: str, words: str, places: tuple[Path, Path, dict[str, str]]
) -> None:
    work, settings, env = places
    settings.write_text(content)
    done = scaffold("new", "orders", "--defaults", cwd=work, **env)
    assert (done.returncode, done.stdout) == (12, "")
    assert str(settings) in done.stderr
    assert words in done.stderr
    assert not (work / "orders").exists()


def test_the_newest_release_is_taken_unless_told_otherwise(tmp_path: Path) -> None:
    released, here = installed().latest, installed().resolve("HEAD").name
    assert released is not None
    for options, version in (((), released.tag), (("--vcs-ref", "0.1.0"), "v0.1.0"), (("--vcs-ref", "HEAD"), here)):
        done = scaffold("new", "orders", "--defaults", "--json", "--dry-run", *options, cwd=tmp_path)
        assert json.loads(done.stdout)["template"]["version"] == version


def test_records_have_defaults(tmp_path: Path) -> None:
    options = ("--data", "dependencies=[{name: payments}, {name: db, url: 'db:5432', kind: auxiliary}]")
    jobs = ("--data", "jobs=[{name: reconcile}]")
    done = scaffold("new", "orders", *options, *jobs, "--json", "--dry-run", "--vcs-ref", "HEAD", cwd=tmp_path)
    answers = json.loads(done.stdout)["answers"]
    assert answers["dependencies"] == [
        {"name": "payments", "url": "http://payments", "kind": "critical", "timeout": 1},
        {"name": "db", "url": "db:5432", "kind": "auxiliary", "timeout": 1},
    ]
    assert answers["jobs"] == [{"name": "reconcile", "command": "reconcile", "deadline": 600, "retries": 2}]


def test_a_record_without_a_name_is_refused(tmp_path: Path) -> None:
    wrong = ("--data", "dependencies=[{url: 'http://a'}]")
    done = scaffold("new", "orders", *wrong, "--json", "--vcs-ref", "HEAD", cwd=tmp_path)
    assert done.returncode == 3
    assert "dependencies[0] must have the field name. Example: [" in done.stderr
