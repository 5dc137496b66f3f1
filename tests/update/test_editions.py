"""What was rendered from the same values is not rendered again, and is the same."""

from __future__ import annotations

import random
import shutil

from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.render import Origin, render
from scaffold.engine.render_cache import Memo
from scaffold.releases.editions import Editions
from scaffold.releases.home import project_url
from tests.support import goldens
from tests.support.lineage import VERSIONS, answers_of


def test_what_is_remembered_is_what_would_be_rendered(lineage) -> None:
    """All examples at all versions, in any order, by one memo; then each by an environment without one."""
    shared, pairs = Editions(lineage.history), [(name, version) for name in goldens.NAMES for version in VERSIONS]
    random.Random(1).shuffle(pairs)
    plain = {}
    for version in VERSIONS:
        template = lineage.history.template_at(version)
        plain[version] = (template, Renderer(template.root, template.settings))
    for name, version in pairs:
        revision = lineage.revision(version)
        given = {**answers_of(shared, revision, name).asked, "name": random.Random(name).choice(["one", "two"])}
        answers = shared.questionnaire(revision).resolve(given)
        found = shared.rendered(revision, answers, project_url(), "sha1")
        expected = Questionnaire(*plain[version]).resolve(given)
        assert answers == expected
        files = render(*plain[version], expected, Origin(project_url(), revision.name))
        assert found.contents == {file.path: file.content for file in files}


def test_an_included_file_that_changes_is_seen(lineage, tmp_path) -> None:
    """The template that includes it is the same in both versions, and so are the values."""
    memo, texts = Memo(), []
    for number in range(2):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "outer").write_text("{% from 'middle' import text %}{{ text() }} {% include part ~ '.txt' %}")
        (root / "middle").write_text("{% from 'inner' import word %}{% macro text() %}{{ word }}{% endmacro %}")
        (root / "inner").write_text(f"{{% set word = 'word{number}' %}}")
        (root / "part.txt").write_text(f"part{number}")
        renderer = Renderer(root, {}, memo)
        texts += [renderer.file("outer", {"part": "part", "other": each}) for each in (1, 2)]
    assert texts == ["word0 part0", "word0 part0", "word1 part1", "word1 part1"]
    root = tmp_path / "2"
    shutil.copytree(tmp_path / "1", root)
    (root / "part.txt").write_text("changed")
    assert Renderer(root, {}, memo).file("outer", {"part": "part"}) == "word1 changed"
    assert Renderer(tmp_path / "1", {}, memo).file("outer", {"part": "part"}) == "word1 part1"
