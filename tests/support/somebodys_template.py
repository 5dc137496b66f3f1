"""A plain Copier template as somebody else would publish it: nothing of it is this project's."""

from __future__ import annotations

from pathlib import Path

from tests.support.files import write_tree
from workshop.history import git

COPIER_YML = """
_min_copier_version: "9"
_envops:
  keep_trailing_newline: true
project_name:
  type: str
  help: What is the project called?
  placeholder: my-project
  validator: "{% if not project_name %}A name, please{% endif %}"
use_db: {type: bool, default: false, help: Whether it has a database}
db_name:
  type: str
  default: "{{ project_name }}_db"
  when: "{{ use_db }}"
licence:
  type: str
  choices:
    The MIT licence: MIT
    The Apache licence: Apache-2.0
  default: MIT
port: {type: int, default: 8080}
module: {type: str, when: false, default: "{{ project_name | replace('-', '_') }}"}
"""
FILES = {
    "copier.yml": COPIER_YML,
    "README.md.jinja": "# {{ project_name }}\n\nListens on {{ port }}.\n",
    "{{ module }}/main.txt.jinja": (
        "{% import 'parts/words.jinja' as words %}{{ words.hello(project_name) }}\n{{ use_db }} {{ db_name }}\n"
    ),
    "{% if use_db %}db{% endif %}/{{ db_name }}.sql": "create table t ();\n",
    "parts/words.jinja": "{% macro hello(name) %}Hello {{ name }}{% endmacro %}\n",
    "plain {not} a template.txt": "{{ stays }}\n",
    "run.sh": "#!/bin/sh\n",
    "{{ _copier_conf.answers_file }}.jinja": "# Made by Copier\n{{ _copier_answers|to_nice_yaml -}}\n",
}


def make(folder: Path) -> Path:
    """Make a repository with two versions of the template (v1.0.0 and 1.1.0), a pre-release, and a tag that is none."""
    folder.mkdir()
    write_tree(folder, FILES)
    (folder / "run.sh").chmod(0o755)
    git(folder, "init", "--quiet", "--initial-branch=main")
    release(folder, "v1.0.0")
    (folder / "README.md.jinja").write_text(FILES["README.md.jinja"] + "\nAsk the platform team.\n")
    release(folder, "1.1.0")
    git(folder, "tag", "2.0.0rc1")
    git(folder, "tag", "latest")
    return folder


def release(folder: Path, *tags: str) -> None:
    """Commit what is there, and tag it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a version")
    for tag in tags:
        git(folder, "tag", "--annotate", "--message", tag, tag)
