"""releases.yml and changes.yml: what is right, what is refused and in which words."""

from __future__ import annotations

import fnmatch

import pytest

from scaffold.errors import TemplateError
from scaffold.releases.changes import read_changes
from scaffold.releases.known import read_releases
from workshop import goldens

COMMIT = "a" * 40
CHANGE = "{id: a-b, version: 0.1.0, pattern: P08, title: t, why: w, check: c}"


def test_this_repository_s_own_are_right() -> None:
    assert read_changes((goldens.ROOT / "templates/service/changes.yml").read_text())
    read_releases((goldens.ROOT / "releases.yml").read_text())


def test_values_are_text_whatever_they_look_like() -> None:
    release = read_releases(f"- {{version: 0.10, commit: {COMMIT}, date: 2026-01-02}}")[0]
    assert str(release.version) == "0.10"
    assert release.tag == "v0.10"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1", "must be a list of records with version, commit, date"),
        ("- 1", "entry 1: must be a record"),
        ("- [", "not valid YAML"),
        (f"- {{version: 0.1, commit: {COMMIT}}}", "entry 1: date is missing, or is not text"),
        (f"- {{version: 0.1, commit: {COMMIT}, date: 2026-02-30}}", "0.1: day is out of range"),
        (f"- {{version: x, commit: {COMMIT}, date: 2026-01-02}}", "x: Invalid version"),
        ("- {version: 0.1, commit: abc, date: 2026-01-02}", "commit abc is not a full commit id"),
        (f"- {{version: 0.1, commit: {COMMIT}, date: 2026-01-02, x: y}}", "entry 1: x is not a field; the fields are"),
        (
            f"- {{version: 0.2, commit: {COMMIT}, date: 2026-01-02}}\n- {{version: 0.1, commit: {COMMIT}, date: 2026-01-02}}",
            "0.1 is listed after 0.2; versions must rise",
        ),
        (f"- {{version: 0.1, commit: {COMMIT}, date: 2026-01-02}}\n" * 2, "entry 2: version 0.1 is listed twice"),
    ],
)
def test_wrong_releases(text: str, words: str) -> None:
    with pytest.raises(TemplateError) as error:
        read_releases(text)
    assert words in str(error.value)
    assert str(error.value).startswith("releases.yml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a-b", "A B", "an id is lower-case words joined by dashes"),
        ("P08", "P16", "pattern must be P01 to P15 or none, not P16"),
        ("0.1.0", "soon", "version soon is neither PEP 440 (0.2.0) nor unreleased"),
        ("why: w", "why: ' '", "entry 1: why is missing, or is not text"),
        ("check: c", "check: [c]", "entry 1: check is missing, or is not text"),
        ("why:", "wy:", "entry 1: wy is not a field"),
        ("check: c", "check: c, files: src/*", "entry 1: files is not a list of words; for example [Dockerfile"),
        ("check: c", "check: c, files: [[a]]", "entry 1: files is not a list of words"),
        ("check: c", "check: c, files: [/etc/x]", "/etc/x is not a path from the top of a service"),
        ("check: c", "check: c, files: [src/, ok]", "src/ is not a path from the top of a service"),
        ("check: c", "check: c, files: [../x]", "../x is not a path from the top of a service"),
    ],
)
def test_wrong_changes(old: str, new: str, words: str) -> None:
    read_changes(f"- {CHANGE}")
    with pytest.raises(TemplateError) as error:
        read_changes(f"- {CHANGE.replace(old, new)}")
    assert words in str(error.value)
    assert str(error.value).startswith("templates/service/changes.yml")


def test_a_change_touches_the_files_that_it_names_or_those_that_name_its_pattern() -> None:
    (plain,), (named,) = (read_changes(f"- {text}") for text in (CHANGE, CHANGE.replace("c}", "c, files: [src/*.py]}")))
    assert plain.touches("any", {"P08"}) and not plain.touches("any", {"P01"})
    assert named.touches("src/app/serve.py", set()) and not named.touches("README.md", {"P08"})


def test_the_files_that_changes_name_are_there() -> None:
    """Of what is not released yet; a later version may take a file away."""
    paths = {path for name in goldens.NAMES for path in goldens.files_of(goldens.ROOT / "examples" / name)}
    for change in read_changes((goldens.ROOT / "templates/service/changes.yml").read_text()):
        for pattern in change.files if change.version == "unreleased" else ():
            assert fnmatch.filter(paths, pattern), f"{change.id}: {pattern} is not a file of a service"


def test_changes_are_one_line_each() -> None:
    text = CHANGE.replace("why: w", 'why: "a\n   b"')
    assert read_changes(f"- {text}")[0].why == "a b"
