"""Host names that cannot work, or that two environments have, are refused in one sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scaffold.errors import AnswerError
from tests.engine.wrong_environments import PROD
from tests.engine.wrong_routes import HOSTS, OF_ENVIRONMENTS
from tests.support.answers import questionnaire


@pytest.mark.parametrize("expose", ["gateway", "ingress"])
@pytest.mark.parametrize(("hosts", "words"), HOSTS, ids=range(len(HOSTS)))
def test_a_wrong_host_name_is_refused(hosts: Any, words: str, expose: str) -> None:
    environments = [{"name": "development"}, PROD]
    with pytest.raises(AnswerError, match=re.escape(words)) as caught:
        questionnaire().resolve({"expose": expose, "hosts": hosts, "environments": environments})
    assert "\n" not in str(caught.value) and "Example: " in str(caught.value)


@pytest.mark.parametrize(("given", "words"), OF_ENVIRONMENTS, ids=range(len(OF_ENVIRONMENTS)))
def test_a_host_name_of_two_environments_is_refused(given: dict[str, Any], words: str) -> None:
    environments = [{"name": "dev", **given}, PROD]
    with pytest.raises(AnswerError, match=re.escape(words)) as caught:
        questionnaire().resolve({"expose": "gateway", "hosts": ["shop.example.com"], "environments": environments})
    assert "\n" not in str(caught.value) and "Example: " in str(caught.value)
