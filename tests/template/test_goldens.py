"""Goldens: what users get is in examples/, to the byte, and plain Copier gives the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.copier import copier
from workshop import goldens

pytestmark = pytest.mark.aside


@pytest.mark.parametrize("name", goldens.NAMES)
def test_the_example_is_what_the_template_gives(name: str) -> None:
    fresh = goldens.tracked(goldens.rendered(goldens.answers_of(name)))
    golden = goldens.files_of(goldens.EXAMPLES / name)
    assert sorted(golden) == sorted(fresh), "run `python -m workshop.goldens` and read the diff"
    for path, (content, executable) in fresh.items():
        assert golden[path][0].decode() == content.decode(), path
        assert golden[path][1] == executable, path


def test_every_example_folder_has_answers() -> None:
    folders = {path.name for path in goldens.EXAMPLES.iterdir() if path.is_dir()}
    assert sorted(folders - {goldens.PLATFORMS, goldens.CODE}) == goldens.NAMES


@pytest.mark.parametrize("name", goldens.NAMES)
def test_plain_copier_gives_the_same_bytes_and_modes(name: str, template_repository: Path, tmp_path: Path) -> None:
    answers = goldens.ROOT / "examples" / f"{name}.yml"
    source = {f"url.{template_repository}.insteadOf": goldens.ORIGIN.source}
    done = copier(answers, goldens.ORIGIN.source, tmp_path / "out", git_config=source)
    assert done.returncode == 0, done.stderr
    assert goldens.files_of(tmp_path / "out") == goldens.files_of(goldens.EXAMPLES / name)


def test_plain_copier_works_with_defaults_and_without_git(tmp_path: Path) -> None:
    """From a folder that is no repository, so that there is no version to remember; all else is the same."""
    template = tmp_path / "template"
    shutil.copytree(goldens.ROOT / "templates", template / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(goldens.ROOT / "copier.yml", template)
    done = copier(goldens.ROOT / "examples/defaults.yml", template, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    files, golden = goldens.files_of(tmp_path / "out"), goldens.files_of(goldens.EXAMPLES / "defaults")
    remembered, origin = files.pop(".copier-answers.yml")[0], golden.pop(".copier-answers.yml")[0]
    assert files == golden
    of_origin = ("_src_path:", "_commit:")
    assert [line for line in remembered.decode().splitlines() if not line.startswith(of_origin)] == [
        line for line in origin.decode().splitlines() if not line.startswith(of_origin)
    ]


def test_the_examples_render_every_choice_and_every_folder_of_the_skeleton() -> None:
    template, _, renderer = goldens.engine()
    answers = [goldens.answers_of(name) for name in goldens.NAMES]
    for question in template.asked:
        for value in question.choices.values():
            assert any(each.asked.get(question.name) == value for each in answers), (
                f"no example has {question.name}={value}"
            )
    answers += [goldens.answers_with_both(name) for name in goldens.GENERATED]  # tests/support/charts.py renders these
    for entry in template.entries:
        if "{{ parts }}" in entry.parts:
            continue
        parts = entry.parts
        assert any(
            all(renderer.names(part, {**each.context, "_copier_conf": {"answers_file": "a"}}) for part in parts)
            for each in answers
        ), f"no example renders {'/'.join(parts)}"
