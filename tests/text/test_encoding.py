"""A file that is not UTF-8 gets the same words wherever it is read, and its bytes are counted from 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.engine.answers_file import parse_answers
from scaffold.engine.jinja import Renderer
from scaffold.errors import ScaffoldError
from scaffold.prove.subject.manifests import parse
from scaffold.template.unknown import decoded

DATA = b"a: \xff"
READERS = {
    "answers": lambda folder: parse_answers(DATA, "a.yml"),
    "template": lambda folder: Renderer(folder, {}).environment.get_template("a.yml"),
    "manifest": lambda folder: list(parse(DATA, "a.yml")),
    "overlay": lambda folder: decoded(DATA, "a.yml"),
}


@pytest.mark.parametrize("reader", READERS)
def test_what_is_wrong_and_where(reader: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(DATA)
    with pytest.raises(ScaffoldError, match=r"^a\.yml is not UTF-8 \(byte 4\); save it as UTF-8\.$"):
        READERS[reader](tmp_path)
