"""Answers that are right alone, and together leave nobody who could make a release, are refused in one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scaffold.errors import AnswerError
from tests.engine.wrong_releases import TOGETHER
from tests.support.answers import questionnaire


@pytest.mark.parametrize(("given", "words"), TOGETHER, ids=range(len(TOGETHER)))
def test_a_release_that_nobody_can_make_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(words)) as caught:
        questionnaire().resolve(given)
    assert "\n" not in str(caught.value) and "Example: none." in str(caught.value)


def test_a_tag_names_the_service_where_there_are_several() -> None:
    alone, several = ({"name": "shop", "release": "tag", "folder": each} for each in ("", "services/shop"))
    assert questionnaire().resolve(alone).computed["tag_prefix"] == "v"
    assert questionnaire().resolve(several).computed["tag_prefix"] == "shop-v"
