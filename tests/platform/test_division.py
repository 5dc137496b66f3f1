"""A division's template on top of a platform's: both layers reach its services, by scaffold and by plain Copier."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scaffold.releases.changes import read_changes
from scaffold.template.fixes import with_decisions
from tests.platform.conftest import Run, release, tree
from tests.support.combinations import choices
from tests.support.commands import scaffold
from workshop.history import git

pytestmark = pytest.mark.aside

OWN_URL = "https://git.example.org/pay/template.git"
MORE = "- {id: acme-more, version: 1.1.0, pattern: P13, title: More replicas, why: Load., check: The quota.}\n"
REPOSITORY = "repository=github.com/pay/shop"  # given, because scaffold follows a new default and Copier does not
LANGUAGES = sorted(choices("language"))
FROM_BASE = "base 0.3.0, in acme 1.1.0"
CHANGE = "- {id: one, version: 0.3.0, pattern: P07, title: T, why: W, check: C}\n"


@pytest.fixture
def pay(acme: Path) -> Path:
    """Make a division's template on release 1.0.0 of the platform's."""
    release(acme, "1.0.0")
    made = scaffold("template", "new", "pay", "--url", OWN_URL, "--base", f"{acme}@1.0.0", cwd=acme.parent)
    assert made.returncode == 0 and "on 1.0.0 of acme. Next:" in made.stdout, made.stderr
    return acme.parent / "pay"


def of(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = scaffold("template", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def plain_copier(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "COPIER_CACHE_DIR": str(folder / "cache"), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "copier", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_both_layers_reach_a_service_by_both_tools(acme: Path, pay: Path, run: Run, tmp_path: Path) -> None:
    of(pay, "override", "Makefile.jinja")
    of(pay, "remove", "README.md.jinja")
    file = pay / "platform/files/Makefile.jinja"
    file.write_text("# Ours\n" + file.read_text())
    (pay / "platform/questions.yml").write_text("cost_center: {fixed: CC-0007}\nreplicas: {default: 4}\n")
    (pay / "platform/files/PAY.md.jinja").write_text("{{ name }} pays by {{ cost_center }}\n")
    of(pay, "build")
    assert "acme 1.0.0" in (pay / "NOTICE").read_text() and "kube-scaffold v0.2.0" in (pay / "NOTICE").read_text()
    release(pay, "1.0.0")
    done = scaffold("new", "shop", "--template", str(pay), "--defaults", "--data", REPOSITORY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = ("--data", "name=shop", "--data", REPOSITORY)
    plain_copier(tmp_path, "copy", "--quiet", "--defaults", *data, str(pay), "copied/shop")
    shop, copied = tmp_path / "shop", tmp_path / "copied/shop"
    assert (shop / "PAY.md").read_text() == "shop pays by CC-0007\n" and (shop / "PLATFORM.md").is_file()
    assert differing(shop, copied) <= {".copier-answers.yml"}

    run("pull", "--to", "0.3.0")
    (acme / "platform/changes.yml").write_text((acme / "platform/changes.yml").read_text() + MORE)
    run("build")
    release(acme, "1.1.0")
    assert "  newer: 1.1.0" in of(pay, "status", code=1).stdout.splitlines()
    assert of(pay, "pull").stdout.startswith("1.0.0 to 1.1.0 of acme\n")
    assert file.read_text().startswith("# Ours\n") and 'version: "1.1.0"' in (pay / "scaffold-template.yml").read_text()
    of(pay, "build", "--check")
    ledger = (pay / "platform/fixes.yml").read_text()
    assert f" ({FROM_BASE})\nmake-update: undecided\n" in ledger
    (pay / "platform/fixes.yml").write_text(ledger.replace("make-update: undecided", "make-update: {declined: Ours}"))
    of(pay, "build")
    release(pay, "1.1.0")

    shown = scaffold("status", "shop", cwd=tmp_path).stdout
    assert f"({FROM_BASE}, in 1.1.0; declined by pay: Ours)" in shown
    assert "P13 More replicas (acme 1.1.0, in 1.1.0)" in shown
    git(copied, "init", "--quiet")
    git(copied, "add", "--all")
    git(copied, "commit", "--quiet", "--message", "made")
    assert f"({FROM_BASE})" in scaffold("update", "shop", "--dry-run", cwd=tmp_path).stdout
    assert scaffold("update", "shop", cwd=tmp_path).returncode == 0
    plain_copier(copied, "update", "--quiet", "--defaults")
    assert differing(shop, copied) <= {".copier-answers.yml"}
    assert "acme-more" not in scaffold("status", "shop", "--json", cwd=tmp_path).stdout


def differing(one: Path, other: Path) -> set[str]:
    ours, theirs = (
        {path: text for path, text in tree(each).items() if not path.startswith("cache/")} for each in (one, other)
    )
    return {path for path in ours | theirs if ours.get(path) != theirs.get(path)}


def test_pull_and_build_are_one_and_a_new_division_is_right(acme: Path, pay: Path, run: Run) -> None:
    release(pay, "1.0.0")
    assert of(pay, "test", "-k", "shop").stdout.endswith("nothing wrong\n")
    run("pull", "--to", "0.3.0")
    release(acme, "1.1.0")
    before = tree(pay)
    of(pay, "pull", "--to", "1.1.0")
    pulled = tree(pay)
    of(pay, "pull", "--abort")
    assert tree(pay) == before
    of(pay, "pull")
    shutil.rmtree(pay / "templates")
    of(pay, "build")
    assert tree(pay) == pulled


def test_services_in_five_languages_follow_both_layers(acme: Path, pay: Path, run: Run) -> None:
    for language in LANGUAGES:
        (pay / f"platform/goldens/{language}.yml").write_text(f"name: {language}\nlanguage: {language}\n")
    of(pay, "override", "Makefile.jinja")
    with (pay / "platform/files/Makefile.jinja").open("a") as file:
        file.write("# of pay\n")
    of(pay, "build")
    release(pay, "1.0.0")
    run("pull", "--to", "0.3.0")
    release(acme, "1.1.0")
    assert of(pay, "pull").stdout.startswith("1.0.0 to 1.1.0 of acme\n")
    # each golden of release 1.0.0 is updated, and must become the service that the new release makes
    assert of(pay, "test", "--accept", "--no-copier").stdout.endswith("nothing wrong\n")
    assert all((pay / f"platform/goldens/{each}/Makefile").read_text().endswith("# of pay\n") for each in LANGUAGES)


def test_what_a_layer_below_declined_can_be_taken() -> None:
    origins = {"one": "base 0.3.0, in acme 1.1.0"}
    declined = CHANGE.replace("}", ", declined: 'acme: no'}").encode()
    (kept,) = read_changes(with_decisions(declined, {}, "pay", origins))
    assert (kept.declined, kept.brought) == ("acme: no", origins["one"])
    (taken,) = read_changes(with_decisions(declined, {"one": "taken"}, "pay", origins))
    assert taken.declined == ""
    (ours,) = read_changes(with_decisions(declined, {"one": {"declined": "never"}}, "pay", origins))
    assert ours.declined == "pay: never"


@pytest.mark.parametrize(
    ("base", "code", "words"),
    [
        ("plain", 12, "is not a platform's template: 1.0.0 has no scaffold-template.yml."),
        ("acme@7.0", 11, "7.0 is not a version of the template; the nearest is 1.0.0."),
        ("nowhere", 5, "can't be read"),
        ("ftp://git.example.org/acme", 2, "scaffold does not use the protocol"),
    ],
)
def test_a_base_that_is_none(base: str, code: int, words: str, acme: Path, tmp_path: Path) -> None:
    release(acme, "1.0.0")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/copier.yml").write_text("name: x\n")
    git(tmp_path / "plain", "init", "--quiet")
    release(tmp_path / "plain", "1.0.0")
    where = base if "://" in base else str(tmp_path / base)
    done = scaffold("template", "new", "pay", "--url", OWN_URL, "--base", where, cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "pay").exists()


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("  url: ", "  url: ftp://h/x # ", 12, "scaffold-template.yml, base.url: scaffold does not use the protocol"),
        ("  url: ", "  url: 7 # ", 12, "base.url is 7. Example: url: https://git.example.org/acme/template.git."),
        ("  commit: ", f"  commit: {'a' * 40} # ", 12, "base.commit is not the commit of 1.0.0"),
        ('"1.0.0"', '"9.0"', 11, "scaffold-template.yml, base: 9.0 is not a version"),
    ],
)
def test_a_manifest_with_a_wrong_base(old: str, new: str, code: int, words: str, pay: Path) -> None:
    file = pay / "scaffold-template.yml"
    file.write_text(file.read_text().replace(old, new))
    before = tree(pay)
    assert words in of(pay, "build", code=code).stderr
    assert tree(pay) == before


def test_the_status_as_data_names_the_base(acme: Path, pay: Path) -> None:
    found = json.loads(of(pay, "status", "--json").stdout)
    assert (found["base"], found["base_name"], found["base_url"]) == ("1.0.0", "acme", str(acme))
