"""The files of the questions, taken together."""

from __future__ import annotations

import re
from collections import Counter

from workshop.goldens import ROOT

FILES = sorted((ROOT / "templates/service/questions").glob("*.yml"))


def test_no_name_is_given_twice() -> None:
    """Copier reads all files as one, and would take the last of two questions with one name."""
    names = Counter(name for file in FILES for name in re.findall(r"^([a-z_]\w*):", file.read_text(), re.MULTILINE))
    assert names["language"] == 1
    assert [name for name, times in names.items() if times > 1] == []
