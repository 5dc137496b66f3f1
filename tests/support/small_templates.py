"""Templates of a few lines, made for a test, and what they render to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.render import Origin, render
from scaffold.engine.template import load_template
from scaffold.errors import ScaffoldError, TemplateError
from tests.support.files import write_tree

SETTINGS = "_subdirectory: skeleton\n_templates_suffix: .jinja\n"


def template_in(folder: Path, files: Mapping[str, str], copier_yml: str = "") -> Path:
    """Write a template: `copier_yml` is added to SETTINGS, `files` are those of the skeleton; return its root."""
    (folder / "skeleton").mkdir(parents=True, exist_ok=True)
    (folder / "copier.yml").write_text(SETTINGS + copier_yml)
    write_tree(folder / "skeleton", files)
    return folder


def rendered(root: Path, **answers: Any) -> dict[str, bytes]:
    """Return what the template in `root` renders to."""
    template = load_template(root)
    renderer = Renderer(template.root, template.settings)
    resolved = Questionnaire(template, renderer).resolve(answers)
    return {file.path: file.content for file in render(template, renderer, resolved, Origin("origin", "v1"))}


def refused(root: Path, *words: str) -> str:
    """Return the one sentence by which a template is refused; it holds the words."""
    with pytest.raises(ScaffoldError) as error:
        rendered(root)
    assert isinstance(error.value, TemplateError)
    sentence = str(error.value)
    assert "\n" not in sentence and len(sentence) < 700
    for word in words:
        assert word in sentence
    return sentence
