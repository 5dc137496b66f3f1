"""What the template reads from the reference of an image."""

from __future__ import annotations

import jinja2
import pytest

from workshop.goldens import ROOT


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("alpine/helm:3.19.0", "3.19.0"),
        ("registry.k8s.io/kustomize/kustomize:v5.7.1", "v5.7.1"),
        ("registry:5000/kustomize:v5.7.1", "v5.7.1"),
        (f"registry:5000/helm:3.19.0@sha256:{'a1' * 32}", "3.19.0"),
    ],
)
def test_the_tag_is_not_the_port_of_the_registry(image: str, tag: str) -> None:
    # Copier's engine adds filters, which `from_mirror` beside it uses
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT), autoescape=False)
    environment.filters["regex_replace"] = str
    module = environment.get_template("templates/service/questions/images.jinja").module
    assert module.tag_of(image) == tag  # type: ignore[attr-defined]
