"""What a template may not read: what lies outside its folder, or is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.small_templates import refused, rendered, template_in


def test_the_template_itself_is_fine(root: Path) -> None:
    assert rendered(root) == {"fine": b"fine"}


@pytest.mark.parametrize("target", ["../../outside/secret.yml", "/etc/passwd", "../../outside", "missing"])
def test_a_link_in_the_skeleton_that_leads_out(target: str, root: Path) -> None:
    (root / "skeleton/stolen").symlink_to(target)
    refused(root, "skeleton/stolen is a link that leads out of the template, or nowhere")


def test_a_folder_of_the_skeleton_that_is_a_link_out(root: Path) -> None:
    (root / "skeleton/a").mkdir()
    (root / "skeleton/a/b").symlink_to(root.parent / "outside")
    refused(root, "skeleton/a/b is a link")


def test_links_inside_the_template_are_followed(root: Path) -> None:
    (root / "shared").mkdir()
    (root / "shared/text").write_text("shared")
    (root / "skeleton/text").symlink_to("../shared/text")
    (root / "skeleton/folder").symlink_to("../shared")
    assert rendered(root) == {"fine": b"fine", "text": b"shared", "folder/text": b"shared"}


def test_links_that_go_round_in_circles(root: Path) -> None:
    (root / "one").mkdir()
    (root / "two").mkdir()
    (root / "skeleton/one").symlink_to("../one")
    (root / "one/two").symlink_to("../two")
    (root / "two/one").symlink_to("../one")
    refused(root, "skeleton/one/two/one is a link to a folder that it lies in")
    (root / "skeleton/one").unlink()
    (root / "skeleton/up").symlink_to(".")
    refused(root, "skeleton/up is a link to a folder that it lies in")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_a_pipe_never_makes_it_wait(root: Path) -> None:
    os.mkfifo(root / "skeleton/pipe")
    refused(root, "skeleton/pipe is neither a file nor a folder")
    (root / "skeleton/pipe").unlink()
    os.mkfifo(root / "pipe")
    template_in(root, {"x.jinja": "{% include 'pipe' %}"})
    refused(root, "pipe can't be read: it is not a regular file")
    (root / "copier.yml").unlink()
    os.mkfifo(root / "copier.yml")
    refused(root, "it is not a regular file")


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ("{% include 'link' %}", "link is a link that leads out of the template"),
        ("{% include 'folder/secret.yml' %}", "folder/secret.yml is a link that leads out of the template"),
        ("{% include '../outside/secret.yml' %}", "which is missing"),
        ("{% include '/etc/passwd' %}", "which is missing"),
        ("{% import '../outside/secret.yml' as x %}", "which is missing"),
        ("{% extends 'skeleton/../../outside/secret.yml' %}", "which is missing"),
    ],
)
def test_an_included_file_that_lies_outside(include: str, words: str, root: Path) -> None:
    (root / "link").symlink_to("../outside/secret.yml")
    (root / "folder").symlink_to("../outside")
    template_in(root, {"x.jinja": include})
    refused(root, words)


@pytest.mark.parametrize("folder", ["../outside", "/etc", "skeleton/../../outside", "linked"])
def test_a_skeleton_that_lies_outside(folder: str, root: Path) -> None:
    (root / "linked").symlink_to("../outside")
    (root / "copier.yml").write_text(f"_subdirectory: {folder}\n")
    refused(root, "_subdirectory of copier.yml leads out of the template")


def test_a_folder_that_is_not_a_template(root: Path) -> None:
    (root / "copier.yml").unlink(missing_ok=True)
    refused(root, f"{root} has no copier.yml, so it is not a template.")
    (root / "copier.yml").write_text("_subdirectory: nowhere\n")
    refused(root, "_subdirectory of copier.yml is a folder that the template lacks: nowhere.")


@pytest.mark.parametrize(
    "pattern", ["../outside/secret.yml", "/etc/passwd", "../*/*.yml", "a/../../outside/*", "'..'", "[a]", ""]
)
def test_an_include_of_questions_that_leads_out(pattern: str, root: Path) -> None:
    template_in(root, {}, f"---\n!include {pattern}\n")
    refused(root, "copier.yml, line 4: !include must name files below the template")


@pytest.mark.parametrize("pattern", ["link.yml", "folder/*.yml", "*.yml"])
def test_an_include_of_questions_through_a_link(pattern: str, root: Path) -> None:
    (root / "link.yml").symlink_to("../outside/secret.yml")
    (root / "folder").symlink_to("../outside")
    template_in(root, {}, f"---\n!include {pattern}\n")
    refused(root)


def test_questions_that_include_themselves(root: Path) -> None:
    template_in(root, {}, "---\n!include a.yml\n")
    (root / "a.yml").write_text("!include b.yml\n")
    (root / "b.yml").write_text("!include a.yml\n")
    refused(root, "a.yml includes itself")


@pytest.mark.parametrize("name", ["../answers.yml", "/etc/answers.yml", ".git/hooks/post-commit", "a\\b", "''", "."])
def test_an_answers_file_that_lies_outside(name: str, root: Path) -> None:
    template_in(root, {"{{ _copier_conf.answers_file }}.jinja": "x"}, f"_answers_file: {name}\n")
    refused(root, "copier.yml: _answers_file is")
