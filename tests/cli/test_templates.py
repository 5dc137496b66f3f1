"""Services of somebody else's template: made, looked at, updated and moved, as plain Copier would do it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.releases.home import project_url
from tests.support import somebodys_template as somebodys
from tests.support.both_tools import contents, copier
from tests.support.commands import scaffold
from workshop import goldens
from workshop.history import git

pytestmark = pytest.mark.aside

ANSWERS = ("--data", "project_name=my-shop")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a template that no test changes."""
    return somebodys.make(tmp_path_factory.mktemp("published") / "template")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run scaffold in the test's folder, with a cache and settings of its own."""

    def start(*arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config"), **environment}
        done = scaffold(*arguments, cwd=tmp_path, **own)
        assert done.returncode == code, done.stderr + done.stdout
        return done

    return start


def remembered(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    return found


@pytest.mark.parametrize("answers", [{}, {"use_db": "true", "port": "9000", "licence": "Apache-2.0"}])
@pytest.mark.parametrize("version", ["1.0.0", ""])
def test_new_gives_what_copier_gives(
    version: str, answers: dict[str, str], published: Path, run: Run, tmp_path: Path
) -> None:
    data = [*ANSWERS, *(word for key, value in answers.items() for word in ("--data", f"{key}={value}"))]
    run("new", "ours", "--template", f"{published}{version and '@' + version}", *data)
    ref = ("--vcs-ref", f"v{version}") if version else ()
    copier("copy", "--defaults", *ref, *data, str(published), "theirs", cwd=tmp_path)
    assert contents(tmp_path / "ours") == contents(tmp_path / "theirs")
    assert remembered(tmp_path / "ours")["_commit"] == ("v1.0.0" if version else "1.1.0")
    assert ("db_name" in remembered(tmp_path / "ours")) == ("use_db" in answers)


def test_both_tools_update_each_other_s_services(published: Path, run: Run, tmp_path: Path) -> None:
    run("new", "ours", "--template", f"{published}@1.0.0", *ANSWERS)
    copier("copy", "--defaults", "--vcs-ref", "v1.0.0", *ANSWERS, str(published), "theirs", cwd=tmp_path)
    git(tmp_path / "theirs", "init", "--quiet")
    for each in ("ours", "theirs"):
        (tmp_path / each / "my_shop/main.txt").write_text("Hello my-shop\nand all\n")
        git(tmp_path / each, "add", "--all")
        git(tmp_path / each, "commit", "--quiet", "--message", "an edit")
    copier("update", "--defaults", "ours", cwd=tmp_path)
    done = run("update", "theirs")
    assert "v1.0.0 to 1.1.0" in done.stdout + done.stderr
    assert "make setup test" not in done.stdout + done.stderr
    assert contents(tmp_path / "ours") == contents(tmp_path / "theirs")
    assert "and all" in (tmp_path / "theirs/my_shop/main.txt").read_text()
    assert "platform team" in (tmp_path / "theirs/README.md").read_text()


def test_an_answer_shows_and_hides_a_question(published: Path, run: Run, tmp_path: Path) -> None:
    run("new", "ours", "--template", str(published), *ANSWERS)
    done = run("update", "ours", "--data", "db_name=x", code=3)
    assert "db_name is not asked beside these answers ({{ use_db }}). Leave it out." in done.stderr
    run("update", "ours", "--data", "use_db=true", "--data", "db_name=orders", "--commit")
    assert (tmp_path / "ours/db/orders.sql").is_file()
    assert remembered(tmp_path / "ours")["db_name"] == "orders"
    run("update", "ours", "--data", "use_db=false", "--yes")
    assert "db_name" not in remembered(tmp_path / "ours")
    assert not (tmp_path / "ours/db").exists()


def test_status_and_questions(published: Path, run: Run, tmp_path: Path) -> None:
    run("new", "ours", "--template", f"{published}@1.0.0", *ANSWERS)
    status = json.loads(run("status", "ours", "--json", code=1).stdout)
    assert (status[0]["version"], status[0]["newest"], status[0]["releases"]) == ("v1.0.0", "1.1.0", ["1.1.0"])
    shown = run("questions", "--template", str(published)).stdout
    assert "project_name  str\n  What is the project called?\n  default: none\n" in shown
    described = json.loads(run("questions", "--template", str(published), "--json").stdout)
    assert [each["name"] for each in described] == ["project_name", "use_db", "db_name", "licence", "port"]
    schema = json.loads(run("questions", "--template", f"{published}@1.0.0", "--schema").stdout)
    assert schema["properties"]["licence"]["enum"] == ["MIT", "Apache-2.0"]


def test_what_was_fetched_once_is_used_without_a_network(published: Path, run: Run, tmp_path: Path) -> None:
    moving = tmp_path / "moving"
    git(tmp_path, "clone", "--quiet", "--bare", str(published), str(moving))
    url = f"file://{moving}"
    done = run("new", "one", "--template", f"{url}@1.0.0", *ANSWERS)
    assert f"Fetching {url}\n" in done.stderr
    moving.rename(tmp_path / "gone")
    assert "Fetching" not in run("new", "two", "--template", f"{url}@1.0.0", *ANSWERS).stderr
    assert "can't be reached" in run("update", "one").stderr
    assert remembered(tmp_path / "one")["_commit"] == "1.1.0"
    assert "can't be reached" not in run("update", "two", "--offline").stderr
    assert remembered(tmp_path / "two")["_commit"] == "1.1.0"
    other = run("new", "three", "--template", "https://git.example.org/t.git", "--offline", *ANSWERS, code=11)
    assert "https://git.example.org/t.git is not in the cache, and --offline forbids fetching it." in other.stderr
    assert not (tmp_path / "three").exists()


def test_the_settings_make_it_the_usual_template(published: Path, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config/kube-scaffold/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'template = "{published}@1.0.0"\n[answers]\nport = 9000\nowner = "x/y"\n')
    run("new", "one", *ANSWERS)
    assert (remembered(tmp_path / "one")["_src_path"], remembered(tmp_path / "one")["port"]) == (str(published), 9000)
    assert remembered(tmp_path / "one")["_commit"] == "v1.0.0"
    run("new", "two", *ANSWERS, SCAFFOLD_TEMPLATE_URL=f"{published}@1.1.0")
    assert remembered(tmp_path / "two")["_commit"] == "1.1.0"
    config.write_text(f'template = "{published}"\n[answers]\nprot = 9000\n')
    assert "prot is not a question of this template. Did you mean port?" in run("new", "x", *ANSWERS, code=12).stderr


def test_what_is_missing_is_said(published: Path, run: Run, tmp_path: Path) -> None:
    for arguments, code, words in (
        (("new", "x", "--template", str(published), "--defaults"), 3, "project_name has no default. Answer it with"),
        (("new", "--template", str(published), *ANSWERS), 2, "this template asks for no name; name the folder"),
        (("new", "x", "--template", f"{published}@7.0", *ANSWERS), 11, "7.0 is not a version of the template"),
        (("new", "x", "--template", str(tmp_path / "no"), *ANSWERS), 5, "can't be read: fatal: repository"),
        (("new", "x", "--template", "", *ANSWERS), 2, "'' is not an address of a template"),
        (("questions", "--template", str(tmp_path / "no")), 5, "Check the address, and that `git ls-remote"),
    ):
        assert words in run(*arguments, code=code).stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cache"]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a platform team's template that was made from this one."""
    folder = tmp_path_factory.mktemp("acme") / "template"
    folder.mkdir()
    listing = subprocess.run(
        ["git", "ls-files", "-z", "copier.yml", "templates"], cwd=goldens.ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, listing.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((goldens.ROOT / name).read_bytes())
        target.chmod((goldens.ROOT / name).stat().st_mode)
    readme = folder / "templates/service/skeleton/README.md.jinja"
    readme.write_text(readme.read_text() + "\nAcme's platform team answers in #platform.\n")
    git(folder, "init", "--quiet")
    somebodys.release(folder, "1.0.0")
    return folder


def test_a_service_moves_to_another_template_with_its_answers_and_edits(acme: Path, run: Run, tmp_path: Path) -> None:
    run("new", "payments", "--vcs-ref", "HEAD", "--data", "language=go", "--data", "replicas=5")
    service = tmp_path / "payments"
    edited = service / "internal/api/overview.go"
    edited.write_text(edited.read_text() + "\n// ours\n")
    git(service, "commit", "--quiet", "--all", "--message", "an edit")
    dry = run("update", "payments", "--onto", str(acme), "--dry-run", "--json")
    assert json.loads(dry.stdout)["to"] == "1.0.0" and git(service, "status", "--porcelain") == ""
    run("update", "payments", "--onto", f"{acme}@1.0.0", "--commit")
    answers = remembered(service)
    assert (answers["_src_path"], answers["_commit"], answers["replicas"]) == (str(acme), "1.0.0", 5)
    assert "#platform" in (service / "README.md").read_text()
    assert edited.read_text().endswith("// ours\n")
    assert "clean" in run("status", "payments").stdout
    moved = contents(service)
    run("new", "fresh", "--template", str(acme), *(f"--data={key}={answers[key]}" for key in ("language", "replicas")),
        "--data", "name=payments")  # fmt: skip
    fresh = contents(tmp_path / "fresh")
    fresh["internal/api/overview.go"] = moved["internal/api/overview.go"]
    assert moved == fresh


def test_the_project_s_own_address_is_the_template_that_is_installed(run: Run, tmp_path: Path) -> None:
    done = run("new", "payments", "--defaults", "--offline", "--template", f"{project_url()}@HEAD")
    assert "Fetching" not in done.stderr
    assert remembered(tmp_path / "payments")["_src_path"] == project_url()
