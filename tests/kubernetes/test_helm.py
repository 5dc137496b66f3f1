"""What helm reports, without its advice."""

from __future__ import annotations

import pytest

from scaffold.kubernetes.helm import problem_of


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('Error: no template "x"\n\nUse --debug flag to render out invalid YAML\n', 'no template "x"'),
        (
            "warning: old\nError: values don't fit:\nshop:\n- at '/replicas': want 1\n",
            "values don't fit: shop: - at '/replicas': want 1",
        ),
        ("panic: a\n", "panic: a"),
        ("Error: \n", "no reason given"),
    ],
)
def test_the_reason_is_one_line(said: str, problem: str) -> None:
    assert problem_of(said) == problem
