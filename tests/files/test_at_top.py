"""Shared files at the top of a repository: a service adds its lines, or says which ones, and changes no others."""

from __future__ import annotations

import pytest

from scaffold.files.at_top import block, carried, place_of

OWNERS = b"# begin a/b: x\n/a/b/ @one\n# end a/b\n"
NEW = OWNERS.replace(b"@one", b"@two")
HOOKS = b"repos:\n  - repo: elsewhere\n  # begin a/b: x\n  - repo: local\n    hooks: []\n  # end a/b\n"


@pytest.mark.parametrize(
    ("found", "after"),
    [
        (b"", OWNERS),
        (b"* @all", b"* @all\n" + OWNERS),
        (b"* @all\r\n", b"* @all\r\n" + OWNERS.replace(b"\n", b"\r\n")),
        (b"# begin a/bc: x\n# end a/bc\n", b"# begin a/bc: x\n# end a/bc\n" + OWNERS),
        (b"1\n" + OWNERS.replace(b"@one", b"@three") + b"2\n", b"1\n" + OWNERS + b"2\n"),
    ],
)
def test_a_block_is_added_at_the_end_or_in_its_place(found: bytes, after: bytes) -> None:
    assert carried("CODEOWNERS", found, None, OWNERS).after == after


@pytest.mark.parametrize(
    ("path", "found", "rendered"),
    [
        ("CODEOWNERS", b"[Section]\n* @all\n", OWNERS),
        ("CODEOWNERS", b"\xff", OWNERS),
        (".pre-commit-config.yaml", b"repos: []\n", HOOKS),
        (".pre-commit-config.yaml", b"repos:\n  - repo: x\n    hooks: []\nfail_fast: true\n", HOOKS),
        (".pre-commit-config.yaml", b"repos:\n- repo: x\n  hooks: []\n", HOOKS),
        (".pre-commit-config.yaml", b"repos: [}\n", HOOKS),
        (".pre-commit-config.yaml", b"", HOOKS),
        ("renovate.json", b"{}\n", b'{"extends": []}\n'),
        (".gitlab-ci.yml", b"include: other.yml\n", b"include: .gitlab/services/*.yml\n"),
    ],
)
def test_where_that_would_mean_something_else_the_team_adds_it(path: str, found: bytes, rendered: bytes) -> None:
    shared = carried(path, found, None, rendered)
    assert (shared.before, shared.after, shared.by_hand) == (found, found, True)


def test_hooks_are_added_after_those_that_are_there() -> None:
    for found in (b"repos:\n  - repo: x\n    hooks: []\n", b"fail_fast: true\nrepos:\n"):
        shared = carried(".pre-commit-config.yaml", found, None, HOOKS)
        assert shared.after == found + block(HOOKS).encode() and not shared.by_hand


def test_what_is_there_already_needs_nothing() -> None:
    pipeline = b"include: [{local: .gitlab/services/*.yml}]\nstages: [test]\n"
    for path, found, rendered in ((".gitlab-ci.yml", pipeline, b"x\n"), ("renovate.json", b"{}\n", b"{}\n")):
        shared = carried(path, found, None, rendered)
        assert shared.after == found and not shared.by_hand


def test_only_the_lines_of_the_service_differ_between_two_versions() -> None:
    found = b"1\n" + OWNERS.replace(b"/ @", b"/  @") + b"2\n"
    shared = carried("CODEOWNERS", found, OWNERS, NEW)
    assert (shared.before, shared.after) == (b"1\n" + OWNERS + b"2\n", b"1\n" + NEW + b"2\n")
    moved = carried("CODEOWNERS", found, OWNERS, NEW.replace(b"a/b", b"c"))
    assert moved.after == b"1\n# begin c: x\n/c/ @two\n# end c\n2\n"
    gone = carried("CODEOWNERS", found, OWNERS, None)
    assert gone.after == b"1\n2\n"


def test_what_the_team_removed_stays_removed() -> None:
    for found in (None, b"* @all\n"):
        shared = carried("CODEOWNERS", found, OWNERS, NEW)
        assert (shared.before, shared.after, shared.by_hand) == (found, found, False)


def test_a_whole_file_changes_only_while_it_is_the_template_s() -> None:
    assert carried("renovate.json", b"1\n", b"1\n", b"2\n").after == b"2\n"
    assert carried("renovate.json", b"1\r\n", b"1\n", b"2\n").after == b"2\r\n"
    assert carried("renovate.json", b"ours\n", b"1\n", b"2\n").after == b"ours\n"
    assert carried(".gitlab-ci.yml", b"1\n", b"1\n", None).after == b"1\n", "other services may need it"


def test_the_file_that_is_read_is_the_one_that_gets_the_lines() -> None:
    there = {"CODEOWNERS", ".github/CODEOWNERS", ".github/renovate.json5"}
    assert place_of("CODEOWNERS", there.__contains__) == ".github/CODEOWNERS"
    assert place_of("renovate.json", there.__contains__) == ".github/renovate.json5"
    assert place_of("renovate.json", set().__contains__) == "renovate.json"
