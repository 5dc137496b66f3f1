"""Settings of somebody's template that scaffold reads as Copier does: the same bytes in a new service and an update."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.template import load_template
from scaffold.errors import AnswerError
from tests.support import somebodys_template as somebodys
from tests.support.both_tools import contents, copier
from tests.support.commands import scaffold
from tests.support.files import write_tree
from workshop.history import git

COPIER_YML = """
_exclude: [copier.yml, .git, "*.draft", /internal, "!internal/shown.txt", "{% if not db %}sql{% endif %}", "a\\nb"]
_skip_if_exists: [config.ini, "{{ name }}.env", "lost/"]
_secret_questions: [password]
name: {type: str, default: shop}
db: {type: bool, default: false}
tools: {type: str, multiselect: true, choices: [{LABELS}], default: [helm, "{{ 'make' }}"]}
ports: {type: int, multiselect: true, choices: {web: 80, api: 8080, admin: 9090}, default: "[8080, '80']"}
token: {type: str, secret: true, default: none-yet, validator: "{% if token != 'none' %}{% if token | length > 9 %}long{% endif %}{% endif %}"}
password: {type: str, default: "{{ name }}-pw"}
---
_exclude: [later.txt]
"""
FILES = {
    "copier.yml": COPIER_YML.replace("{LABELS}", "make, helm, kustomize"),
    "README.md.jinja": "{{ name }} {{ tools }} {{ ports }}\n",
    "secret.env.jinja": "T={{ token }}\nP={{ password }}\n",
    "note.draft": "x\n",
    "internal/hidden.txt": "x\n",
    "internal/shown.txt": "x\n",
    "sql/{{ name }}.sql": "x\n",
    "a": "x\n",
    "deep/b": "x\n",
    "later.txt": "x\n",
    "gone.txt": "x\n",
    "config.ini.jinja": "[{{ name }}]\nversion = 1\n",
    "{{ name }}.env": "A=1\n",
    "lost/one.txt": "1\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}
DATA = ("--data", "token=s3cr3t", "--data", "tools=[kustomize, make]")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a template with two versions: the second excludes a file, and changes those that updates skip."""
    folder = tmp_path_factory.mktemp("settings") / "template"
    folder.mkdir()
    write_tree(folder, FILES)
    git(folder, "init", "--quiet", "--initial-branch=main")
    somebodys.release(folder, "1.0.0")
    yml = FILES["copier.yml"].replace("[copier.yml,", "[copier.yml, gone.txt,")
    changed = {
        "copier.yml": yml,
        "config.ini.jinja": "[{{ name }}]\nversion = 2\n",
        "{{ name }}.env": "A=2\n",
        "lost/one.txt": "2\n",
        "lost/two.txt": "2\n",
        "README.md.jinja": FILES["README.md.jinja"] + "More.\n",
    }
    write_tree(folder, changed)
    somebodys.release(folder, "2.0.0")
    return folder


def test_both_tools_make_and_update_the_same(template: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "shop", tmp_path / "theirs"
    done = scaffold("new", "shop", "--template", f"{template}@1.0.0", "--defaults", "--json", *DATA, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    copier("copy", "--quiet", "--defaults", "--vcs-ref", "1.0.0", *DATA, str(template), str(theirs), cwd=tmp_path)
    assert contents(ours) == contents(theirs)
    assert sorted(contents(ours)) == [
        ".copier-answers.yml", "README.md", "config.ini", "gone.txt", "internal/shown.txt", "lost/one.txt",
        "secret.env", "shop.env",
    ]  # fmt: skip
    assert (ours / "README.md").read_text() == "shop ['make', 'kustomize'] [80, 8080]\n"
    assert (ours / "secret.env").read_text() == "T=s3cr3t\nP=shop-pw\n"
    kept = yaml.safe_load((ours / ".copier-answers.yml").read_text())
    assert kept.keys() >= {"tools", "ports"} and not {"token", "password"} & kept.keys()
    assert json.loads(done.stdout)["answers"].keys() == {"name", "db", "tools", "ports"}

    for folder in (ours, theirs):
        (folder / "config.ini").write_text("ours\n")
        (folder / "lost/one.txt").unlink()
        if not (folder / ".git").exists():
            git(folder, "init", "--quiet")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "edited")
    done = scaffold("update", "shop", "--data", "tools=[helm]", "--json", cwd=tmp_path)
    assert done.returncode == 0 and "s3cr3t" not in done.stdout + done.stderr, done.stderr
    copier("update", "--quiet", "--defaults", "--data", "tools=[helm]", cwd=theirs)
    after = contents(theirs)
    assert contents(ours) == {path: found for path, found in after.items() if not path.startswith("copiers-cache/")}
    assert (ours / "config.ini").read_text() == "ours\n" and (ours / "shop.env").read_text() == "A=1\n"
    assert (ours / "lost/one.txt").read_text() == "2\n" and (ours / "lost/two.txt").is_file()
    assert (ours / "gone.txt").is_file() and "More." in (ours / "README.md").read_text()
    assert "s3cr3t" in (ours / "secret.env").read_text()


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("tools", "[cmake]", "tools must be one of make, helm, kustomize, not cmake. Did you mean make?"),
        ("tools", "make", "tools must be a list of some of make, helm, kustomize, not make."),
        ("tools", "[", "tools must be valid YAML"),
        ("ports", "[web]", "ports must be a whole number, not web."),
        ("ports", [81], "ports must be one of 80, 8080, 9090, not 81."),
        ("token", "much-too-long", "long"),
    ],
)
def test_answers_that_are_wrong(name: str, answer: object, words: str, template: Path) -> None:
    found = load_template(template)
    with pytest.raises(AnswerError) as caught:
        Questionnaire(found, Renderer(found.root, found.settings)).resolve({name: answer})
    assert words in str(caught.value)


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text("pin: {type: int, secret: true, default: 1}\n")
    found = load_template(tmp_path)
    with pytest.raises(AnswerError, match=r"pin must be a whole number, not this answer\."):
        Questionnaire(found, Renderer(found.root, found.settings)).resolve({"pin": "12a4"})
