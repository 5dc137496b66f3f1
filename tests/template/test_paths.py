"""Every path works on every system: in this repository, in what is rendered, and in the wheel.

Windows' rules: https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from scaffold.errors import AnswerError
from tests.support.paths import problem, wrong
from workshop import goldens

LANGUAGES = next(each.choices for each in goldens.engine()[0].asked if each.name == "language").values()
LONGEST = 120
"""Bytes of one name in the skeleton, so that a clone in a deep folder still has room."""


@pytest.mark.parametrize(
    "path", ['a/b".py', "a|b", "what?", "x*", "a:b", "end.", "end ", "aux.py", "d/COM1", "x" * 121]
)
def test_a_wrong_path_is_noticed(path: str) -> None:
    assert problem(path, LONGEST)


def test_the_repository_can_be_cloned_everywhere() -> None:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=goldens.ROOT, capture_output=True, check=True)
    paths = done.stdout.decode().split("\0")
    assert any(path.startswith("templates/service/skeleton/") for path in paths)
    assert not wrong(paths, LONGEST)


def test_no_path_of_the_skeleton_is_a_program() -> None:
    """Beyond a short `{% yield X in … %}` and `{% if … %}`, what must be computed is a hidden question."""
    skeleton = goldens.ROOT / "templates/service/skeleton"
    names = {part for path in skeleton.rglob("*") for part in path.relative_to(skeleton).parts}
    statement = re.compile(r"{% (yield [a-z_]+ from [a-z_]+|endyield|if [a-z_ ]+|endif) %}|{{ [a-z_.]+ }}")
    assert not [name for name in names if "{" in statement.sub("", name)]


@pytest.mark.parametrize("name", goldens.NAMES)
def test_a_service_can_be_cloned_everywhere(name: str) -> None:
    assert not wrong(goldens.files_of(goldens.EXAMPLES / name))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_answer_gives_such_a_path(language: str) -> None:
    """The names of Windows' devices are refused where a file would have one."""
    for name in ("aux", "con", "nul", "prn", "com1", "lpt9"):
        answers = {
            "language": language,
            "dependencies": [{"name": name, "url": "http://a", "kind": "critical", "timeout": 1}],
            "jobs": [{"name": "a", "command": name, "deadline": 60, "retries": 1}],
        }
        try:
            resolved = goldens.engine()[1].resolve(answers)
        except AnswerError:
            assert language == "go"
            continue
        assert not wrong(file.path for file in goldens.rendered(resolved))
