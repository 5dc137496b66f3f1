"""`scaffold status`: one line a service, exit 1 when one is behind."""

from __future__ import annotations

import json
import shutil

from workshop.history import commit


def test_one_line(start, update_to, lineage, tmp_path) -> None:
    start(name="behind")
    newest = start(name="newest")
    update_to(newest, "0.3.0")
    commit(newest)
    done = lineage.scaffold("status", "behind", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "behind: v0.1.0, 2 releases behind v0.3.0; lacks P08 Ten old versions are kept; P05 The log level is a question\n"
    )
    done = lineage.scaffold("status", cwd=newest)
    assert (done.returncode, done.stdout, done.stderr) == (0, ".: v0.3.0, the newest\n", "")


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
