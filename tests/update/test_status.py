"""`scaffold status`: a table, what is not finished, and what each lacks; exit 1 when there is any of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.update.edits import ANSWERS, without_record
from workshop.history import Lineage, commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"


def test_a_table_and_what_they_lack(start, update_to, lineage, tmp_path) -> None:
    start(name="behind")
    newest = start(name="newest")
    update_to(newest, "0.3.0")
    commit(newest)
    done = lineage.scaffold("status", "behind", "newest", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "service  version  behind      lacks      state\n"
        "behind   v0.1.0   2 releases  2 changes  clean\n"
        "newest   v0.3.0   -           -          clean\n"
        "Changes up to v0.3.0 that are missing:\n"
        "  P08 Ten old versions are kept (0.2.0): behind\n"
        "  P05 The log level is a question (0.2.0): behind\n"
        "Next:\n"
        "  scaffold update behind --dry-run  show what would change\n"
        "  scaffold update behind            update to the newest version\n"
    )
    done = lineage.scaffold("status", cwd=newest)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "service  version  behind  lacks  state\n.        v0.3.0   -       -      clean\n"


def test_many_go_on_after_an_error(start, lineage, tmp_path) -> None:
    start(name="one")
    shutil.rmtree(start(name="two") / ".git")  # git is not needed
    (tmp_path / "none").mkdir()
    done = lineage.scaffold("status", "one", "none", "two", "--json", cwd=tmp_path)
    assert done.returncode == 10
    one, none, two = json.loads(done.stdout)
    assert one["behind"] and two["behind"] and one["releases"] == ["v0.2.0", "v0.3.0"]
    assert [each["id"] for each in two["lacks"]] == ["longer-history", "log-level"]
    assert "no .copier-answers.yml" in none["error"]
    assert done.stderr.startswith("error: none has no ")
    assert lineage.scaffold("status", "one", "--quiet", cwd=tmp_path).stdout == ""


def state(lineage: Lineage, service: Path) -> tuple[int, str, list[str], list[str]]:
    done = lineage.scaffold("status", str(service), "--json", cwd=service.parent)
    (told,) = json.loads(done.stdout)
    return done.returncode, told["state"], told["conflicts"], told["edited"]


def test_what_is_not_finished_is_told(start, update_to, lineage) -> None:
    service = start("defaults")
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: \d+", "revisionHistoryLimit: 7")
    commit(service)
    update_to(service, "0.3.0")
    assert state(lineage, service) == (1, "1 conflict", [DEPLOYMENT], [])
    shown = lineage.scaffold("status", cwd=service).stdout
    steps = "Next:\n  git mergetool  in .: resolve the conflicts, then commit\n"
    assert shown.endswith(f".: 1 conflict: {DEPLOYMENT}\n{steps}")
    edit(service / DEPLOYMENT, r"(?s)<<<<<<<.*>>>>>>> [^\n]*", "  revisionHistoryLimit: 10")
    git(service, "add", "--update")
    assert state(lineage, service) == (1, "updated, not committed", [], [])
    commit(service)
    assert state(lineage, service) == (0, "", [], [])
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 3")
    assert state(lineage, service) == (1, "answers edited by hand, not committed", [], ["replicas"])
    commit(service)
    assert state(lineage, service) == (1, "answers edited by hand", [], ["replicas"])
    shown = lineage.scaffold("status", cwd=service).stdout
    steps = "Next:\n  scaffold update .  apply the edited answers\n"
    assert shown.endswith(f".: answers edited by hand: replicas\n{steps}")
    shutil.rmtree(service / ".git")
    assert state(lineage, service) == (1, "answers edited by hand", [], [])


def test_an_update_to_a_release_that_keeps_no_digest_is_no_edit_by_hand(start, lineage) -> None:
    service = without_record(start("defaults"))
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 3")
    git(service, "add", ANSWERS)
    assert state(lineage, service) == (1, "answers edited by hand, not committed", [], ["replicas"])
    edit(service / DEPLOYMENT, r"^  replicas: 2$", "  replicas: 3")
    assert state(lineage, service)[1] == "answers edited by hand, not committed"
    git(service, "add", DEPLOYMENT)
    assert state(lineage, service) == (1, "updated, not committed", [], [])


def test_a_service_in_a_folder_has_its_own_state(start, update_to, lineage) -> None:
    repository = start("mail", "all")
    shutil.copytree(repository, repository / "services/one", ignore=shutil.ignore_patterns(".git", "services"))
    commit(repository)
    edit(repository / "services/one" / DEPLOYMENT, r"revisionHistoryLimit: \d+", "revisionHistoryLimit: 7")
    commit(repository)
    update_to(repository / "services/one", "0.3.0")
    assert state(lineage, repository / "services/one")[1:3] == ("1 conflict", [f"services/one/{DEPLOYMENT}"])


def test_check_notes_answers_that_were_edited(start, lineage) -> None:
    service = start("defaults")
    assert "edited by hand" not in lineage.scaffold("check", cwd=service).stdout
    edit(service / ANSWERS, r"^replicas: 2$", "replicas: 3")
    done = lineage.scaffold("check", cwd=service)
    assert f"{ANSWERS}" in done.stdout and "its answers were edited by hand" in done.stdout
    assert done.returncode == 0 and lineage.scaffold("check", "--strict", cwd=service).returncode == 1


NEWS = """\
- {{id: for-{language}, version: 0.4.0, pattern: none, title: For {language}, why: W, check: C, where: language == '{language}'}}
"""


def test_news_of_other_languages_is_not_told(start, lineage, tmp_path) -> None:
    root = Path(shutil.copytree(lineage.root, tmp_path / "news/checkout", symlinks=True))
    with (root / "templates/service/changes.yml").open("a") as file:
        file.write(NEWS.format(language="java") + NEWS.format(language="python"))
    git(root, "commit", "--quiet", "--all", "--message", "0.4.0")
    with (root / "releases.yml").open("a") as file:
        file.write(f"- version: 0.4.0\n  commit: {git(root, 'rev-parse', 'HEAD')}\n  date: 2026-01-01\n")
    newer, service = Lineage(root), start("defaults")
    (told,) = json.loads(newer.scaffold("status", str(service), "--json", cwd=tmp_path).stdout)
    brought = json.loads(newer.scaffold("update", str(service), "--dry-run", "--json", cwd=tmp_path).stdout)
    for news in (told["lacks"], brought["changes"]):
        assert [each["id"] for each in news] == ["longer-history", "log-level", "for-python"]
